"""Refusals and how they are told: RFC 9457 problem details.

Problem
├── one class per refusal, defined where it is refused
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
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra = extra


class InvalidRequest(Problem):
    """The request does not have the documented form."""

    slug = "invalid-request"
    title = "The request does not have the documented form"
    status = 422


class UnexpectedFailure(Problem):
    """A defect of ours."""

    slug = "unexpected-failure"
    title = "Something failed on our side"
    status = 500


class ProblemDocument(BaseModel):
    """An RFC 9457 problem document; some problems carry more members than these four."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    detail: str


def responses(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI `responses` of the problems a route may answer with, an example for each and for their kinds."""
    kinds = (kind for problem in problems for kind in (problem, *problem.__subclasses__()))
    declared: tuple[type[Problem], ...] = (*kinds, UnexpectedFailure)
    by_status: dict[int | str, dict[str, Any]] = {}
    for problem in declared:
        known = by_status.setdefault(
            problem.status,
            {
                "description": "",
                "content": {
                    MEDIA_TYPE: {
                        "schema": {"$ref": "#/components/schemas/ProblemDocument"},
                        "examples": {},
                    }
                },
            },
        )
        known["description"] = "; ".join(filter(None, (known["description"], problem.title)))
        known["content"][MEDIA_TYPE]["examples"][problem.slug] = {
            "value": _document(problem.slug, problem.title, problem.status, problem.__doc__ or "")
        }
    return by_status


def install(app: FastAPI) -> None:
    """Make an application answer every error with a problem document."""

    async def on_problem(_: Request, error: Exception) -> Response:
        assert isinstance(error, Problem)
        return render(error)

    async def on_invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        errors = [{"field": str(found["loc"][-1]), "message": _message(found)} for found in error.errors()]
        first = errors[0]
        return await on_problem(
            request, InvalidRequest(f"{first['field']}: {first['message']}", errors=errors)
        )

    async def on_http(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        slug = "-".join(str(error.detail).lower().split())
        detail = f"{error.detail}: the routes and their methods are listed at /docs"
        return _render(_document(slug, str(error.detail), error.status_code, detail), error.headers)

    async def on_defect(request: Request, error: Exception) -> Response:
        _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
        return await on_problem(request, UnexpectedFailure("the request failed on our side; try it again"))

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(Exception, on_defect)


def render(problem: Problem) -> Response:
    """Return a refusal as it is answered."""
    document = _document(problem.slug, problem.title, problem.status, problem.detail) | problem.extra
    return _render(document, problem.headers)


def _message(found: dict[str, Any]) -> str:
    """Return what is wrong with a parameter, in words for who sent it."""
    if found["type"] == "uuid_parsing":
        return "must be an id, such as 019d2a4b-8f10-7c3e-9b52-6d1f0a8e4c77"
    if found["type"].startswith("date_"):
        return "there is no such day"
    message: str = found["msg"]
    return message.removeprefix("Value error, ")


def _document(slug: str, title: str, status: int, detail: str) -> dict[str, Any]:
    return {"type": f"urn:pointmart:problem:{slug}", "title": title, "status": status, "detail": detail}


def _render(document: dict[str, Any], headers: Any) -> Response:
    return Response(
        msgspec.json.encode(document), document["status"], headers=dict(headers or {}), media_type=MEDIA_TYPE
    )
