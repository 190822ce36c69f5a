"""Answers that leave as one packet: what a reader at the other end gets, and in how many pieces."""

import asyncio
import socket

import pytest
import uvicorn

from orchestration.cli.joined_writes import JoinedHttp, JoinedWrites

HEAD_OF_CHUNKS = b"transfer-encoding: chunked"


class Written:
    """A transport that only keeps what is written to it."""

    def __init__(self):
        self.pieces, self.is_closed, self.protocol = [], False, None

    def write(self, data):
        assert not self.is_closed
        self.pieces.append(data)

    def close(self):
        self.is_closed = True

    def is_closing(self):
        return self.is_closed

    def set_protocol(self, protocol):
        self.protocol = protocol, list(self.pieces)


@pytest.fixture
async def joined():
    transport = Written()
    return transport, JoinedWrites(transport, asyncio.get_running_loop())


async def test_a_head_waits_for_its_body_and_nobody_waits_for_the_loop(joined):
    transport, writes = joined
    writes.write(b"head")
    assert transport.pieces == []
    writes.write(b"body")
    assert transport.pieces == [b"headbody"]
    await asyncio.sleep(0)
    assert transport.pieces == [b"headbody"]


async def test_what_is_written_alone_leaves_when_the_loop_comes_round(joined):
    transport, writes = joined
    writes.write(b"a")
    await asyncio.sleep(0)
    writes.write(b"b")
    await asyncio.sleep(0)
    assert transport.pieces == [b"a", b"b"]


async def test_an_empty_body_sends_its_head(joined):
    transport, writes = joined
    writes.write(b"head")
    writes.write(b"")
    assert transport.pieces == [b"head"]


async def test_nothing_is_lost_when_it_is_closed_or_handed_on(joined):
    transport, writes = joined
    writes.write(b"a")
    writes.set_protocol("another")
    assert transport.protocol == ("another", [b"a"])
    writes.write(b"b")
    writes.close()
    assert transport.pieces == [b"a", b"b"]
    await asyncio.sleep(0)


async def test_nothing_is_written_to_a_connection_that_is_gone(joined):
    transport, writes = joined
    writes.write(b"a")
    transport.close()
    await asyncio.sleep(0)
    assert transport.pieces == []


async def application(scope, receive, send):
    """Answers /whole in one piece, /nothing with no body, anything else in three chunks, each after a while."""
    if scope["type"] != "http":
        raise NotImplementedError
    if scope["path"] == "/nothing":
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body", "body": b""})
    elif scope["path"] == "/whole":
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"5")]})
        await send({"type": "http.response.body", "body": b"whole"})
    else:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for chunk in (b"first", b"second", b"third"):
            await asyncio.sleep(0.01)
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
        await send({"type": "http.response.body", "body": b""})


@pytest.fixture
async def address():
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application, http=JoinedHttp, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    yield listener.getsockname()
    server.should_exit = True
    await serving
    listener.close()


async def asked(address, path, end):
    reader, writer = await asyncio.open_connection(*address)
    writer.write(b"GET %s HTTP/1.1\r\nhost: here\r\n\r\n" % path)
    answer = await asyncio.wait_for(reader.readuntil(end), 5)
    writer.close()
    return answer


async def test_whole_empty_and_streamed_answers_arrive_as_they_were_sent(address):
    whole = await asked(address, b"/whole", b"whole")
    assert whole.startswith(b"HTTP/1.1 200")
    assert whole.endswith(b"\r\n\r\nwhole")
    assert (await asked(address, b"/nothing", b"\r\n\r\n")).startswith(b"HTTP/1.1 204")
    streamed = await asked(address, b"/streamed", b"0\r\n\r\n")
    assert HEAD_OF_CHUNKS in streamed
    assert streamed.endswith(b"5\r\nfirst\r\n6\r\nsecond\r\n5\r\nthird\r\n0\r\n\r\n")
