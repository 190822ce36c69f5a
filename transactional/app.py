"""The application: routes, hot routes, error rendering and the lifetime of pools and committer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec
from fastapi import FastAPI, Request
from pydantic import BaseModel

from transactional import problem_documents
from transactional.access.operations import KeyRing
from transactional.behaviour import events, feedback
from transactional.body_limit import BodyLimit
from transactional.catalogue import routes as catalogue
from transactional.clock import Clock, system_clock
from transactional.database import open_pools
from transactional.engine.committer import Committer
from transactional.exchange import agreement_routes as exchange_agreements
from transactional.exchange import link_routes as exchange_links
from transactional.exchange import routes as exchanges
from transactional.hot_routes import HotRoutes, Routes
from transactional.ledger import routes as ledger
from transactional.members import routes as members
from transactional.payments import routes as payments
from transactional.payments.settings import providers_of
from transactional.problem_documents import ProblemDocument, responses
from transactional.redemption import change_routes as redemption_changes
from transactional.redemption import requests as redemption_requests
from transactional.redemption import routes as redemption
from transactional.risk import block_routes as risk_blocks
from transactional.risk import routes as risk
from transactional.risk.subjects import subject_key
from transactional.sessions import routes as sessions
from transactional.sessions.domain import SessionSigner
from transactional.sessions.operations import LoginDesk
from transactional.settings import TransactionalSettings
from transactional.webhooks import delivery_routes as webhook_deliveries
from transactional.webhooks import routes as webhooks
from transactional.webhooks.addresses import AddressRules
from transactional.webhooks.lookup import AddressGuard

HOT_ROUTES: Final[Routes] = {
    ("POST", "/v1/redemptions"): redemption_requests.redeem,
    ("POST", "/v1/events"): events.record_events,
}


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
            providers_of(settings.payments_file, clock) as providers,
        ):
            app.state.providers = providers
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
    app.state.vault = settings.vault()
    app.state.subject_key = subject_key(settings.session_secret.get_secret_value())
    app.state.webhook_guard = AddressGuard(
        AddressRules(settings.allow_loopback_webhooks, settings.allow_private_webhooks)
    )
    # The hot routes skip FastAPI's parsing and validation; they are described in the same document below. What is
    # added last stands outside: the body limit bounds them too.
    app.add_middleware(HotRoutes, routes=HOT_ROUTES)
    app.add_middleware(BodyLimit)
    problem_documents.install(app)
    for module in (
        members,
        ledger,
        catalogue,
        payments,
        redemption,
        redemption_changes,
        exchange_agreements,
        exchange_links,
        exchanges,
        feedback,
        risk,
        risk_blocks,
        sessions,
        webhook_deliveries,
        webhooks,
    ):
        app.include_router(module.router)

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
            document["components"]["schemas"].update(schemas)
            document["paths"].setdefault("/v1/redemptions", {})["post"] = (
                redemption_requests.openapi_operation()
            )
            document["paths"]["/v1/events"] = {"post": events.openapi_operation()}
        assert app.openapi_schema is not None
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
