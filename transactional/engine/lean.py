"""What the hot routes need instead of a framework: one decode, one queue, one encode."""

from hashlib import sha256
from typing import Final, TypeVar

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from transactional.engine.book import Answer
from transactional.engine.commands import Command
from transactional.engine.quote import quote
from transactional.problem_documents import MEDIA_TYPE
from transactional.problems import InvalidRequest, Problem
from transactional.redemption.codes import open_answer

_MAX_KEY = 200

KEY_PARAMETER: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "description": "New for each request, the same for a retry.",
    "schema": {"type": "string", "minLength": 1, "maxLength": _MAX_KEY},
}

DRY_RUN_PARAMETER: Final = {
    "name": "dry_run",
    "in": "query",
    "required": False,
    "description": "`true` tells what the request would do and does nothing; no key is needed.",
    "schema": {"type": "boolean", "default": False},
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


def is_dry_run(request: Request) -> bool:
    """Tell whether the client only wants to know what would happen.

    Raises:
        InvalidRequest: `dry_run` is neither true nor false, or something else is asked: misspelt, it would be done.
    """
    if not request.scope["query_string"]:
        return False
    if unknown := request.query_params.keys() - {"dry_run"}:
        raise InvalidRequest(f"query.{min(unknown)}: there is no such parameter; there is dry_run")
    wanted = request.query_params.get("dry_run", "false")
    if wanted not in ("true", "false"):
        raise InvalidRequest("dry_run: say true or false")
    return wanted == "true"


async def answer(request: Request, command: Command) -> Response:
    """Commit a command, or quote it in a dry run, and return the HTTP answer.

    Raises:
        CommitUnavailable, Overloaded: the command was not taken.
    """
    state = request.app.state
    if is_dry_run(request):
        quoted = await quote(state.pools.committer, command, hash_key=state.committer.hash_key)
        return Response(quoted.body, quoted.status, media_type=_media_type(quoted.status))
    told = await state.committer.submit(command)
    return _respond(told, open_answer(told.body, state.vault, command.tenant_id))


def command_key(request: Request) -> str | None:
    """Return the idempotency key of a command; a dry run needs none.

    Raises:
        MissingIdempotencyKey: it is missing, too long or not printable ASCII.
    """
    return None if is_dry_run(request) else idempotency_key(request)


def hash_of(operation: str, body: object) -> bytes:
    """Return the SHA-256 of what was asked; white space and the order of members do not count."""
    return sha256(operation.encode() + b"\n" + msgspec.json.encode(body)).digest()


def _respond(told: Answer, body: bytes) -> Response:
    """Return the HTTP answer; a repeated one is marked."""
    headers = {"Idempotent-Replayed": "true"} if told.replayed else None
    return Response(body, told.status, headers=headers, media_type=_media_type(told.status))


def _media_type(status: int) -> str:
    return "application/json" if status < 400 else MEDIA_TYPE
