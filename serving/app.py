"""Assembles the service: settings in, application out."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from random import Random
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from serving import examples, health, metrics, problems, revalidation
from serving.clock import Clock, system_clock
from serving.database import open_database
from serving.experiments import placement_routes as placements
from serving.experiments import routes as experiments
from serving.forecasts import routes as forecasts
from serving.holiday_plans import routes as holiday_plans
from serving.hot_routes import HotRoutes
from serving.item_performance import routes as item_performance
from serving.keys import KeyRing
from serving.kpis import routes as kpis
from serving.metrics import Measured, Meters
from serving.platform import holiday_plans as platform_plans
from serving.platform import kpis as platform_kpis
from serving.query_parameters import refuse_unknown_parameters
from serving.recommendations import routes as recommendations
from serving.recommendations.mirror import Mirror
from serving.recommendations.news import BY_INDEX
from serving.recommendations.policies import Experiment
from serving.recommendations.released import MAKES
from serving.release_reader import ReleaseReader
from serving.remembered import Remembering
from serving.reports import routes as reports
from serving.segments import routes as segments
from serving.settings import ServingSettings
from serving.suppliers import routes as suppliers
from serving.suppliers import score_routes as supplier_scores
from serving.value_score import liability_routes
from serving.value_score import routes as value_score
from serving.warming import warming

# The groups of the OpenAPI document, in reading order.
_GROUPS = {
    "recommendations": "What to show whom, why, and what became of what was shown.",
    "kpis": "Metrics with definition, target, numerator, denominator and interval, by day, month and what is behind them.",
    "segments": "How many members are in each segment and stage, and where one stood.",
    "item performance": "How items are viewed, redeemed and rated, and which to improve.",
    "forecasts": "Demand of an item, a category or the shop, and what a flash sale would change.",
    "holiday plans": "What to order by when before a holiday.",
    "suppliers": "Which lead times suppliers kept, and their scores.",
    "value": "What the platform is worth to a tenant, and what it costs.",
    "reports": "A month in one document.",
    "platform": "What all tenants come to; for the platform's own people.",
    "health": "Whether the service can answer, and what it has counted; needs no key.",
}


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Return the routes of all capabilities.

    Applications of one process share them: FastAPI makes the routes of an included router anew at the first request,
    which takes longer than all other requests of an application that lives for one test.
    """
    shared = APIRouter()
    shared.include_router(health.router)
    shared.include_router(metrics.router)
    for module in (
        recommendations, kpis, segments, item_performance, forecasts, holiday_plans, suppliers, reports, experiments,
        platform_plans, platform_kpis, placements, supplier_scores, value_score, liability_routes,
    ):  # fmt: skip
        shared.include_router(module.router, dependencies=[Depends(refuse_unknown_parameters)])
    return tuple(shared.routes)


def create_app(settings: ServingSettings, *, clock: Clock = system_clock) -> FastAPI:
    """Return the service; it starts without a database and without a release, and says so in its answers."""

    meters = Meters()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        url = settings.database_url
        async with AsyncExitStack() as stack:
            database = await stack.enter_async_context(open_database(url))
            looking = await stack.enter_async_context(open_database(url, BY_INDEX))
            live = Mirror(database, looking, stock_seconds=settings.shop_fresh_seconds)
            releases = ReleaseReader(settings.releases_dir, makes=MAKES, warm=warming(clock, live))
            await stack.enter_async_context(releases.following())
            app.state.clock = clock
            app.state.meters = meters
            app.state.database = database
            app.state.releases = releases
            app.state.keys = KeyRing(
                database,
                fresh_seconds=settings.key_fresh_seconds,
                grace_seconds=settings.key_grace_seconds,
                session_secret=settings.session_secret,
            )
            app.state.live = live
            app.state.experiment = Experiment(
                settings.serving_control_share, settings.serving_exploration_share
            )
            yield

    app = _Serving(
        title="Pointmart serving",
        version="1",
        summary="Recommendations, KPIs, demand forecasts and holiday plans of one tenant, from the release in use; "
        "and what all tenants come to, for the platform.",
        openapi_tags=[{"name": name, "description": text} for name, text in _GROUPS.items()],
        lifespan=lifespan,
        routes=[*_routes()],
    )
    app.add_middleware(Remembering)
    app.add_middleware(Measured, meters=meters)
    problems.install(app)
    revalidation.install(app)
    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign] # FastAPI's documented way to extend it
    return app


class _Serving(FastAPI):
    """FastAPI with the hot routes before all that it does for each request."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        # An id has to be new, not secret.
        self._hot_routes = HotRoutes(super().__call__, self.state, Random())  # noqa: S311

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        await self._hot_routes(scope, receive, send)


def _openapi(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document with the schema that every error refers to."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            summary=app.summary,
            routes=app.routes,
            tags=app.openapi_tags,
        )
        document["components"]["schemas"]["ProblemDocument"] = problems.ProblemDocument.model_json_schema()
        revalidation.document(document["paths"])
        examples.document(document["paths"])
        app.openapi_schema = document
    return app.openapi_schema
