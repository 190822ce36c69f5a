"""Receives what the mall pushes, as the buyer's own system would: each message signed, and kept by what it is about."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from orchestration.cli.acceptance.mall import Mall
from orchestration.refusal import Refusal

_TOPICS = ("redemption.*",)
_ANSWER = b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


class NotListening(Refusal):
    """Nothing can be received: the port is taken, or the mall does not push to the address."""


class Listener:
    """What was pushed so far; a message may come twice, and then counts once."""

    def __init__(self, secret: str) -> None:
        self._key = base64.b64decode(secret.removeprefix("whsec_"))
        self._data: dict[tuple[str, str], Any] = {}
        self._came = asyncio.Event()
        self.forged = 0

    def take(self, headers: dict[str, str], body: bytes) -> None:
        """Keep a message that is signed with the secret (Standard Webhooks), and count one that is not."""
        signed = f"{headers.get('webhook-id')}.{headers.get('webhook-timestamp')}.".encode() + body
        right = b"v1," + base64.b64encode(hmac.digest(self._key, signed, hashlib.sha256))
        told = headers.get("webhook-signature", "").encode().split(b" ")
        if not any(hmac.compare_digest(right, one) for one in told):
            self.forged += 1
            return
        document = json.loads(body)
        self._data[document["subject_id"], document["type"]] = document["data"]
        self._came.set()

    async def data(self, subject_id: str, topic: str, until: float) -> Any:
        """Return what was pushed about something, or None if nothing is by a moment of `time.perf_counter`."""
        with suppress(TimeoutError):
            async with asyncio.timeout(max(until - time.perf_counter(), 0)):
                while (subject_id, topic) not in self._data:
                    self._came.clear()
                    await self._came.wait()
        return self._data.get((subject_id, topic))


@asynccontextmanager
async def listening(mall: Mall, *, url: str, port: int) -> AsyncIterator[Listener]:
    """Listen on a port for the block, and have the mall push redemptions to a URL that leads there.

    Raises:
        NotListening: the port is taken, or the mall refuses the URL.
    """
    waiting: asyncio.Future[Listener] = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # A caller that breaks off in the middle, or sends no message at all, is none of ours.
        with suppress(
            ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError, KeyError
        ):
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[1:]
            fields = (line.partition(":") for line in head if line)
            headers = {name.strip().lower(): value.strip() for name, _, value in fields}
            body = await reader.readexactly(int(headers["content-length"]))
            (await waiting).take(headers, body)
            writer.write(_ANSWER)
            await writer.drain()
        writer.close()

    try:
        server = await asyncio.start_server(serve, port=port)
    except OSError as error:
        raise NotListening(
            f"port {port} cannot be listened on ({error.strerror}); give another --webhook-port"
        ) from error
    async with server:
        body = {"url": url, "topics": list(_TOPICS), "description": "acceptance"}
        made = await mall.post("/v1/webhooks", body)
        if not made.is_ok:
            raise NotListening(
                f"the mall does not push to {url} ({made.status}: {made.body}); correct --webhook-url"
            )
        waiting.set_result(Listener(made.body["secret"]))
        try:
            yield waiting.result()
        finally:
            await mall.delete(f"/v1/webhooks/{made.body['endpoint_id']}")
