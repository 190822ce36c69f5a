"""Incremental builds, each compared row for row with a full build of the same landing in another warehouse."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

import duckdb
import psycopg
import pytest

from orchestration.warehouse.build import build
from orchestration.warehouse.changes import find_changes, merged
from orchestration.warehouse.project import Project
from orchestration.warehouse.state import read_built
from tests.dbt_project.till import Till
from tests.orchestration.warehouses import NOW, Warehouses
from tests.small_world import FIRST_DAY, SmallWorld, credit, insert_small_world, redeem


@pytest.fixture(scope="module")
def world(module_database_url: str) -> SmallWorld:
    with psycopg.connect(module_database_url) as connection:
        return insert_small_world(connection)


@pytest.fixture(scope="module")
def warehouses(
    module_database_url: str, world: SmallWorld, tmp_path_factory: pytest.TempPathFactory, project: Project
) -> Iterator[Warehouses]:
    made = Warehouses(module_database_url, tmp_path_factory.mktemp("warehouses"), project)
    changes = made.land()
    assert changes.spans is None
    assert "no complete former build" in changes.reason
    made.build(changes)
    yield made
    made.assert_tests_hold()


@pytest.fixture
def connection(module_database_url: str) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(module_database_url) as opened:
        yield opened


def test_nothing_new_changes_nothing(warehouses: Warehouses) -> None:
    changes = warehouses.land()
    assert changes.spans == {}
    warehouses.build(changes)
    assert warehouses.differing() == {}


def test_late_facts_corrections_and_refunds_reach_their_days(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    tenant_id = world.tenant_ids[0]
    members, items = world.member_ids[tenant_id], world.item_ids
    late = FIRST_DAY + timedelta(days=9, hours=13)  # after midnight in Shanghai: the tenth day
    redeem(connection, tenant_id, members[2], [(items[0], 3, 500)], late)
    credit(connection, tenant_id, members[3], "earn", 700, late - timedelta(days=2))
    connection.execute(
        "insert into mall.event (tenant_id, member_id, kind, occurred_at) values (%s, %s, 'visit', %s)",
        (tenant_id, members[4], late - timedelta(days=4)),
    )
    connection.execute(
        "insert into mall.feedback (tenant_id, member_id, redemption_id, score, answered_at) "
        "select tenant_id, member_id, redemption_id, 1, %s from mall.redemption "
        "where tenant_id = %s and redemption_id = %s",
        (late - timedelta(days=5), tenant_id, world.redemption_ids[tenant_id][2]),
    )
    _correct_stock(connection, tenant_id, items[1], -4, late - timedelta(days=6))
    till = Till(connection, tenant_id, members[1], Random(3))
    first, second = till.ask(items[2]), till.ask(items[3])
    connection.commit()
    changes = warehouses.land()
    assert changes.spans is not None
    assert (date(2026, 3, 12), date(2026, 3, 12)) in changes.spans["redemption"]
    assert changes.spans["event"] == [(date(2026, 3, 8), date(2026, 3, 8))]
    warehouses.build(changes)
    assert warehouses.differing() == {}
    till.pay(first)
    till.cancel(second)
    till.refund(first)
    connection.commit()
    changes = warehouses.land()
    assert changes.spans is not None
    warehouses.build(changes)
    assert warehouses.rows(
        f"select distinct status from intermediate.int_redemptions where redemption_id = '{second}'"
    ) == [("cancelled",)]
    assert warehouses.differing() == {}


def test_views_stay_as_they_are_and_their_tests_run(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    tenant_id = world.tenant_ids[0]
    credit(connection, tenant_id, world.member_ids[tenant_id][3], "earn", 90, FIRST_DAY + timedelta(days=6))
    connection.commit()
    project = warehouses.project
    outcome = build(project, project.nodes(), warehouses.land())
    assert outcome.refusal is None
    ran = {result.unique_id for result in outcome.results}
    assert ran.isdisjoint(project.views())
    assert {unique_id.split(".")[2] for unique_id in ran} >= {
        "fct_entries", "references_of_stg_entries", "rules_of_stg_entries", "entries_of_a_transfer_sum_to_zero",
    }  # fmt: skip
    assert warehouses.differing() == {}


def test_a_line_that_changes_alone_brings_the_day_of_its_redemption(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    tenant_id = world.tenant_ids[0]
    redemption_id = world.redemption_ids[tenant_id][4]
    connection.execute(
        "update mall.redemption_line set refunded_quantity = 1 where tenant_id = %s and redemption_id = %s and line_no = 1",
        (tenant_id, redemption_id),
    )
    connection.commit()
    changes = warehouses.land()
    assert changes.spans == {"redemption": [(date(2026, 3, 4), date(2026, 3, 4))]}
    warehouses.build(changes)
    assert warehouses.differing() == {}


def test_effects_of_an_impression_reach_back_to_its_day(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    tenant_id, member_id = world.tenant_ids[0], world.member_ids[world.tenant_ids[0]][3]
    tea, rice, answer = world.item_ids[2], world.item_ids[0], UUID(int=5)
    shown_at = FIRST_DAY + timedelta(days=12, hours=3)
    for position, item_id in enumerate((tea, rice), 1):
        _show(connection, tenant_id, member_id, item_id, answer, shown_at, position)
    # Long after the last fact: it moves no end of the tenant's figures.
    _show(connection, tenant_id, member_id, tea, UUID(int=6), FIRST_DAY + timedelta(days=90))
    connection.commit()
    changes = warehouses.land()
    assert changes.spans is not None
    assert changes.spans.keys() == {"event"}
    warehouses.build(changes)
    assert warehouses.differing() == {}
    effects = (
        f"select is_clicked, is_redeemed from marts.fct_impressions where request_id = '{answer}' "
        "order by is_clicked, is_redeemed"
    )
    assert warehouses.rows(effects) == [(False, False), (False, False)]
    # A week later to the hour, the last that counts.
    redeemed = redeem(
        connection, tenant_id, member_id, [(rice, 1, 500)], shown_at + timedelta(days=7, seconds=-1)
    )
    connection.execute(
        "insert into mall.event (tenant_id, member_id, kind, item_id, request_id, occurred_at) "
        "values (%s, %s, 'view', %s, %s, %s)",
        (tenant_id, member_id, tea, answer, shown_at + timedelta(days=7)),
    )
    connection.commit()
    warehouses.build(warehouses.land())
    assert warehouses.rows(effects) == [(False, True), (True, False)]
    assert warehouses.differing() == {}
    connection.execute(
        "update mall.redemption_line set refunded_quantity = quantity where tenant_id = %s and redemption_id = %s",
        (tenant_id, redeemed),
    )
    connection.commit()
    warehouses.build(warehouses.land())
    assert warehouses.rows(effects) == [(False, False), (True, False)]
    assert warehouses.differing() == {}


def test_what_is_listed_anew_leaves_its_past_days(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    tenant_id = world.tenant_ids[0]
    for item_id, price in ((world.item_ids[5], 3_500), (world.item_ids[4], 400)):
        connection.execute(
            "update mall.offer set price_points = %s where tenant_id = %s and item_id = %s",
            (price, tenant_id, item_id),
        )
    connection.commit()
    assert warehouses.land().spans == {}  # a price changes no day
    connection.execute(
        "update mall.offer set listed_from = %s where tenant_id = %s and item_id = %s",
        (FIRST_DAY + timedelta(days=20), tenant_id, world.item_ids[5]),
    )
    connection.commit()
    changes = warehouses.land()
    assert changes.spans is not None
    assert changes.spans.keys() == {"offer"}
    warehouses.build(changes)
    assert warehouses.differing() == {}


def test_a_refusal_of_personal_recommendations_changes_no_day_and_is_known(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    tenant_id = world.tenant_ids[1]
    refusing = world.member_ids[tenant_id][1]
    connection.execute(
        "update mall.member set profile = 'family', is_personalised = false where tenant_id = %s and member_id = %s",
        (tenant_id, refusing),
    )
    connection.commit()
    changes = warehouses.land()
    assert changes.spans == {}
    warehouses.build(changes)
    known = f"select profile, is_personalised from marts.dim_member where member_id = '{refusing}'"
    assert warehouses.rows(known) == [("family", False)]
    assert warehouses.differing() == {}


def test_an_erasure_builds_everything_anew(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    tenant_id = world.tenant_ids[1]
    erased = world.member_ids[tenant_id][0]
    connection.execute(
        "update mall.member set erased_at = %s where tenant_id = %s and member_id = %s",
        (NOW, tenant_id, erased),
    )
    connection.commit()
    changes = warehouses.land()
    assert changes.spans is None
    assert "member" in changes.reason
    warehouses.build(changes)
    for mart in ("fct_events", "fct_impressions"):
        assert warehouses.rows(f"select count(*) from marts.{mart} where member_id = '{erased}'") == [(0,)]
    assert warehouses.differing() == {}


def test_a_fact_before_the_first_day_builds_everything_anew(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    tenant_id = world.tenant_ids[0]
    credit(connection, tenant_id, world.member_ids[tenant_id][0], "earn", 10, FIRST_DAY - timedelta(hours=30))
    connection.commit()
    changes = warehouses.land()
    assert changes.spans is None
    assert "first day" in changes.reason
    warehouses.build(changes)
    assert warehouses.differing() == {}


def test_batches_written_again_build_everything_anew(warehouses: Warehouses) -> None:
    batch = next(iter(sorted((warehouses.folder.landing / "event").glob("*.parquet"))))
    batch.write_bytes(batch.read_bytes())
    changes = find_changes(warehouses.project)
    assert changes.spans is None
    assert "written again" in changes.reason
    warehouses.build(changes)
    assert find_changes(warehouses.project).spans == {}


def test_a_build_that_failed_is_followed_by_a_full_one(
    warehouses: Warehouses, connection: psycopg.Connection[Any], world: SmallWorld
) -> None:
    tenant_id = world.tenant_ids[0]
    member_id = world.member_ids[tenant_id][0]
    transfer_id = credit(connection, tenant_id, member_id, "earn", 10, FIRST_DAY + timedelta(days=3))
    # Two entries that do not cancel each other out.
    _move_entry(connection, transfer_id, -1)
    changes = warehouses.land()
    assert changes.spans is not None
    outcome = build(warehouses.project, warehouses.project.nodes(), changes)
    assert outcome.refusal is not None
    failed = {result.unique_id.split(".")[2] for result in outcome.results if result.failed}
    assert "entries_of_a_transfer_sum_to_zero" in failed
    assert read_built(warehouses.folder.warehouse) is None
    assert find_changes(warehouses.project).spans is None
    _move_entry(connection, transfer_id, 1)
    # The landing holds both versions of a row that must never change, so it begins anew.
    warehouses.folder.cursor.unlink()
    for path in warehouses.folder.landing.glob("*/*.parquet"):
        path.unlink()
    warehouses.build(warehouses.land())
    assert warehouses.differing() == {}


def test_days_that_are_asked_for_are_computed_anew_from_what_was_landed(warehouses: Warehouses) -> None:
    day = FIRST_DAY.date() + timedelta(days=5)
    warehouses.build(warehouses.land())
    with duckdb.connect(str(warehouses.folder.warehouse)) as db:
        for table, column in (("fct_entries", "effective_date"), ("fct_events", "occurred_date")):
            assert db.execute(f"delete from marts.{table} where {column} = ?", [day]).fetchone() != (0,)
    warehouses.build(warehouses.land())
    assert {"marts.fct_entries", "marts.fct_events"} <= warehouses.differing().keys()
    warehouses.build(warehouses.land().covering(day, day + timedelta(days=1)))
    assert warehouses.differing() == {}


def test_days_are_told_as_stretches() -> None:
    days = {date(2026, 1, 1), date(2025, 12, 31), date(2026, 1, 3)}
    assert merged(days) == [
        (date(2025, 12, 31), date(2026, 1, 1)),
        (date(2026, 1, 3), date(2026, 1, 3)),
    ]


def _show(
    connection: psycopg.Connection[Any],
    tenant_id: UUID,
    member_id: UUID,
    item_id: UUID,
    answer: UUID,
    at: datetime,
    position: int = 1,
) -> None:
    connection.execute(
        "insert into mall.event (tenant_id, member_id, kind, item_id, occurred_at, request_id, position, propensity, "
        "policy) values (%s, %s, 'impression', %s, %s, %s, %s, 0.5, 'recipe')",
        (tenant_id, member_id, item_id, at, answer, position),
    )


def _correct_stock(
    connection: psycopg.Connection[Any], tenant_id: UUID, item_id: UUID, quantity: int, at: datetime
) -> None:
    connection.execute(
        "insert into mall.stock_movement (tenant_id, item_id, quantity, reason, effective_at) "
        "values (%s, %s, %s, 'correction', %s)",
        (tenant_id, item_id, quantity, at),
    )
    connection.execute(
        "update mall.stock set on_hand = on_hand + %s where tenant_id = %s and item_id = %s",
        (quantity, tenant_id, item_id),
    )


def _move_entry(connection: psycopg.Connection[Any], transfer_id: UUID, points: int) -> None:
    connection.execute("alter table mall.entry disable trigger entry_append_only")
    connection.execute(
        "update mall.entry set amount = amount + %s, xid = pg_current_xact_id() where transfer_id = %s and amount < 0",
        (points, transfer_id),
    )
    connection.execute("alter table mall.entry enable trigger entry_append_only")
    connection.commit()
