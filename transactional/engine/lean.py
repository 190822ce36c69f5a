"""Lean ASGI endpoints for the hot routes: one decode, one queue, one encode, no framework in between."""

import logging
from collections.abc import Awaitable, Callable
from hashlib import sha256
from typing import TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from transactional.engine.decide import Answer
from transactional.problem_documents import MEDIA_TYPE, render
from transactional.problems import InvalidRequest, Problem, RequestTooLarge, UnexpectedFailure

_MAX_BODY = 2 * 1024 * 1024
_MAX_KEY = 200
_log = logging.getLogger(__name__)

T = TypeVar("T")
Handler = Callable[[Request], Awaitable[Response]]


class MissingIdempotencyKey(Problem):
    """A request that moves points came without a usable key."""

    slug = "missing-idempotency-key"
    title = "An Idempotency-Key header is needed"
    status = 400

    def __init__(self) -> None:
        super().__init__(
            f"send a header Idempotency-Key of 1 to {_MAX_KEY} printable ASCII characters, new for each request, "
            "the same for a retry"
        )


class LeanEndpoint:
    """An ASGI application around a handler that renders its refusals as problems."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._handler(request)
        except Problem as problem:
            headers = {"WWW-Authenticate": "Bearer"} if problem.status == 401 else None
            response = render(problem, headers)
        except Exception as error:  # noqa: BLE001 - the boundary: nothing above renders it
            _log.error("%s %s failed", request.method, request.url.path, exc_info=error)
            response = render(UnexpectedFailure("the request failed on our side; send it again"))
        await response(scope, receive, send)


async def read_body(request: Request, decoder: msgspec.json.Decoder[T]) -> T:
    """Return the decoded body.

    Raises:
        RequestTooLarge: it is larger than 2 MiB.
        InvalidRequest: it is not of the decoder's type.
    """
    chunks = bytearray()
    async for chunk in request.stream():
        chunks += chunk
        if len(chunks) > _MAX_BODY:
            raise RequestTooLarge(
                f"the body may have at most {_MAX_BODY} bytes; send several smaller requests"
            )
    try:
        return decoder.decode(bytes(chunks))
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest(str(error)) from error


def idempotency_key(request: Request) -> str:
    """Return the request's idempotency key.

    Raises:
        MissingIdempotencyKey: it is missing, too long or not printable ASCII.
    """
    key = request.headers.get("idempotency-key", "")
    if not 1 <= len(key) <= _MAX_KEY or not key.isascii() or not key.isprintable():
        raise MissingIdempotencyKey
    return key


def hash_of(operation: str, body: object) -> bytes:
    """Return the SHA-256 of what was asked; white space and the order of members do not count."""
    return sha256(operation.encode() + b"\n" + msgspec.json.encode(body)).digest()


def respond(answer: Answer) -> Response:
    """Return the HTTP answer; a repeated one is marked."""
    media_type = "application/json" if answer.status < 400 else MEDIA_TYPE
    headers = {"Idempotent-Replayed": "true"} if answer.replayed else None
    return Response(answer.body, answer.status, headers=headers, media_type=media_type)
