"""The sandbox as one ASGI application: what the mall asks of it, and the testers' control."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import httpx
import msgspec
from pydantic_settings import BaseSettings, SettingsConfigDict
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from transactional.clock import Clock, system_clock
from transactional.fulfilment.carriers.sandbox import signature
from transactional.fulfilment.carriers.settings import FulfilmentSettings, read_settings
from transactional.fulfilment.states import ShipmentStatus


class SandboxSettings(BaseSettings):
    """The accounts file of the mall, whose sandbox secrets it shares, and where the mall listens to pushes."""

    model_config = SettingsConfigDict(env_prefix="POINTMART_")

    fulfilment_file: Path
    sandbox_notify_url: str = "http://127.0.0.1:8000"


class Scan(msgspec.Struct, forbid_unknown_fields=True):
    """What a tester lets happen to a parcel; with `is_lost` nobody is told of it."""

    tenant: str
    tenant_id: UUID
    tracking_number: str
    kind: ShipmentStatus
    occurred_at: datetime | None = None
    is_lost: bool = False


class Plan(msgspec.Struct, forbid_unknown_fields=True):
    """What the next top-ups come to, one after another: `away` answers nothing, `silent` does it and answers nothing."""

    steps: list[Literal["work", "refuse", "away", "silent"]]


class _Ask(msgspec.Struct):
    tracking_number: str


class _TopUp(msgspec.Struct):
    request_id: UUID
    expires_at: datetime | None = None


class Sandbox:
    """What it knows: the events of parcels by number, and what came of top-ups by request."""

    def __init__(self, settings: FulfilmentSettings, notify_url: str, clock: Clock) -> None:
        self._settings = settings
        self._notify_url = notify_url.rstrip("/")
        self._clock = clock
        self._parcels: dict[str, list[dict[str, Any]]] = {}
        self._top_ups: dict[UUID, dict[str, Any]] = {}
        self._steps: list[str] = []

    def routes(self, client: httpx.AsyncClient) -> list[Route]:
        """Return its routes; pushes go out over `client`."""

        async def scan(request: Request) -> Response:
            return await self._scan(msgspec.json.decode(await request.body(), type=Scan), client)

        return [
            Route("/parcels/events", self._signed(self._tell, "sandbox"), methods=["POST"]),
            Route("/top-ups", self._signed(self._top_up, "top_up"), methods=["POST"]),
            Route("/top-ups/inquiries", self._signed(self._inquire, "top_up"), methods=["POST"]),
            Route("/control/scans", scan, methods=["POST"]),
            Route("/control/top-ups", self._plan, methods=["POST"]),
        ]

    def _signed(self, handle: Callable[[bytes], Response], part: str) -> Callable[..., Any]:
        """Let only those call who share a tenant's secret of this part."""

        async def checked(request: Request) -> Response:
            body = await request.body()
            sent_at = request.headers.get("x-sandbox-timestamp", "")
            sections = (getattr(tenant, part) for tenant in self._settings.tenants.values())
            secrets = [section.secret.get_secret_value() for section in sections if section]
            told = request.headers.get("x-sandbox-signature")
            if told not in {signature(secret, sent_at, body) for secret in secrets}:
                return JSONResponse({"detail": "the signature is not that of a configured account"}, 401)
            return handle(body)

        return checked

    def _tell(self, body: bytes) -> Response:
        number = msgspec.json.decode(body, type=_Ask).tracking_number
        return JSONResponse({"events": self._parcels.get(number, [])})

    async def _scan(self, scan: Scan, client: httpx.AsyncClient) -> Response:
        section = self._settings.tenants.get(scan.tenant)
        if section is None or section.sandbox is None:
            return JSONResponse({"detail": f"no sandbox account of {scan.tenant} is configured"}, 404)
        at = scan.occurred_at or self._clock()
        event = {
            "event_id": f"{scan.kind}@{at.isoformat()}",
            "tracking_number": scan.tracking_number,
            "kind": scan.kind,
            "occurred_at": at.isoformat(),
        }
        self._parcels.setdefault(scan.tracking_number, []).append(event)
        if scan.is_lost:
            return JSONResponse({"pushed": None})
        body = msgspec.json.encode({"events": [event]})
        sent_at = str(int(self._clock().timestamp()))
        answer = await client.post(
            f"{self._notify_url}/v1/carriers/sandbox/events/{scan.tenant_id}",
            content=body,
            headers={
                "X-Sandbox-Timestamp": sent_at,
                "X-Sandbox-Signature": signature(section.sandbox.secret.get_secret_value(), sent_at, body),
            },
        )
        return JSONResponse({"pushed": answer.status_code})

    def _top_up(self, body: bytes) -> Response:
        asked = msgspec.json.decode(body, type=_TopUp)
        step = self._steps.pop(0) if self._steps else "work"
        if step == "away":
            return JSONResponse({}, 503)
        if asked.request_id not in self._top_ups:
            is_late = asked.expires_at is not None and asked.expires_at <= self._clock()
            self._top_ups[asked.request_id] = (
                {"outcome": "refused", "reason": "refused as a tester wanted, or too late"}
                if step == "refuse" or is_late
                else {"outcome": "succeeded", "reference": asked.request_id.hex}
            )
        if step == "silent":
            return JSONResponse({}, 504)
        return JSONResponse(self._top_ups[asked.request_id])

    def _inquire(self, body: bytes) -> Response:
        asked = msgspec.json.decode(body, type=_TopUp)
        known: Mapping[str, Any] = self._top_ups.get(asked.request_id, {"outcome": "unknown"})
        return JSONResponse(known)

    async def _plan(self, request: Request) -> Response:
        self._steps = list(msgspec.json.decode(await request.body(), type=Plan).steps)
        return JSONResponse({"steps": self._steps})


def create_app(
    settings: SandboxSettings, clock: Clock = system_clock, transport: httpx.AsyncBaseTransport | None = None
) -> Starlette:
    """Return the sandbox; `transport` carries its pushes, the network's if there is none.

    Raises:
        UnusableFulfilmentSettings: the accounts file cannot be used.
    """
    sandbox = Sandbox(read_settings(settings.fulfilment_file), settings.sandbox_notify_url, clock)
    # Pushes go to this machine: no proxy, no redirects.
    client = httpx.AsyncClient(timeout=10, trust_env=False, transport=transport)

    @asynccontextmanager
    async def lifetime(_: Starlette) -> AsyncIterator[None]:
        async with client:
            yield

    async def health(_: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def malformed(_: Request, error: Exception) -> Response:
        return JSONResponse({"detail": str(error)}, 422)

    return Starlette(
        routes=[*sandbox.routes(client), Route("/health", health)],
        lifespan=lifetime,
        exception_handlers={msgspec.MsgspecError: malformed},
    )
