"""The one route that is worth microseconds, answered before a framework matches, resolves and validates.

Answered are plain requests for a member's recommendations at home; whatever else a request says, well or badly formed,
the framework's own route answers, which is described in the OpenAPI document.
"""

import re
import time
from uuid import UUID, uuid4

from starlette.types import ASGIApp, Receive, Scope, Send

from serving.keys import KeyRing
from serving.metrics import Meters
from serving.problems import Problem, render
from serving.recommendations.answers import Asked
from serving.recommendations.mirror import Mirror
from serving.recommendations.policies import Experiment
from serving.recommendations.routes import MEMBER, answered
from serving.release_reader import ReleaseReader

_PATH = re.compile(r"/v1/recommendations/([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})")
_QUERY = re.compile(rb"(?:limit=([1-9]|[1-4][0-9]|50))?")
_USUAL_LIMIT = 10


class HotRoutes:
    """ASGI application that answers plain requests for recommendations and leaves the others to another one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "GET":
            path, query = _PATH.fullmatch(scope["path"]), _QUERY.fullmatch(scope["query_string"])
            if path is not None and query is not None:
                await _answer(UUID(path[1]), int(query[1] or _USUAL_LIMIT), scope, receive, send)
                return
        await self._app(scope, receive, send)


async def _answer(member_id: UUID, limit: int, scope: Scope, receive: Receive, send: Send) -> None:
    began = time.perf_counter()
    state = scope["app"].state
    keys: KeyRing = state.keys
    releases: ReleaseReader = state.releases
    meters: Meters = state.meters
    live: Mirror = state.live
    experiment: Experiment = state.experiment
    # A defect is told by the framework, further out.
    status = 500
    try:
        try:
            caller = await keys.caller(_authorization(scope))
            asked = Asked(caller.tenant_id, member_id, uuid4(), limit, "soon", state.clock())
            async with releases.lend() as release:
                response = await answered(release, live, asked, experiment, meters)
        except Problem as problem:
            response = render(problem)
        status = response.status_code
        await response(scope, receive, send)
    finally:
        meters.answered("GET", MEMBER, status, time.perf_counter() - began)


def _authorization(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"authorization":
            return str(value, "latin-1")
    return None
