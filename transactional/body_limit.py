"""Bounds what is read of a request, before anything is known of its sender."""

from contextlib import suppress

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from transactional.problem_documents import render
from transactional.problems import RequestTooLarge

MAX_BODY = 2 * 1024 * 1024


class _TooMuch(Exception):
    """More bytes came than are read."""


class BodyLimit:
    """ASGI middleware that answers 413 as soon as a body is larger than `max_bytes`."""

    def __init__(self, app: ASGIApp, max_bytes: int = MAX_BODY) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        read = 0
        is_too_much = False
        has_begun = False

        async def bounded_receive() -> Message:
            nonlocal read, is_too_much
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._max_bytes:
                is_too_much = True
                raise _TooMuch
            return message

        async def watched_send(message: Message) -> None:
            nonlocal has_begun
            # Whatever the application makes of the broken body, the sender is told what is wrong with it.
            if not is_too_much:
                has_begun = True
                await send(message)

        with suppress(_TooMuch):
            await self._app(scope, bounded_receive, watched_send)
        if is_too_much and not has_begun:
            problem = RequestTooLarge(
                f"the body may have at most {self._max_bytes} bytes; send several smaller requests"
            )
            await render(problem)(scope, receive, send)
