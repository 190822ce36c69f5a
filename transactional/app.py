"""The application: routes, hot routes, error rendering and the lifetime of pools and committer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from fastapi import FastAPI, Request
from pydantic import BaseModel
from starlette.routing import Route

from transactional import problem_documents
from transactional.access.operations import KeyRing
from transactional.behaviour import events, feedback
from transactional.body_limit import BodyLimit
from transactional.catalogue import routes as catalogue
from transactional.clock import Clock, system_clock
from transactional.database import open_pools
from transactional.draws import log_routes as draw_logs
from transactional.draws import routes as draws
from transactional.engine.committer import Committer
from transactional.flash_sales import routes as flash_sales
from transactional.ledger import routes as ledger
from transactional.members import routes as members
from transactional.problem_documents import ProblemDocument, responses
from transactional.redemption import requests as redemption_requests
from transactional.redemption import routes as redemption
from transactional.sessions import routes as sessions
from transactional.sessions.domain import SessionSigner
from transactional.sessions.operations import LoginDesk
from transactional.settings import TransactionalSettings


class Health(BaseModel):
    """The service is up and its database answers."""

    status: str
    database: str


def create_app(settings: TransactionalSettings, clock: Clock = system_clock) -> FastAPI:
    """Return the service; its pools open when it starts."""

    @asynccontextmanager
    async def lifetime(app: FastAPI) -> AsyncIterator[None]:
        async with (
            open_pools(settings.database_url) as pools,
            Committer(pools.committer).running() as committer,
        ):
            app.state.pools = pools
            app.state.committer = committer
            app.state.keys = KeyRing(pools.api)
            app.state.login_desk = LoginDesk(
                pools.api, SessionSigner(settings.session_secret.get_secret_value(), clock)
            )
            yield

    app = FastAPI(
        title="Pointmart transactional API",
        version="1",
        description="Members, points, redemptions and behaviour of one tenant's mall. Times are UTC, points are "
        "integers, every refusal is a problem document (RFC 9457).",
        lifespan=lifetime,
        # A body is JSON here whatever its Content-Type says, as on the hot routes.
        strict_content_type=False,
    )
    app.state.clock = clock
    app.state.max_prize_fen = settings.max_prize_fen
    app.add_middleware(BodyLimit)
    problem_documents.install(app)
    for module in (members, ledger, catalogue, redemption, draws, draw_logs, flash_sales, feedback, sessions):
        app.include_router(module.router)
    # The hot routes skip FastAPI's parsing and validation; they are described in the same document below.
    app.router.routes.append(Route("/v1/redemptions", redemption_requests.redeem, methods=["POST"]))
    app.router.routes.append(Route("/v1/events", events.record_events, methods=["POST"]))

    @app.get(
        "/health",
        tags=["health"],
        summary="Tell whether the service works",
        responses=responses(),
    )
    async def health(request: Request) -> Health:
        """Tell whether the service and its database answer."""
        await request.app.state.pools.api.fetchval("select 1", timeout=2)
        return Health(status="ok", database="ok")

    _describe_hot_routes(app)
    return app


def _describe_hot_routes(app: FastAPI) -> None:
    """Add what FastAPI does not know of to the OpenAPI document."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = generate()
            structs = (redemption_requests.RedemptionRequest, events.EventBatch, events.EventResults)
            _, schemas = msgspec.json.schema_components(structs, ref_template="#/components/schemas/{name}")
            schemas["ProblemDocument"] = ProblemDocument.model_json_schema()
            schemas["Redemption"] = redemption.Redemption.model_json_schema(
                ref_template="#/components/schemas/{model}"
            )
            schemas["Redemption"].pop("$defs", None)
            document["components"]["schemas"].update(schemas)
            document["paths"].setdefault("/v1/redemptions", {})["post"] = (
                redemption_requests.openapi_operation()
            )
            document["paths"]["/v1/events"] = {"post": events.openapi_operation()}
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
