"""Answers that the release alone decides are made once: asked for again, they are sent as they were.

What may be remembered says so itself, by an `ETag` (see `revalidation`). An answer is remembered with the release it
was made from and goes with it, and for the caller it was made for, whose key is checked each time all the same.
"""

from collections import OrderedDict
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.keys import Caller, KeyRing
from serving.problems import Problem
from serving.release import Release
from serving.release_reader import ReleaseReader

_REMEMBERED_BYTES = 32_000_000

# Path and query, then who asks.
_Asked = tuple[str, bytes, Caller]


@dataclass(frozen=True)
class _Answer:
    """An answer's first message, its body and the route that made it."""

    start: Message
    body: bytes
    route: object


class Answers:
    """The answers made from a release, the ones asked for lately."""

    def __init__(self, _: Release) -> None:
        self._known: OrderedDict[_Asked, _Answer] = OrderedDict()
        self._bytes = 0

    def get(self, asked: _Asked) -> _Answer | None:
        """Return an answer that was made before."""
        if (found := self._known.get(asked)) is not None:
            self._known.move_to_end(asked)
        return found

    def remember(self, asked: _Asked, answer: _Answer) -> None:
        """Keep an answer, at the cost of those that nobody asked for the longest time."""
        if asked not in self._known:
            self._known[asked] = answer
            self._bytes += len(answer.body)
        while self._bytes > _REMEMBERED_BYTES:
            _, dropped = self._known.popitem(last=False)
            self._bytes -= len(dropped.body)


class Remembering:
    """ASGI application that answers what another one has answered before from the same release."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" and scope["method"] == "GET" else {}
        # Who has an answer at hand is told by the framework's route whether it still holds.
        if "authorization" not in headers or "if-none-match" in headers:
            await self._app(scope, receive, send)
            return
        keys: KeyRing = scope["app"].state.keys
        releases: ReleaseReader = scope["app"].state.releases
        try:
            asked = scope["path"], scope["query_string"], await keys.caller(headers["authorization"])
            async with releases.lend() as release:
                known = release.made(Answers).get(asked)
        except Problem:
            # It is told by the route, which knows better who may ask.
            await self._app(scope, receive, send)
            return
        if known is not None:
            scope["route"] = known.route
            await send(known.start)
            await send({"type": "http.response.body", "body": known.body})
            return
        await self._app(scope, receive, _Listening(scope, send, asked).send)


class _Listening:
    """Hands on an answer, and has it remembered by the release it is from."""

    def __init__(self, scope: Scope, send: Send, asked: _Asked) -> None:
        self._scope = scope
        self._send = send
        self._asked = asked
        self._start: Message = {}
        self._body = b""

    async def send(self, message: Message) -> None:
        """Hand on a message."""
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                self._remember()
        await self._send(message)

    def _remember(self) -> None:
        release: Release | None = self._scope.get("state", {}).get("release")
        is_lasting = self._start["status"] == 200 and "etag" in Headers(raw=self._start["headers"])
        if is_lasting and release is not None and not release.is_retired:
            answer = _Answer(self._start, self._body, self._scope.get("route"))
            release.made(Answers).remember(self._asked, answer)
