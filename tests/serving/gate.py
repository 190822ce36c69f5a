"""Outages: a gate before the real database, to close and open again, and servers that let nobody in."""

import asyncio
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit


class Gate:
    """Forwards a local port to the database's socket."""

    def __init__(self, database_url: str) -> None:
        parts = urlsplit(database_url)
        self._socket = parse_qs(parts.query)["host"][0] + "/.s.PGSQL.5432"
        self._database = parts.path
        self._server: asyncio.Server | None = None
        self._port = 0
        self._pipes: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """Return the URL of the database behind the gate."""
        return f"postgresql://postgres@127.0.0.1:{self._port}{self._database}"

    async def open(self) -> None:
        """Let connections through, on the same port as before."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Cut every connection and refuse new ones."""
        if self._server is not None:
            self._server.close()
            self._server = None
        pipes = list(self._pipes)
        for pipe in pipes:
            pipe.cancel()
        await asyncio.gather(*pipes, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._pipes.add(task)
        try:
            far_reader, far_writer = await asyncio.open_unix_connection(self._socket)
            async with asyncio.TaskGroup() as group:
                group.create_task(_pump(reader, far_writer))
                group.create_task(_pump(far_reader, writer))
        except asyncio.CancelledError:
            far_writer.close()
            writer.close()
        finally:
            self._pipes.discard(task)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def running_gate(database_url: str) -> AsyncIterator[Gate]:
    """Open a gate for the block."""
    gate = Gate(database_url)
    await gate.open()
    try:
        yield gate
    finally:
        await gate.close()


@asynccontextmanager
async def refusing_server(sqlstate: str | None) -> AsyncIterator[str]:
    """Yield the URL of a server that refuses every connection with a code, or with None keeps it waiting."""
    waiting: set[asyncio.StreamWriter] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(8)
        if sqlstate is None:
            waiting.add(writer)
            return
        # No to encryption; the start-up message follows and is refused.
        writer.write(b"N")
        await reader.read(1024)
        fields = f"SFATAL\0VFATAL\0C{sqlstate}\0Mgo away\0\0".encode()
        writer.write(b"E" + struct.pack("!i", len(fields) + 4) + fields)
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1")
    try:
        yield f"postgresql://postgres@127.0.0.1:{server.sockets[0].getsockname()[1]}/mall"
    finally:
        server.close()
        for writer in waiting:
            writer.close()
