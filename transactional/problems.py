"""Refusals and how they are told: RFC 9457 problem details.

Problem
├── one class per refusal, defined in the capability that refuses
├── InvalidRequest          422  the request does not have the documented form
└── UnexpectedFailure       500  a defect of ours; the details are in the log
"""

import logging
from typing import Any, ClassVar

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"

_log = logging.getLogger(__name__)


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


class UnexpectedFailure(Problem):
    """A defect of ours."""

    slug = "unexpected-failure"
    title = "Something failed on our side"
    status = 500


class ProblemDocument(BaseModel):
    """An RFC 9457 problem document."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str


def render(problem: Problem, headers: dict[str, str] | None = None) -> Response:
    """Return the HTTP answer of a problem."""
    return Response(
        msgspec.json.encode(problem.document()), problem.status, headers=headers, media_type=MEDIA_TYPE
    )


def responses(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI `responses` of the problems a route may answer with."""
    by_status: dict[int | str, dict[str, Any]] = {}
    kinds: tuple[type[Problem], ...] = (*problems, UnexpectedFailure)
    for problem in kinds:
        known = by_status.get(problem.status)
        description = f"{known['description']}; {problem.title}" if known else problem.title
        by_status[problem.status] = {
            "description": description,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        }
    return by_status


def install(app: FastAPI) -> None:
    """Make an application answer every error with a problem document."""

    async def on_problem(_: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        headers = {"WWW-Authenticate": "Bearer"} if error.status == 401 else None
        return render(error, headers)

    async def on_invalid(_: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        errors = [
            {"field": ".".join(str(part) for part in found["loc"]), "message": found["msg"]}
            for found in error.errors()
        ]
        first = errors[0]
        return render(InvalidRequest(f"{first['field']}: {first['message']}", errors=errors))

    async def on_http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        document = {
            "type": "about:blank",
            "title": str(error.detail),
            "status": error.status_code,
            "detail": f"{error.detail}; the routes are listed at /docs",
        }
        return Response(
            msgspec.json.encode(document),
            error.status_code,
            headers=dict(error.headers or {}),
            media_type=MEDIA_TYPE,
        )

    async def on_defect(request: Request, error: Exception) -> Response:
        _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return render(UnexpectedFailure("the request failed on our side; try again with the same key"))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_defect)
