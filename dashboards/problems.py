"""What programs get instead of a page: RFC 9457 problem documents."""

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

_log = logging.getLogger(__name__)


def problem(slug: str, title: str, status: int, detail: str) -> Response:
    """Return a problem document."""
    return JSONResponse(
        {"type": f"urn:pointmart:problem:{slug}", "title": title, "status": status, "detail": detail},
        status,
        media_type="application/problem+json",
    )


async def on_http_error(_: Request, error: Exception) -> Response:
    """Answer what Starlette refuses: a wrong method, a form that cannot be read."""
    assert isinstance(error, HTTPException)
    return problem(
        "unreadable-request", "The request was refused", error.status_code, f"{error.detail}; start at /login"
    )


async def on_defect(request: Request, error: Exception) -> Response:
    """Answer a defect of ours; the details are in the log."""
    _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem("unexpected-failure", "Something failed on our side", 500, "try again in a minute")
