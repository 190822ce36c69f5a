"""A tiny run of the whole measurement, and the parts whose mistakes would flatter it."""

import asyncio
import io
import json

import psycopg
import pytest
from rich.console import Console

from orchestration.cli.bench import books, meters
from orchestration.cli.bench.figures import write_figures
from orchestration.cli.bench.generator import generate, percentiles
from orchestration.cli.bench.identities import ITEM, LATE_LOT, MEMBER, identifier, sql_identifier
from orchestration.cli.bench.order import Order
from orchestration.cli.bench.plan import Plan
from orchestration.cli.bench.report import show
from orchestration.cli.bench.run import run
from orchestration.cli.bench.seed import SeededOtherwise, seed

SMALL = {"members": 500, "items": 20, "history_entries": 400, "history_redemptions": 60}
PROMISED = (
    "spread_per_s", "hot_per_s", "p99_ms", "lone_ms", "success_rate", "pgbench_spread_per_s",
    "pgbench_hot_per_s", "events_per_s",
)  # fmt: skip


def quiet() -> Console:
    return Console(file=io.StringIO(), width=120)


@pytest.fixture
def seeded(database_url, tmp_path):
    """A connection to a small seeded mall."""
    seed(database_url, Plan(tmp_path / "out.json", **SMALL), quiet())
    with psycopg.connect(database_url, autocommit=True) as connection:
        yield connection


def test_a_tiny_run_writes_every_figure_and_leaves_true_books(tmp_path):
    out = tmp_path / "bench" / "redemption.json"
    # So many members that none asks faster than the risk rules let a person ask.
    size = {**SMALL, "members": 20_000}
    plan = Plan(out, **size, seconds=1, warm_up=0, connections=8, pgbench_few=4)
    console = quiet()
    figures = run(plan, console)
    show(figures, console)
    write_figures(figures.document(), out)
    found = json.loads(out.read_text())
    assert found["wrong"] == []
    assert found["books_are_true"] is True
    assert found["success_rate"] == 1.0
    assert all(found[name] > 0 for name in PROMISED)
    assert found["settings"]["fsync"] == "on"
    assert found["settings"]["synchronous_commit"] == "on"
    assert found["phases"]["spread"]["asked"] >= found["phases"]["spread"]["in_time"]
    assert "redemptions/s over all items" in console.file.getvalue()
    # The database of the run is gone; the figures and the servers' logs stay.
    assert sorted(p.name for p in out.parent.iterdir()) == ["redemption.json", "server-1.log", "server-2.log"]


def test_the_seeded_mall_is_true_and_of_the_size_asked_for(seeded):
    assert books.check_books(seeded) == []
    counts = {
        table: seeded.execute(f"select count(*) from mall.{table}").fetchone()[0]
        for table in ("member", "offer", "lot", "entry", "redemption", "redemption_line", "idempotency_key")
    }
    # 100 pairs of history (60 of them redemptions) and two opening lots a member.
    assert counts == {
        "member": 500, "offer": 21, "lot": 1100, "entry": 2400, "redemption": 60, "redemption_line": 60,
        "idempotency_key": 160,
    }  # fmt: skip
    assert seeded.execute("select sum(balance) from mall.account").fetchone()[0] == 500 * 1_000_600


def test_a_seeded_mall_is_used_again_only_for_the_same_plan(seeded, database_url, tmp_path):
    assert seed(database_url, Plan(tmp_path / "out.json", **SMALL), quiet())
    with pytest.raises(SeededOtherwise, match="500 members"):
        seed(database_url, Plan(tmp_path / "out.json", **{**SMALL, "members": 600}), quiet())


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("update mall.account set balance = balance + 1 where account_id = {member}", "1 accounts"),
        ("update mall.lot set remaining_points = 7 where lot_id = {lot}", "1 lots"),
        ("update mall.stock set on_hand = on_hand - 1 where item_id = {item}", "1 items"),
        ("delete from mall.idempotency_key where key in ({some})", "1 redemptions without a key"),
        ("delete from mall.outbox where topic = 'redemption.completed'", "60 redemptions nobody was told of"),
        ("update mall.redemption_line set quantity = 2", "60 redemptions whose lines"),
        ("delete from mall.entry where entry_no = 0 and transfer_id = {lot}", "1 transfers without entries"),
    ],
)
def test_a_fault_in_the_books_is_found(seeded, fault, words):
    some = "select key from mall.idempotency_key where operation = 'redeem' limit 1"
    names = {
        "member": f"'{identifier(MEMBER, 3)}'", "lot": f"'{identifier(LATE_LOT, 3)}'",
        "item": f"'{identifier(ITEM, 3)}'", "some": some,
    }  # fmt: skip
    seeded.execute("set session_replication_role = replica")
    seeded.execute(fault.format(**names))
    assert any(found.startswith(words) for found in books.check_books(seeded))


def test_python_and_sql_derive_the_same_identifiers(database_url):
    with psycopg.connect(database_url) as connection:
        row = connection.execute(f"select {sql_identifier(MEMBER, '987654')}::text").fetchone()
    assert row == (identifier(MEMBER, 987_654),)
    assert identifier(MEMBER, 987_654) == "01941f38-8e06-7001-8000-0000000f1206"


def test_percentiles_are_exact():
    milliseconds = [n / 1000 for n in range(200, 0, -1)]
    assert percentiles(milliseconds) == {"p50": 100, "p95": 190, "p99": 198, "p999": 200, "max": 200}
    assert percentiles([]) == {}


async def test_the_generator_counts_refusals_and_broken_connections():
    answers = iter(range(1_000_000))

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Every third request is refused, the fifth breaks the connection, the others succeed in two pieces.
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = next(
                int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.startswith(b"Content-Length")
            )
            await reader.readexactly(length)
            number = next(answers)
            if number == 4:
                break
            status = b"409 Conflict" if number % 3 == 2 else b"201 Created"
            writer.write(b"HTTP/1.1 " + status + b"\r\nContent-Length: 4\r\n\r\n")
            await asyncio.sleep(0.01)
            writer.write(b'{"":')
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    order = Order(
        kind="redeem", ports=[port], connections=1, seconds=5, key="k", members=10, first_item=1, last_item=2,
        sale="s", context=True, seed=1,
    )  # fmt: skip
    async with server:
        tally = await generate(order)
    assert (tally.asked, tally.succeeded) == (5, 3)
    assert tally.failures == {"409": 1, "connection lost": 1}


def test_settings_that_lose_commits_are_named():
    settings = {"fsync": "off", "synchronous_commit": "on", "full_page_writes": "off"}
    assert meters.not_durable(settings) == ["fsync", "full_page_writes"]
