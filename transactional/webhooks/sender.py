"""Sends one message over HTTP, to addresses the guard lets through, and tells what the endpoint answered.

httpcore and not httpx, because only its pool takes a network backend: the address that was checked is the one that
is connected to, while certificate and pooling go by the host's name.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

import httpcore

from transactional.webhooks.addresses import WebhookAddressRefused
from transactional.webhooks.lookup import AddressGuard
from transactional.webhooks.retries import Reply

_AGENT = "Pointmart-Webhooks/1"
# What an endpoint says beyond its status is read only to keep the connection, and only so far.
_READ_BYTES = 64 * 1024
# Shorter than the five seconds after which common servers close an idle connection.
_IDLE_SECONDS = 4.0
_MAX_ERROR = 300


class _GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to checked addresses only."""

    def __init__(self, guard: AddressGuard) -> None:
        self._guard = guard
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception | None = None
        for address in await self._guard.addresses(host, port):
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        assert failure is not None
        raise failure

    async def sleep(self, seconds: float) -> None:
        await self._network.sleep(seconds)


class Sender:
    """Posts messages, keeping connections for a moment."""

    def __init__(self, pool: httpcore.AsyncConnectionPool, timeout_seconds: float) -> None:
        self._pool = pool
        self._timeout_seconds = timeout_seconds

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> Reply:
        """Send a body and return the endpoint's reply; redirections are not followed."""
        try:
            async with (
                asyncio.timeout(self._timeout_seconds),
                self._pool.stream(
                    "POST",
                    url,
                    headers=[("content-type", "application/json"), ("user-agent", _AGENT), *headers.items()],
                    content=body,
                ) as response,
            ):
                status = response.status
                await _drain(response)
        except TimeoutError:
            return Reply(None, f"no answer within {self._timeout_seconds:g} s")
        except WebhookAddressRefused as error:
            return Reply(None, error.detail)
        except Exception as error:  # noqa: BLE001 - the boundary: whatever goes wrong is this endpoint's own failure
            return Reply(None, _printable(f"{type(error).__name__}: {error}"))
        return Reply(status, None if 200 <= status < 300 else f"answered {status}")


@asynccontextmanager
async def open_sender(
    guard: AddressGuard, tls: ssl.SSLContext, *, connections: int, timeout_seconds: float
) -> AsyncIterator[Sender]:
    """Give a sender for the block, with at most so many connections at a time."""
    async with httpcore.AsyncConnectionPool(
        ssl_context=tls,
        max_connections=connections,
        keepalive_expiry=_IDLE_SECONDS,
        network_backend=_GuardedNetwork(guard),
    ) as pool:
        yield Sender(pool, timeout_seconds)


def _printable(text: str) -> str:
    # What a broken endpoint sent may be quoted in it, and PostgreSQL's text cannot hold a NUL character.
    return "".join(c if c.isprintable() else "�" for c in text)[:_MAX_ERROR]


async def _drain(response: httpcore.Response) -> None:
    read = 0
    async for chunk in response.aiter_stream():
        read += len(chunk)
        if read > _READ_BYTES:
            return
