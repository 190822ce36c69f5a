"""Refusals as exceptions, each with a sentence the caller can act on.

Problem
├── one class per refusal, defined in the capability that refuses
├── InvalidRequest          422  the request does not have the documented form
├── RequestTooLarge         413  the body is larger than this service reads
├── DatabaseAway            503  PostgreSQL does not answer
└── UnexpectedFailure       500  a defect of ours; the details are in the log
"""

from typing import Any, ClassVar


class Problem(Exception):
    """A refusal, with a sentence that says what the caller can do about it."""

    slug: ClassVar[str]
    title: ClassVar[str]
    status: ClassVar[int]

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra

    def document(self) -> dict[str, Any]:
        """Return the members of the problem document."""
        return {
            "type": f"urn:pointmart:problem:{self.slug}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            **self.extra,
        }


class InvalidRequest(Problem):
    """The request does not have the documented form."""

    slug = "invalid-request"
    title = "The request does not have the documented form"
    status = 422


class RequestTooLarge(Problem):
    """The body is larger than this service reads."""

    slug = "request-too-large"
    title = "The request is too large"
    status = 413


class DatabaseAway(Problem):
    """PostgreSQL does not answer."""

    slug = "database-away"
    title = "The database does not answer"
    status = 503


class UnexpectedFailure(Problem):
    """A defect of ours."""

    slug = "unexpected-failure"
    title = "Something failed on our side"
    status = 500
