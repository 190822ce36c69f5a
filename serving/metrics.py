"""GET /metrics: what this process has answered and how fast, in the text format of Prometheus.

Each process counts for itself; where several answer on one port, a scrape reads one of them.
"""

import time
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import datetime

from fastapi import APIRouter, Request, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.context import Now
from serving.freshness import freshness_of
from serving.problems import responses
from serving.release import NoRelease
from serving.release_reader import ReleaseReader

router = APIRouter(tags=["health"])

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
# Upper bounds in seconds; promised are 0.025 and 0.05.
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
# What matched no route is counted together: paths are whatever strangers send.
_UNMATCHED = "unmatched"
_AGE, _LAG = "serving_release_age_seconds", "serving_data_lag_seconds"
_GAUGES = {
    _AGE: "How long ago the release in use was landed.",
    _LAG: "How long ago all that was committed is known to be in it; promised are 60.",
}


class Meters:
    """What was answered: counts by route and status, times by route, and answers without the live database."""

    def __init__(self) -> None:
        self._answers: Counter[tuple[str, str, int]] = Counter()
        self._times: defaultdict[str, list[int]] = defaultdict(lambda: [0] * (len(_BUCKETS) + 1))
        self._seconds: defaultdict[str, float] = defaultdict(float)
        self._degraded: Counter[str] = Counter()

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        self._answers[method, route, status] += 1
        self._times[route][bisect_left(_BUCKETS, seconds)] += 1
        self._seconds[route] += seconds

    def degraded(self, route: str) -> None:
        """Count an answer from the release alone."""
        self._degraded[route] += 1

    def exposition(self, of_release: Mapping[str, float]) -> str:
        """Return all that was counted, with the gauges of the release in use; none where there is no release."""
        lines = [
            "# HELP serving_requests_total Answers by method, route and status.",
            "# TYPE serving_requests_total counter",
        ]
        for (method, route, status), count in sorted(self._answers.items()):
            lines.append(
                f'serving_requests_total{{method="{method}",route="{route}",status="{status}"}} {count}'
            )
        lines += [
            "# HELP serving_request_seconds Time from the request to the end of its answer.",
            "# TYPE serving_request_seconds histogram",
        ]
        for route, counts in sorted(self._times.items()):
            lines += self._histogram(route, counts)
        lines += [
            "# HELP serving_degraded_answers_total Answers while the live database was away.",
            "# TYPE serving_degraded_answers_total counter",
        ]
        for route, count in sorted(self._degraded.items()):
            lines.append(f'serving_degraded_answers_total{{route="{route}"}} {count}')
        for name, seconds in of_release.items():
            lines += [f"# HELP {name} {_GAUGES[name]}", f"# TYPE {name} gauge", f"{name} {seconds:.3f}"]
        return "\n".join(lines) + "\n"

    def _histogram(self, route: str, counts: list[int]) -> list[str]:
        lines, so_far = [], 0
        for bound, count in zip((*map(str, _BUCKETS), "+Inf"), counts, strict=True):
            so_far += count
            lines.append(f'serving_request_seconds_bucket{{route="{route}",le="{bound}"}} {so_far}')
        return [
            *lines,
            f'serving_request_seconds_sum{{route="{route}"}} {self._seconds[route]:.6f}',
            f'serving_request_seconds_count{{route="{route}"}} {so_far}',
        ]


class Measured:
    """ASGI application that counts what another one answers."""

    def __init__(self, app: ASGIApp, meters: Meters) -> None:
        self._app = app
        self._meters = meters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # A defect is told as 500 further out.
        status, began = 500, time.perf_counter()

        async def sent(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, sent)
        finally:
            route = getattr(scope.get("route"), "path", _UNMATCHED)
            self._meters.answered(scope["method"], route, status, time.perf_counter() - began)


@router.get(
    "/metrics",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"example": "serving_release_age_seconds 12.5\n"}}},
        **responses(),
    },
)
async def get_metrics(request: Request, now: Now) -> Response:
    """Return what this process has counted since it started; needs no key and names no tenant."""
    meters: Meters = request.app.state.meters
    return Response(meters.exposition(await _ages(request.app.state.releases, now)), media_type=MEDIA_TYPE)


async def _ages(releases: ReleaseReader, now: datetime) -> dict[str, float]:
    try:
        async with releases.lend() as release:
            complete_until = freshness_of(release.manifest, releases.folder).complete_until
            return {
                _AGE: (now - release.manifest.landing.landed_at).total_seconds(),
                _LAG: max(0.0, (now - complete_until).total_seconds()),
            }
    except NoRelease:
        return {}
