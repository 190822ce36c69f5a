"""`pointmart draw verify` as a person meets it."""

import asyncio
import json
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from uuid import UUID, uuid4

import asyncpg
import msgspec
import pytest

from tests.command_line import pointmart, sentence
from transactional.catalogue.operations import (
    NewItem,
    NewOffer,
    StockReceipt,
    add_items,
    add_offers,
    receive_stock,
)
from transactional.draws.domain import NewDraw, Prize
from transactional.draws.log_queries import whole_log
from transactional.draws.operations import open_draw
from transactional.draws.revealing import reveal_draw
from transactional.tenants.operations import NewTenant, create_tenant

NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
DRAW = UUID(int=7 << 76 | 2 << 62 | 1)
SEED = bytes(range(32))


def unsealed(secret: bytes, *, context: bytes) -> bytes:
    return secret


async def revealed(database_url: str) -> bytes:
    """Hold a draw nobody took part in and return its log."""
    connection = await asyncpg.connect(database_url)
    try:
        tenant_id = await create_tenant(connection, NewTenant("acorn", "橡果", "retail"))
        tea = (await add_items(connection, [NewItem("tea", "tea", "demo", "physical", "staple")]))["tea"]
        await add_offers(
            connection, tenant_id=tenant_id, offers=[NewOffer(tea, 100, "pickup", NOON, NOON)]
        )  # fmt: skip
        receipt = StockReceipt(tea, 5, "opening", NOON)
        await receive_stock(connection, tenant_id=tenant_id, receipts=[receipt])
        new = NewDraw(
            reference="spring", name="春季抽奖", ticket_points=20, starts_at=NOON,
            ends_at=NOON + timedelta(hours=1), max_tickets=10, member_limit=1, one_prize_per_member=False,
            entropy_source=None, prizes=(Prize(tea, 2, 100),),
        )  # fmt: skip
        await open_draw(
            connection, tenant_id=tenant_id, draw_id=DRAW, new=new, request_hash=bytes(32), seed=SEED,
            salt=bytes(32), seal=unsealed, prize_limit_fen=100, now=NOON,
        )  # fmt: skip
        await reveal_draw(
            connection, tenant_id=tenant_id, draw_id=DRAW, unseal=unsealed, now=NOON + timedelta(hours=1)
        )
        return msgspec.json.encode(await whole_log(connection, tenant_id=tenant_id, draw_id=DRAW))
    finally:
        await connection.close()


@contextmanager
def served(document: bytes, path: str):
    """A server that answers one path with a document; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            found = self.path == path
            self.send_response(200 if found else 404)
            self.end_headers()
            if found:
                self.wfile.write(document)

        def log_message(self, *_):
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture
def mall(database_url, data_dir):
    return {"POINTMART_DATABASE_URL": database_url, "POINTMART_DATA_DIR": str(data_dir)}


def test_a_draw_is_proven_from_a_file_an_address_and_its_id(mall, database_url, tmp_path):
    document = asyncio.run(revealed(database_url))
    file = tmp_path / "log.json"
    file.write_bytes(document)
    commitment = json.loads(document)["terms"]["seed_hash"]
    path = f"/v1/draws/{DRAW}"
    with served(document, f"{path}/log") as address:
        for source in (str(file), f"{address}{path}/log", f"{address}{path}", str(DRAW)):
            done = pointmart("draw", "verify", source, "--seed-hash", commitment, **mall)
            assert (done.returncode, done.stderr) == (0, ""), source
            assert f"draw {DRAW} (春季抽奖) is proven: 0 winners" in done.stdout
        assert "answers 404" in sentence(pointmart("draw", "verify", f"{address}/other", **mall))


def test_what_differs_is_named(mall, database_url, tmp_path):
    log = json.loads(asyncio.run(revealed(database_url)))
    file = tmp_path / "log.json"

    def told(*options, **changed):
        file.write_text(json.dumps({**log, **changed}))
        return sentence(pointmart("draw", "verify", str(file), *options, **mall))

    assert "not the same seed" in told(reveal={**log["reveal"], "seed": "00" * 32})
    assert "all prizes have gone" in told(winners=[{"prize_no": 1, "ticket_no": 1}])
    assert "one of them was changed" in told(terms={**log["terms"], "ticket_points": 1})
    assert "is not revealed" in told(reveal=None)
    assert "was published before" in told("--seed-hash", "00" * 32)
    assert "is not in the log" in told("--receipt", "1:" + "00" * 32)
    file.write_text("no log")
    assert "not the public log" in sentence(pointmart("draw", "verify", str(file), **mall))


def test_a_log_that_is_nowhere_is_told(mall, tmp_path):
    missing = str(tmp_path / "missing.json")
    assert "cannot be read" in sentence(pointmart("draw", "verify", missing, **mall))
    assert "no draw" in sentence(pointmart("draw", "verify", str(uuid4()), **mall))
    assert "does not answer" in sentence(pointmart("draw", "verify", "http://127.0.0.1:1/v1/draws/x", **mall))
    wrong = pointmart("draw", "verify", missing, "--receipt", "first", **mall)
    assert wrong.returncode == 2
