"""How refusals are told over HTTP: RFC 9457 problem documents."""

import logging
from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException

from transactional.database import DATABASE_AWAY
from transactional.field_words import words_of
from transactional.masking import masked
from transactional.problems import DatabaseAway, InvalidRequest, Problem, UnexpectedFailure

MEDIA_TYPE = "application/problem+json"

_log = logging.getLogger(__name__)


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
    kinds: tuple[type[Problem], ...] = (*problems, DatabaseAway, UnexpectedFailure)
    for problem in kinds:
        known = by_status.get(problem.status)
        description = f"{known['description']}; {problem.title}" if known else problem.title
        by_status[problem.status] = {
            "description": description,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}},
        }
    return by_status


def render_error(request: Request, error: Exception) -> Response:
    """Return the HTTP answer of whatever went wrong; the inside of a defect is for the log alone."""
    if isinstance(error, Problem):
        return render(error, {"WWW-Authenticate": "Bearer"} if error.status == 401 else None)
    if isinstance(error, RequestValidationError):
        return _render_invalid(request, error)
    if isinstance(error, HTTPException):
        return _render_http(error)
    if isinstance(error, DATABASE_AWAY):
        _log.error("%s %s: the database is away: %s", request.method, request.url.path, error)
        return render(DatabaseAway("the database does not answer; send the same request again in a moment"))
    _log.error("%s %s failed", request.method, request.url.path, exc_info=masked(error))
    return render(UnexpectedFailure("the request failed on our side; send it again in a moment"))


def install(app: FastAPI) -> None:
    """Make an application answer every error with a problem document."""

    async def on_error(request: Request, error: Exception) -> Response:
        return render_error(request, error)

    for kind in (Problem, RequestValidationError, HTTPException, *DATABASE_AWAY, Exception):
        app.add_exception_handler(kind, on_error)


def _render_invalid(request: Request, error: RequestValidationError) -> Response:
    kind = request.headers.get("content-type", "")
    # curl says it sends a form unless told otherwise; then the whole body is no object to the framework.
    if kind and "json" not in kind and any(found["loc"] == ("body",) for found in error.errors()):
        return render(
            InvalidRequest(f"the body came as {kind[:100]}; send JSON with Content-Type: application/json")
        )
    errors = [
        {"field": ".".join(map(str, found["loc"])), "message": _message(found)} for found in error.errors()
    ]
    first = errors[0]
    return render(InvalidRequest(f"{first['field']}: {first['message']}", errors=errors))


def _message(found: dict[str, Any]) -> str:
    """Return what is wrong with a field, in words for who sent it."""
    if found["type"] == "json_invalid":
        return f"this is not JSON: {found['ctx']['error']} at character {found['loc'][-1]}"
    if found["type"] == "missing" and found["loc"] == ("body",):
        return "there is none; send JSON with Content-Type: application/json"
    return words_of(found)


def _render_http(error: HTTPException) -> Response:
    if error.status_code == 400 and error.__cause__ is not None:
        # What is not even text that a parser could find an error in.
        return render(
            InvalidRequest(
                "body: this cannot be read; send JSON in UTF-8, not too deeply nested and without endless numbers"
            )
        )
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
