"""The application: routes, hot routes, error rendering and the lifetime of pools and committer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from pydantic import BaseModel
from starlette.routing import BaseRoute
from starlette.types import Receive, Scope, Send

from transactional import problem_documents
from transactional.access.operations import KeyRing
from transactional.body_limit import BodyLimit
from transactional.clock import Clock, system_clock
from transactional.database import open_pools
from transactional.engine.committer import Committer
from transactional.fulfilment.carriers.settings import carriers_of
from transactional.hot_routes import HotRoutes
from transactional.payments.settings import providers_of
from transactional.problem_documents import responses
from transactional.query_parameters import refuse_unknown_parameters
from transactional.request_hash import request_hash_key
from transactional.risk.subjects import subject_key
from transactional.routing import HOT_ROUTES, ROUTERS, describe_hot_routes
from transactional.sessions.domain import SessionSigner
from transactional.sessions.oidc import Attempts
from transactional.sessions.operations import LoginDesk
from transactional.sessions.provider import provider_of
from transactional.settings import TransactionalSettings
from transactional.webhooks.addresses import AddressRules
from transactional.webhooks.lookup import AddressGuard


class Health(BaseModel):
    """The service is up and its database answers."""

    status: str
    database: str


class Service(FastAPI):
    """FastAPI with the hot routes in front of it; they are described in the same OpenAPI document."""

    def __init__(self, **about: Any) -> None:
        super().__init__(**about)
        self._front = BodyLimit(HotRoutes(super().__call__, HOT_ROUTES))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (scope["method"], scope["path"]) in HOT_ROUTES:
            scope["app"] = self
            await self._front(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """Return the routes of all capabilities.

    Applications of one process share them: FastAPI makes the routes of an included router anew at the first request,
    which takes longer than most requests of an application that lives for one test.
    """
    shared = APIRouter(
        # A body without a Content-Type is JSON.
        strict_content_type=False,
        dependencies=[Depends(refuse_unknown_parameters)],
    )
    for router in ROUTERS:
        shared.include_router(router)
    return tuple(shared.routes)


def create_app(settings: TransactionalSettings, clock: Clock = system_clock) -> FastAPI:
    """Return the service; its pools open when it starts."""

    vault = settings.vault()

    @asynccontextmanager
    async def lifetime(app: FastAPI) -> AsyncIterator[None]:
        async with (
            open_pools(settings.database_url) as pools,
            Committer(pools.committer, hash_key=request_hash_key(vault)).running() as committer,
            providers_of(settings.payments_file, clock) as providers,
            provider_of(settings.oidc(), clock) as oidc_provider,
            carriers_of(settings.fulfilment_file, clock) as carriers,
        ):
            app.state.providers = providers
            app.state.oidc_provider = oidc_provider
            app.state.carriers = carriers
            app.state.pools = pools
            app.state.committer = committer
            app.state.keys = KeyRing(pools.api)
            app.state.login_desk = LoginDesk(
                pools.api, SessionSigner(settings.session_secret.get_secret_value(), clock)
            )
            yield

    app = Service(
        title="Pointmart transactional API",
        version="1",
        description="Members, points, redemptions and behaviour of one tenant's mall. Times are UTC, points are "
        "integers, every refusal is a problem document (RFC 9457).",
        lifespan=lifetime,
        routes=[*_routes()],
        dependencies=[Depends(refuse_unknown_parameters)],
    )
    app.state.clock = clock
    app.state.vault = vault
    app.state.subject_key = subject_key(settings.session_secret.get_secret_value())
    app.state.oidc_attempts = Attempts(settings.session_secret.get_secret_value(), clock)
    app.state.max_prize_fen = settings.max_prize_fen
    app.state.webhook_guard = AddressGuard(
        AddressRules(settings.allow_loopback_webhooks, settings.allow_private_webhooks)
    )
    app.add_middleware(BodyLimit)
    problem_documents.install(app)

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

    describe_hot_routes(app)
    return app
