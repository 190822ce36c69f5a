"""The one route that is worth microseconds, answered before a framework matches, resolves and validates.

Answered are plain requests for a member's recommendations at home; whatever else a request says, well or badly formed,
the framework's own route answers, which is described in the OpenAPI document.
"""

import re
import time
from random import Random
from uuid import UUID

from starlette.datastructures import State
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.keys import KeyRing
from serving.metrics import Meters
from serving.problems import Problem, render
from serving.recommendations.answers import Asked
from serving.recommendations.mirror import Mirror
from serving.recommendations.policies import Experiment
from serving.recommendations.routes import CACHING, MEMBER, answered
from serving.release_reader import ReleaseReader

_PATH = re.compile(r"/v1/recommendations/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")
_QUERY = re.compile(rb"(?:limit=([1-9]|[1-4][0-9]|50))?")
_USUAL_LIMIT = 10
_HEADERS = [(b"content-type", b"application/json"), (b"cache-control", CACHING.encode())]


class HotRoutes:
    """ASGI application that answers plain requests for recommendations and leaves the others to another one.

    Args:
        state: what the application knows.
        random: draws the ids of the answers; asking the system for each takes five times as long.
    """

    def __init__(self, app: ASGIApp, state: State, random: Random) -> None:
        self._app = app
        self._state = state
        self._random = random

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET":
            path, query = _PATH.fullmatch(scope["path"]), _QUERY.fullmatch(scope["query_string"])
            if path is not None and query is not None:
                await self._answer(UUID(path[1]), int(query[1] or _USUAL_LIMIT), scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _answer(self, member_id: UUID, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
        began = time.perf_counter()
        state = self._state
        meters: Meters = state.meters
        request_id = UUID(int=self._random.getrandbits(128), version=4)
        try:
            body = await _body(state, _authorization(scope), member_id, limit, request_id)
        except Problem as problem:
            response = render(problem)
            await response(scope, receive, send)
            meters.answered("GET", MEMBER, response.status_code, time.perf_counter() - began)
            return
        except Exception:  # noqa: BLE001 - the framework's route meets the same defect, and tells and counts it
            await self._app(scope, receive, send)
            return
        headers = [*_HEADERS, (b"content-length", b"%d" % len(body))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        meters.answered("GET", MEMBER, 200, time.perf_counter() - began)


async def _body(
    state: State, authorization: str | None, member_id: UUID, limit: int, request_id: UUID
) -> bytes:
    keys: KeyRing = state.keys
    releases: ReleaseReader = state.releases
    live: Mirror = state.live
    experiment: Experiment = state.experiment
    caller = await keys.caller(authorization)
    asked = Asked(caller.tenant_id, member_id, request_id, limit, "soon", state.clock())
    async with releases.lend() as release:
        return await answered(release, live, asked, experiment, state.meters)


def _authorization(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"authorization":
            return str(value, "latin-1")
    return None
