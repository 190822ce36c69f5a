"""HTTP whose answers leave as one packet: the head with the body.

The server writes each by itself, and each write is a call into the kernel and wakes whoever reads at the other end,
who can do nothing with a head alone.
"""

import asyncio
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class JoinedHttp(HttpToolsProtocol):
    """The server's HTTP protocol over a transport that joins what is written in one go."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection."""
        joined = JoinedWrites(transport, asyncio.get_running_loop())
        super().connection_made(cast(asyncio.Transport, joined))


class JoinedWrites:
    """A transport that keeps a piece until the next one is written, which goes with it, or until the loop comes round.

    So what is written alone (a chunk of a stream) waits for nobody but those who are ready already.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._call_soon = loop.call_soon
        self._kept = b""

    def write(self, data: bytes) -> None:
        """Write a piece now with the one before it, or soon."""
        if self._kept:
            self._transport.write(self._kept + data)
            self._kept = b""
        elif data:
            self._kept = data
            self._call_soon(self.flush)

    def flush(self) -> None:
        """Write what is kept."""
        kept, self._kept = self._kept, b""
        if kept and not self._transport.is_closing():
            self._transport.write(kept)

    def close(self) -> None:
        """Close the connection after all that was written."""
        self.flush()
        self._transport.close()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Hand the connection to another protocol."""
        self.flush()
        self._transport.set_protocol(protocol)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
