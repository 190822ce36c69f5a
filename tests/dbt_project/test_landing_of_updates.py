"""Redemptions that change their status while they are landed: what staging shows is always one whole state.

The staging models are views on the landed files, so the project is built once and its tests run again, as they
were compiled, on every later landing.
"""

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID

import duckdb
import psycopg
import pytest

from orchestration.landing.batches import VIEWS, batches
from orchestration.landing.cursor import read_cursor
from orchestration.landing.land import land
from orchestration.settings import DataFolder
from tests.dbt_project.small_warehouse import Build, run_build
from tests.dbt_project.till import Till
from tests.orchestration.landed import assert_all_landed_once, live_rows
from tests.small_world import SmallWorld, insert_small_world

NOW = datetime(2026, 5, 1, tzinfo=UTC)
SECONDS = 8
PATIENCE_SECONDS = 180
STATUSES = {"created", "allocated", "cancelled", "partially_refunded", "refunded", "completed"}
IDENTITIES = {
    "entries_of_a_transfer_sum_to_zero",
    "lots_hold_what_their_entries_leave",
    "outstanding_points_are_issued_less_spent",
    "redemption_points_are_the_sum_of_their_lines",
    "redemptions_have_exactly_one_deduction",
    "redemptions_hold_their_points_while_they_wait",
    "refunds_are_what_their_redemptions_say",
    "stock_is_movements_less_lines",
}


@pytest.fixture
def folder(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    made = DataFolder(data_dir)
    made.create()
    monkeypatch.chdir(data_dir)  # the views of the warehouse name the landed files from here
    return made


@pytest.fixture
def world(database_url: str) -> SmallWorld:
    with psycopg.connect(database_url) as connection:
        return insert_small_world(connection)


@pytest.fixture
def broken(
    folder: DataFolder, database_url: str, world: SmallWorld, artefacts: Path
) -> Callable[[], set[str]]:
    """Land, and return the names of the staging tests that find fault with what is landed."""
    land(folder, database_url, NOW)
    selected = ("--select", "staging.landing", "--indirect-selection", "cautious")
    built = run_build(folder.root, artefacts, *selected, "--exclude-resource-type", "unit_test")
    assert built.result.success
    queries = compiled_tests(built)
    assert queries.keys() >= IDENTITIES

    def find() -> set[str]:
        land(folder, database_url, NOW)
        with duckdb.connect("warehouse.duckdb", read_only=True) as warehouse:
            warehouse.execute("set TimeZone = 'UTC'")
            return {name for name, query in queries.items() if warehouse.execute(query).fetchone()}

    return find


def compiled_tests(built: Build) -> dict[str, str]:
    return {
        run.node.name: str(run.node.compiled_code)
        for run in built.result.result
        if run.node.resource_type == "test"
    }


@pytest.mark.parametrize("first", [0, 1], ids=["the earlier ends first", "the later ends first"])
def test_writers_that_cross_under_an_open_transaction_land_whole(
    first: int, database_url: str, world: SmallWorld, folder: DataFolder, broken: Callable[[], set[str]]
) -> None:
    tenant_id, item_id = world.tenant_ids[0], world.item_ids[0]
    members = world.member_ids[tenant_id]
    with (
        psycopg.connect(database_url) as early,
        psycopg.connect(database_url) as between,
        psycopg.connect(database_url) as late,
    ):
        tills = [
            (connection, Till(connection, tenant_id, member_id, Random(1)))
            for connection, member_id in ((early, members[0]), (late, members[1]))
        ]
        redemption_ids = {}
        for step in ("ask", "pay", "refund"):
            tills[0][1].begin()
            between.execute("select pg_current_xact_id()")
            tills[1][1].begin()
            for connection, till in (tills[first], tills[1 - first]):
                if step == "ask":
                    redemption_ids[till] = till.ask(item_id)
                else:
                    getattr(till, step)(redemption_ids[till])
                connection.commit()
                assert broken() == set()
                assert_all_landed_once(folder, database_url)
        between.rollback()
    assert broken() == set()
    assert_all_landed_once(folder, database_url)


class Shop:
    """Tills that write at once, and can be held still in the middle of their transactions."""

    def __init__(self, database_url: str, world: SmallWorld) -> None:
        self._database_url, self._world = database_url, world
        self._going, self._ended = threading.Event(), threading.Event()
        self._failures: list[BaseException] = []
        tenant_id = world.tenant_ids[0]
        self._threads = [
            threading.Thread(target=self._serve, args=(number, tenant_id, member_id), daemon=True)
            for number, member_id in enumerate(world.member_ids[tenant_id][:5])
        ]

    def open(self) -> None:
        self._going.set()
        for thread in self._threads:
            thread.start()

    def hold_still(self) -> None:
        """Let no till begin another statement; one that waits for a lock goes on waiting."""
        self._going.clear()
        time.sleep(0.2)

    def go_on(self) -> None:
        self._going.set()

    def close(self) -> None:
        self._ended.set()
        self._going.set()
        for thread in self._threads:
            thread.join(30)
        assert not self._failures, self._failures

    def _serve(self, number: int, tenant_id: UUID, member_id: UUID) -> None:
        random = Random(number)
        try:
            with psycopg.connect(self._database_url) as connection:
                till = Till(connection, tenant_id, member_id, random)
                while not self._ended.is_set():
                    item_id = random.choice(self._world.item_ids[:2])  # one a transaction: no deadlock
                    self._going.wait()
                    till.begin()
                    for _ in range(random.randint(1, 4)):
                        time.sleep(random.choice((0, 0.01, 0.05, 0.3)))
                        self._going.wait()
                        till.serve(item_id)
                    # A transaction that stays open long holds up nobody after its last statement but for its locks.
                    time.sleep(random.choice((0, 0, 0.1, 0.6)))
                    self._going.wait()
                    connection.rollback() if random.random() < 0.2 else connection.commit()
        except BaseException as error:
            self._failures.append(error)


def test_redemptions_that_change_while_they_are_landed_are_whole_after_every_run(
    database_url: str, world: SmallWorld, folder: DataFolder, broken: Callable[[], set[str]]
) -> None:
    shop = Shop(database_url, world)
    shop.open()
    deadline = time.monotonic() + SECONDS
    compared = in_flight = 0
    met: set[str] = set()
    # A slow machine gets the time it needs to compare often enough, and to meet every status.
    while time.monotonic() < deadline or (
        (min(compared, in_flight) <= 2 or met < STATUSES) and time.monotonic() < deadline + PATIENCE_SECONDS
    ):
        assert broken() == set()
        shop.hold_still()
        before = {view: live_rows(database_url, view) for view in VIEWS}
        assert broken() == set()
        if before == {view: live_rows(database_url, view) for view in VIEWS}:
            assert_all_landed_once(folder, database_url)
            compared += 1
            met |= {status for _, _, _, status, *_ in before["redemption"]}
        cursor = read_cursor(folder.cursor)
        in_flight += cursor is not None and not cursor.snapshot.endswith(":")
        shop.go_on()
    shop.close()
    assert broken() == set()
    assert_all_landed_once(folder, database_url)
    assert compared > 2
    assert in_flight > 2  # transactions were open at the landing
    assert met == STATUSES
    assert len(batches(folder.landing, "redemption")) > 5
