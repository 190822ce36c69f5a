"""Write-back of a literal release to the real service: what arrives, what is tried again, what is refused."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import duckdb
import httpx
import psycopg
import pytest
import uvicorn
from pydantic import SecretStr

from orchestration.cli.pipeline_key import announced, kept_pipeline_key
from orchestration.cli.platform_key import new_platform_key
from orchestration.cli.secret import read_private
from orchestration.cli.serve import listen
from orchestration.settings import DataFolder, PipelineSettings
from orchestration.write_back import sending
from orchestration.write_back.content import KINDS, TenantItems
from orchestration.write_back.finding import KeyMissing, find_mall, mall_or_reason
from orchestration.write_back.run import WrittenBack, write_back
from orchestration.write_back.sending import Mall, MallAway, WriteBackRefused, send
from tests.transactional.conftest import Shop, open_shop
from transactional.app import create_app
from transactional.settings import TransactionalSettings

OLD, NEW = "20260401T020000Z-0123abcd", "20260402T020000Z-0123abcd"
STRANGER, WAREHOUSE = uuid4(), uuid4()

TABLES = {
    "dim_tenant": "tenant_id uuid, last_fact_date date",
    "fct_member_segments": "tenant_id uuid, member_id uuid, month date, as_of_date date, segment varchar, "
    "lifecycle_stage varchar",
    "fct_member_risk_scores": "tenant_id uuid, member_id uuid, as_of_date date, denied_score int, "
    "open_review_score int, velocity_score int, score int",
    "fct_replenishment_proposals": "tenant_id uuid, item_id uuid, as_of_date date, quantity bigint, order_by date, "
    "covers_until date, reason varchar",
    "fct_holiday_plan_lines": "tenant_id uuid, as_of_date date, occasion_id varchar, first_day date, last_day date, "
    "item_id uuid, warehouse_id uuid, quantity bigint, order_by date, arrives_on date, need_date date, "
    "is_too_late boolean, wish_quantity bigint, order_up_to bigint, too_late_quantity bigint, "
    "shelf_life_quantity bigint, minimum_order_quantity bigint, pack_quantity bigint, budget_quantity bigint, "
    "storage_quantity bigint, risk_without double, risk_with double, cost_without_fen bigint, cost_with_fen bigint, "
    "demand_mean double, demand_q05 double, demand_q50 double, demand_q95 double, confidence varchar",
}


def publish(releases: Path, release_id: str, rows: dict[str, list[tuple[Any, ...]]]) -> None:
    """Write a release of these rows and make it the current one; a table without rows is there, too."""
    release = releases / release_id
    release.mkdir()
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release / 'marts.duckdb'}' as copied")
        connection.execute("create schema copied.marts")
        for name, columns in TABLES.items():
            connection.execute(f"create table copied.marts.{name} ({columns})")
            for row in rows.get(name, []):
                marks = ", ".join("?" * len(row))
                connection.execute(f"insert into copied.marts.{name} values ({marks})", row)
    current = releases / "current"
    current.unlink(missing_ok=True)
    current.symlink_to(release_id)


@contextmanager
def serving(database_url: str) -> Iterator[str]:
    """Run the transactional service on a port of its own during the block and give its address."""
    settings = TransactionalSettings(database_url=database_url, session_secret=SecretStr("s" * 32))
    server = uvicorn.Server(uvicorn.Config(create_app(settings), log_level="error", ws="none"))
    with listen("127.0.0.1", 0) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


async def make_shops(database_url: str) -> tuple[Shop, Shop]:
    connection = await asyncpg.connect(database_url)
    try:
        return await open_shop(connection), await open_shop(connection, "birch")
    finally:
        await connection.close()


@dataclass(frozen=True)
class Place:
    """A running mall with two tenants, and a folder of releases."""

    mall: Mall
    releases: Path
    acorn: Shop
    birch: Shop
    database_url: str

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.database_url) as connection:
            return connection.execute(query).fetchall()

    def tenants(self) -> list[tuple[Any, ...]]:
        return [(shop.tenant_id, date(2026, 3, 31)) for shop in (self.acorn, self.birch)]

    def first_release(self) -> dict[str, list[tuple[Any, ...]]]:
        acorn, birch = self.acorn, self.birch
        february, march = (date(2026, 2, 1), date(2026, 2, 28)), (date(2026, 3, 1), date(2026, 3, 31))
        day = date(2026, 3, 31)
        return {
            "dim_tenant": self.tenants(),
            "fct_member_segments": [
                (acorn.tenant_id, acorn.member, *february, "cooling", "at_risk"),
                (acorn.tenant_id, acorn.member, *march, "champion", "active"),
                (acorn.tenant_id, acorn.other_member, *march, None, "new"),
                (acorn.tenant_id, STRANGER, *march, "champion", "active"),
                (birch.tenant_id, birch.member, *february, "recent", "new"),
            ],
            "fct_member_risk_scores": [
                (acorn.tenant_id, acorn.member, day, 200, 0, 60, 260),
                (birch.tenant_id, birch.member, day, 0, 80, 0, 80),
            ],
            "fct_replenishment_proposals": [
                (acorn.tenant_id, acorn.tea, day, 30, date(2026, 4, 2), date(2026, 4, 21), "below_target")
            ],
            "fct_holiday_plan_lines": [
                (
                    acorn.tenant_id,
                    day,
                    "dragon-boat",
                    date(2026, 6, 19),
                    date(2026, 6, 21),
                    acorn.tea,
                    WAREHOUSE,
                    24,
                    date(2026, 6, 1),
                    date(2026, 6, 6),
                    date(2026, 6, 8),
                    False,
                    30,
                    44,
                    0,
                    0,
                    0,
                    4,
                    -10,
                    0,
                    0.9,
                    0.05,
                    9000,
                    1200,
                    40.5,
                    22.0,
                    40.0,
                    61.0,
                    "medium",
                )
            ],
        }


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[Place]:
    acorn, birch = asyncio.run(make_shops(database_url))
    releases = tmp_path / "releases"
    releases.mkdir()
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into mall.warehouse (tenant_id, warehouse_id, code, name, region) values (%s, %s, 'main', '总仓', '华东')",
            (acorn.tenant_id, WAREHOUSE),
        )
    with serving(database_url) as url:
        yield Place(
            Mall(url, new_platform_key(database_url, scope="write_back", label="test")),
            releases,
            acorn,
            birch,
            database_url,
        )


def segments(place: Place) -> list[tuple[UUID, str, str, date]]:
    return place.ask("select member_id, scheme, segment, as_of_date from mall.member_segment order by 2, 3")


def test_a_release_arrives_once_and_the_next_one_takes_its_place(place: Place) -> None:
    publish(place.releases, OLD, place.first_release())
    done = write_back(place.releases, place.mall)
    assert done.refusals == []
    assert {kind: dict(+results) for kind, results in done.results.items()} == {
        "segments": {"stored": 2, "unknown_member": 1},
        "life-cycle stages": {"stored": 3, "unknown_member": 1},
        "risk scores": {"stored": 2},
        "replenishment proposals": {"stored": 1},
        "holiday plans": {"stored": 1},
    }
    acorn, birch = place.acorn, place.birch
    march, february = date(2026, 3, 31), date(2026, 2, 28)
    assert sorted(segments(place)) == sorted(
        [
            (acorn.member, "life_cycle", "active", march), (acorn.other_member, "life_cycle", "new", march),
            (birch.member, "life_cycle", "new", february), (acorn.member, "rfm", "champion", march),
            (birch.member, "rfm", "recent", february),
        ]
    )  # fmt: skip
    scores = "select member_id, score, reasons, release_id from mall.member_risk_score order by score"
    assert place.ask(scores) == [
        (birch.member, 80, ["open_review"], OLD), (acorn.member, 260, ["denied", "velocity"], OLD),
    ]  # fmt: skip
    proposals = "select item_id, quantity, order_by, status, release_id from mall.replenishment_proposal"
    assert place.ask(proposals) == [(acorn.tea, 30, date(2026, 4, 2), "proposed", OLD)]

    plans = "select occasion_id, first_day, last_day, status, as_of_date, release_id from mall.holiday_plan"
    dragon_boat = ("dragon-boat", date(2026, 6, 19), date(2026, 6, 21))
    assert place.ask(plans) == [(*dragon_boat, "proposed", march, OLD)]
    lines = "select item_id, warehouse_id, quantity, order_by, cuts, risk_with from mall.holiday_plan_line"
    cuts = [{"reason": "pack", "quantity": 4}, {"reason": "budget", "quantity": -10}]
    assert place.ask(lines) == [(acorn.tea, WAREHOUSE, 24, date(2026, 6, 1), cuts, 0.05)]

    rows = "select xmin::text, t.* from mall.member_segment t order by 2, 3, 4"
    before = place.ask(rows)
    again = write_back(place.releases, place.mall)
    assert not any(results["stored"] or results["removed"] for results in again.results.values())
    assert place.ask(rows) == before

    publish(place.releases, NEW, {"dim_tenant": place.tenants()})
    over = write_back(place.releases, place.mall)
    assert over.results["segments"]["removed"] == 2
    assert (segments(place), place.ask(scores)) == ([], [])
    for kind in ("replenishment_proposal", "holiday_plan"):
        assert place.ask(f"select status from mall.{kind}") == [("superseded",)]


def test_an_older_release_is_refused_in_one_sentence_and_changes_nothing(place: Place) -> None:
    publish(place.releases, NEW, place.first_release())
    write_back(place.releases, place.mall)
    before = segments(place)
    publish(place.releases, OLD, {"dim_tenant": place.tenants()})
    refused = write_back(place.releases, place.mall)
    assert len(refused.refusals) == 2 * len(KINDS)
    assert f"the segments of tenant {place.acorn.tenant_id} were not written back" in str(refused.refusals)
    assert "\n" not in refused.refusals[0]
    assert refused.refused == {kind.name for kind in KINDS}
    assert segments(place) == before


def test_a_release_of_an_older_version_lacks_tables_and_the_others_are_written(place: Place) -> None:
    publish(place.releases, OLD, place.first_release())
    with duckdb.connect() as connection:
        connection.execute(f"attach '{place.releases / OLD / 'marts.duckdb'}' as release")
        connection.execute("drop table release.marts.fct_member_segments")
    done = write_back(place.releases, place.mall)
    assert done.refused == {"segments", "life-cycle stages"}
    assert "does not hold them" in done.refusals[0]
    assert done.results["risk scores"]["stored"] == 2


def test_a_mall_that_is_away_is_told_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "PART", 1)
    monkeypatch.setattr(sending.time, "sleep", lambda _: None)
    publish(tmp_path, OLD, {"dim_tenant": [(uuid4(), date(2026, 3, 31)), (uuid4(), date(2026, 3, 31))]})
    with listen("127.0.0.1", 0) as gone:
        port = gone.getsockname()[1]
    done: WrittenBack = write_back(tmp_path, Mall(f"http://127.0.0.1:{port}", "pmp_x"))
    assert [len(done.refusals), done.refused] == [1, {kind.name for kind in KINDS}]
    assert "does not answer (ConnectError)" in done.refusals[0]


def answering(*answers: httpx.Response | Exception) -> tuple[httpx.Client, list[bytes]]:
    """A client whose requests get these answers, and what it sent."""
    waiting, sent = list(answers), list[bytes]()

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request.content)
        told = waiting.pop(0)
        if isinstance(told, Exception):
            raise told
        return told

    return httpx.Client(base_url="http://mall", transport=httpx.MockTransport(answer)), sent


STORED = {"stored": 1, "removed": 0, "results": [{"id": "1", "result": "stored"}]}
ITEMS = TenantItems("t-1", date(2026, 3, 31), [{"member_id": "1", "score": 5, "reasons": ["velocity"]}])


def test_what_passes_by_itself_is_tried_again_with_the_same_request() -> None:
    pauses: list[float] = []
    lost = httpx.ReadTimeout("lost")
    client, sent = answering(httpx.Response(503), lost, httpx.Response(200, json=STORED))
    results = send(client, OLD, KINDS[2], ITEMS, pauses.append)
    assert results["stored"] == 1
    assert sent == 3 * [sent[0]]
    assert pauses == [0.5, 1.0]


def test_what_does_not_pass_is_not_tried_again() -> None:
    refusal = {"detail": "no such\ntenant"}
    client, sent = answering(httpx.Response(404, json=refusal))
    with pytest.raises(
        WriteBackRefused, match="risk scores of tenant t-1 were not written back: no such tenant"
    ):
        send(client, OLD, KINDS[2], ITEMS, lambda _: None)
    assert len(sent) == 1
    client, sent = answering(*4 * [httpx.ConnectError("no")])
    with pytest.raises(MallAway):
        send(client, OLD, KINDS[2], ITEMS, lambda _: None)
    assert len(sent) == 4


def test_many_items_go_in_parts_of_which_one_is_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "PART", 2)
    client, sent = answering(*3 * [httpx.Response(200, json=STORED)])
    send(client, OLD, KINDS[0], TenantItems("t", date(2026, 3, 31), [{"n": n} for n in range(5)]))
    bodies = [httpx.Response(200, content=body).json() for body in sent]
    assert [(len(body["items"]), body["is_last"], body["scheme"]) for body in bodies] == [
        (2, False, "rfm"), (2, False, "rfm"), (1, True, "rfm"),
    ]  # fmt: skip


def test_the_mall_is_the_one_that_the_settings_name_or_that_runs_here(data_dir: Path) -> None:
    folder = DataFolder(data_dir)
    folder.create()
    here = PipelineSettings(data_dir=data_dir, database_url=None)
    named = here.model_copy(update={"transactional_url": "http://mall"})
    assert find_mall(here) is None
    with pytest.raises(KeyMissing, match="POINTMART_PIPELINE_KEY"):
        find_mall(named)
    # A pipeline runs all the same, and says why it writes nothing back.
    mall, reason = mall_or_reason(named)
    assert (mall, "nothing is written back: POINTMART_TRANSACTIONAL_URL" in str(reason)) == (None, True)
    assert find_mall(named.model_copy(update={"pipeline_key": SecretStr("k")})) == Mall("http://mall", "k")
    with announced(folder, "http://running", "key"):
        assert find_mall(here) == Mall("http://running", "key")
        assert folder.mall.stat().st_mode & 0o077 == 0
        assert (read_private(folder.mall) or {})["pipeline_key"] == "key"
        with pytest.raises(KeyMissing):
            find_mall(named)
    assert find_mall(here) is None


def test_an_installation_keeps_its_key_until_the_database_does_not_know_it(
    data_dir: Path, database_url: str
) -> None:
    file = data_dir / "pipeline_key"
    key = kept_pipeline_key(database_url, file)
    assert kept_pipeline_key(database_url, file) == key
    assert file.stat().st_mode & 0o077 == 0
    with psycopg.connect(database_url) as connection:
        connection.execute("update mall.platform_key set revoked_at = now()")
    assert kept_pipeline_key(database_url, file) != key
    assert file.read_text() != key
