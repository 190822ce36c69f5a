"""What the hot routes need instead of a framework: one decode, one queue, one encode."""

from hashlib import sha256
from typing import Final, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from transactional.engine.decide import Answer
from transactional.problem_documents import MEDIA_TYPE
from transactional.problems import InvalidRequest, Problem

_MAX_KEY = 200

KEY_PARAMETER: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "New for each request, the same for a retry.",
    "schema": {"type": "string", "minLength": 1, "maxLength": _MAX_KEY},
}

T = TypeVar("T")


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


async def read_body(request: Request, decoder: msgspec.json.Decoder[T]) -> T:
    """Return the decoded body.

    Raises:
        InvalidRequest: it is not of the decoder's type.
    """
    body = await request.body()
    try:
        return decoder.decode(body)
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
