"""One keep-alive HTTP/1.1 connection that asks again as soon as it is answered."""

import asyncio
import time
from array import array
from collections import Counter
from collections.abc import Callable
from typing import cast

_EXAMPLE_BYTES = 300


class Counts:
    """What all connections of a load count together; times are seconds of `time.perf_counter`."""

    def __init__(self, until: float) -> None:
        """Count until a moment; what is answered later is counted apart."""
        self.until = until
        self.asked = 0
        self.succeeded = 0
        self.in_time = 0
        self.failures: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self.latencies = array("d")
        self.finished = array("d")

    def fail(self, what: str, example: bytes) -> None:
        """Count a failure."""
        self.failures[what] += 1
        self.examples.setdefault(what, example[:_EXAMPLE_BYTES].decode(errors="replace"))


class Connection(asyncio.Protocol):
    """Sends requests one after another; `ended` is set once it is answered after the time is up."""

    def __init__(self, make: Callable[[], bytes], status: bytes, start: bytes, counts: Counts) -> None:
        """Hope for answers with a status whose body begins with `start`."""
        self._make = make
        self._status = status
        self._start = start
        self._counts = counts
        self._received = b""
        self._sent_at = 0.0
        self._is_waiting = False
        self._transport: asyncio.WriteTransport | None = None
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the transport; `ask` begins."""
        # uvloop's transports are of no class of asyncio's.
        self._transport = cast(asyncio.WriteTransport, transport)

    def ask(self) -> None:
        """Send the next request, or end if the time is up."""
        assert self._transport is not None
        now = time.perf_counter()
        if now >= self._counts.until:
            self._end()
            self._transport.close()
            return
        request = self._make()
        self._counts.asked += 1
        self._is_waiting = True
        self._sent_at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take the answer when it is whole, judge it and ask again."""
        received = self._received + data if self._received else data
        body_at = received.find(b"\r\n\r\n") + 4
        if body_at < 4:
            self._received = received
            return
        length = _content_length(received[:body_at])
        if length is None:
            self._counts.fail("an answer without its length", received)
            self._is_waiting = False
            assert self._transport is not None
            self._transport.close()
            return
        if len(received) < body_at + length:
            self._received = received
            return
        self._received = b""
        self._judge(received, body_at)
        self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        """Count the request that will never be answered."""
        if self._is_waiting:
            self._is_waiting = False
            self._counts.fail("connection lost", str(exc).encode())
        self._end()

    def _end(self) -> None:
        if not self.ended.done():
            self.ended.set_result(None)

    def _judge(self, received: bytes, body_at: int) -> None:
        now = time.perf_counter()
        counts = self._counts
        self._is_waiting = False
        counts.latencies.append(now - self._sent_at)
        if received[9:12] != self._status:
            counts.fail(received[9:12].decode(errors="replace"), received[body_at:])
        elif not received.startswith(self._start, body_at):
            counts.fail("another answer than hoped for", received[body_at:])
        else:
            counts.succeeded += 1
            if now <= counts.until:
                counts.in_time += 1
                counts.finished.append(now)


def _content_length(head: bytes) -> int | None:
    """Return the length that the head of an answer names."""
    at = head.find(b"content-length: ")
    if at < 0:
        at = head.lower().find(b"content-length: ")
        if at < 0:
            return None
    return int(head[at + 16 : head.index(b"\r\n", at)])
