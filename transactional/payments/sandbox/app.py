"""The sandbox as one ASGI application: both providers' APIs, the page behind a code, and the testers' control."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
from pydantic_settings import BaseSettings, SettingsConfigDict
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from transactional.clock import Clock, system_clock
from transactional.payments.sandbox.alipay_api import AlipayDesk
from transactional.payments.sandbox.book import Book
from transactional.payments.sandbox.control import ControlDesk
from transactional.payments.sandbox.delivery import Courier
from transactional.payments.sandbox.key_files import read_keys
from transactional.payments.sandbox.pages import PayPage
from transactional.payments.sandbox.wechat_api import WeChatDesk


class SandboxSettings(BaseSettings):
    """Where the sandbox's keys lie: POINTMART_SANDBOX_KEYS, as `pointmart sandbox keys` made them."""

    model_config = SettingsConfigDict(env_prefix="POINTMART_")

    sandbox_keys: Path


def create_app(settings: SandboxSettings, clock: Clock = system_clock) -> Starlette:
    """Return the sandbox of both providers.

    Raises:
        NoSandboxKeys: the folder of the settings holds none.
    """
    keys = read_keys(settings.sandbox_keys)
    book = Book()
    # Notifications go to this machine: no proxy, no redirects.
    client = httpx.AsyncClient(timeout=10, trust_env=False)
    courier = Courier(client)

    @asynccontextmanager
    async def lifetime(_: Starlette) -> AsyncIterator[None]:
        async with client:
            yield
            await courier.stop()

    async def health(_: Request) -> JSONResponse:
        return JSONResponse({"status": "ok"})

    parts = (keys, book, courier, clock)
    return Starlette(
        routes=[
            *WeChatDesk(*parts).routes(),
            *AlipayDesk(*parts).routes(),
            *PayPage(*parts).routes(),
            *ControlDesk(*parts).routes(),
            Route("/health", health),
        ],
        lifespan=lifetime,
    )
