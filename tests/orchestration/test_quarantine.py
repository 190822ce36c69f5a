"""Rows that a database may hold and a warehouse may not: set aside with what hangs on them, let go when corrected."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import duckdb
import psycopg
import pytest

from orchestration.checks.quarantine import overfull
from orchestration.landing.batches import VIEWS, row_count
from orchestration.landing.land import Landed, land
from orchestration.landing.quarantine import read_quarantine
from orchestration.settings import DataFolder
from tests.orchestration.landed import assert_all_landed_once, landed_rows, live_rows
from tests.small_world import FIRST_DAY, ITEMS, SmallWorld, credit, insert_small_world, redeem

NOW = datetime(2026, 5, 1, tzinfo=UTC)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
FAR_AWAY = datetime(2150, 1, 1, tzinfo=UTC)
OUTSIDE = "is outside the calendar 2000-2049"


@pytest.fixture
def folder(data_dir: Path) -> DataFolder:
    made = DataFolder(data_dir)
    made.create()
    return made


@pytest.fixture
def world(database_url: str) -> SmallWorld:
    with psycopg.connect(database_url) as connection:
        return insert_small_world(connection)


def execute(database_url: str, statement: str, values: tuple[object, ...] = ()) -> None:
    with psycopg.connect(database_url) as connection:
        connection.execute(statement, values)


def land_now(folder: DataFolder, database_url: str) -> Landed:
    return land(folder, database_url, NOW)


def add_event(database_url: str, tenant_id: UUID, member_id: UUID, at: datetime, kind: str = "visit") -> None:
    execute(
        database_url,
        "insert into mall.event (tenant_id, member_id, kind, occurred_at) values (%s, %s, %s, %s)",
        (tenant_id, member_id, kind, at),
    )


def add_member(database_url: str, tenant_id: UUID, registered_at: datetime) -> UUID:
    with psycopg.connect(database_url) as connection:
        ((member_id,),) = connection.execute(
            "insert into mall.member (tenant_id, external_ref, registered_at) values (%s, 'new', %s) returning member_id",
            (tenant_id, registered_at),
        ).fetchall()
        connection.execute(
            "insert into mall.account (tenant_id, account_id, kind) values (%s, %s, 'member')",
            (tenant_id, member_id),
        )
    found: UUID = member_id
    return found


def someone(world: SmallWorld) -> tuple[UUID, UUID]:
    tenant_id = world.tenant_ids[0]
    return tenant_id, world.member_ids[tenant_id][0]


def missing(folder: DataFolder, database_url: str) -> dict[str, int]:
    """How many rows of each view are in the database and not among the landed ones; none may be landed and not there."""
    found = {}
    for view in VIEWS:
        live, landed = live_rows(database_url, view), landed_rows(folder, view, newest=True)
        assert set(landed) <= set(live), view
        found[view] = len(live) - len(landed)
    return {view: count for view, count in found.items() if count}


def test_events_of_impossible_years_are_set_aside_counted_and_the_others_land(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    add_event(database_url, *someone(world), LONG_AGO)
    add_event(database_url, *someone(world), FAR_AWAY)
    landed = land_now(folder, database_url)
    assert landed.quarantine.rows == {"event": {f"occurred_at {OUTSIDE}": 2}}
    assert landed.quarantine.sentences() == [f"2 rows of event in quarantine: occurred_at {OUTSIDE}"]
    assert missing(folder, database_url) == {"event": 2}
    assert read_quarantine(folder.quarantine, 0).rows == landed.quarantine.rows
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        kept = connection.execute(
            f"select year(occurred_at), rule from '{folder.quarantine}/event/*.parquet' order by 1"
        ).fetchall()
    assert kept == [(1970, f"occurred_at {OUTSIDE}"), (2150, f"occurred_at {OUTSIDE}")]


def test_the_first_and_the_last_moment_of_the_calendar_land(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    first, after = datetime(1999, 12, 31, 16, tzinfo=UTC), datetime(2049, 12, 31, 16, tzinfo=UTC)
    second = timedelta(microseconds=1)
    for moment in (first, first - second, after - second, after):
        add_event(database_url, *someone(world), moment)
    assert land_now(folder, database_url).quarantine.rows == {"event": {f"occurred_at {OUTSIDE}": 2}}


def test_rows_lie_in_quarantine_through_later_landings_and_are_news_once(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    add_event(database_url, *someone(world), LONG_AGO)
    assert land_now(folder, database_url).is_new
    again = land_now(folder, database_url)
    assert not again.is_new
    assert again.quarantine.count == 1
    add_event(database_url, *someone(world), FAR_AWAY)
    third = land_now(folder, database_url)
    assert third.rows["event"] == 0
    assert third.is_new
    assert third.quarantine.count == 2
    # One state of each is kept.
    assert len(list((folder.quarantine / "event").iterdir())) == 1
    assert len(list(folder.quarantine.glob("*.parquet"))) == 1


def test_a_redemption_with_an_impossible_time_takes_its_lines_and_entries_with_it(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    tenant_id, member_id = someone(world)
    lines = [(world.item_ids[n], 1, ITEMS[n][4]) for n in (0, 2)]
    with psycopg.connect(database_url) as connection:
        redemption_id = redeem(connection, tenant_id, member_id, lines, LONG_AGO)
        connection.execute(
            "insert into mall.feedback (tenant_id, member_id, redemption_id, score, answered_at) "
            "values (%s, %s, %s, 5, %s)",
            (tenant_id, member_id, redemption_id, FIRST_DAY),
        )
    rows = land_now(folder, database_url).quarantine.rows
    assert rows == {
        "entry": {f"effective_at {OUTSIDE}": 2},
        "feedback": {"refers to a redemption in quarantine": 1},
        "redemption": {f"effective_at {OUTSIDE}": 1},
        "redemption_line": {"belongs to a redemption with a row in quarantine": 2},
    }
    assert missing(folder, database_url) == {"entry": 2, "feedback": 1, "redemption": 1, "redemption_line": 2}


def test_what_hangs_on_a_member_waits_with_it_and_lands_once_it_is_corrected(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    land_now(folder, database_url)
    tenant_id = world.tenant_ids[0]
    member_id = add_member(database_url, tenant_id, LONG_AGO)
    with psycopg.connect(database_url) as connection:
        credit(connection, tenant_id, member_id, "earn", 900, FIRST_DAY)
        redeem(connection, tenant_id, member_id, [(world.item_ids[4], 2, ITEMS[4][4])], FIRST_DAY)
    add_event(database_url, tenant_id, member_id, FIRST_DAY)
    assert land_now(folder, database_url).quarantine.rows == {
        "entry": {"refers to a member in quarantine": 4},
        "event": {"refers to a member in quarantine": 1},
        "lot": {"refers to a member in quarantine": 1},
        "member": {f"registered_at {OUTSIDE}": 1},
        "redemption": {"refers to a member in quarantine": 1},
        "redemption_line": {"belongs to a redemption with a row in quarantine": 1},
    }
    assert missing(folder, database_url) == {
        "member": 1, "lot": 1, "entry": 4, "redemption": 1, "redemption_line": 1, "event": 1,
    }  # fmt: skip

    execute(
        database_url, "update mall.member set registered_at = %s where member_id = %s", (FIRST_DAY, member_id)
    )
    landed = land_now(folder, database_url)
    assert landed.quarantine.rows == {}
    assert landed.is_new
    # They land in the batch that let them go, so that what reads new batches alone sees them.
    with duckdb.connect() as connection:
        batch = connection.execute(
            f"select distinct batch from '{folder.landing}/lot/*.parquet' where member_id = $1", [member_id]
        ).fetchall()
    assert batch == [(landed.cursor.next_batch - 1,)]
    assert_all_landed_once(folder, database_url)


def test_a_wrong_version_leaves_the_landed_one_in_force(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    land_now(folder, database_url)
    tenant_id, member_id = someone(world)
    move = "update mall.member set registered_at = %s where tenant_id = %s and member_id = %s"
    execute(database_url, move, (FAR_AWAY, tenant_id, member_id))
    add_event(database_url, tenant_id, member_id, FIRST_DAY)
    landed = land_now(folder, database_url)
    assert landed.quarantine.rows == {"member": {f"registered_at {OUTSIDE}": 1}}
    assert landed.rows["event"] == 1
    execute(database_url, move, (FIRST_DAY, tenant_id, member_id))
    assert land_now(folder, database_url).quarantine.rows == {}
    assert_all_landed_once(folder, database_url)


def test_a_value_nobody_knows_and_a_quantity_beyond_all_sense_are_set_aside(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    tenant_id, member_id = someone(world)
    execute(
        database_url, "alter table mall.event drop constraint event_kind_check, drop constraint event_check"
    )
    add_event(database_url, tenant_id, member_id, FIRST_DAY, "share")
    execute(
        database_url,
        "insert into mall.stock_movement (tenant_id, item_id, quantity, reason, effective_at) "
        "values (%s, %s, 9000000000000000000, 'correction', %s)",
        (tenant_id, world.item_ids[0], FIRST_DAY),
    )
    assert land_now(folder, database_url).quarantine.rows == {
        "event": {"kind has a value nobody knows": 1},
        "stock_movement": {"quantity is above 1000000000000000": 1},
    }


def test_impressions_of_impossible_chances_and_places_are_set_aside(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    tenant_id, member_id = someone(world)
    execute(
        database_url,
        "alter table mall.event drop constraint event_position_check, drop constraint event_propensity_check",
    )
    wrong = ((0, 0.5), (201, 0.5), (1, 0.0), (1, 1.5), (1, float("nan")), (200, 1.0))
    for position, propensity in wrong:
        execute(
            database_url,
            "insert into mall.event (tenant_id, member_id, kind, item_id, occurred_at, request_id, position, "
            "propensity, policy) values (%s, %s, 'impression', %s, %s, uuidv7(), %s, %s, 'recipe')",
            (tenant_id, member_id, world.item_ids[0], FIRST_DAY, position, propensity),
        )
    assert land_now(folder, database_url).quarantine.rows == {
        "event": {
            "position is above 200": 1,
            "position is below 1": 1,
            "propensity is above 1": 2,
            "propensity is not above 0": 1,
        }
    }


def test_rows_of_a_tenant_nobody_knows_and_rows_without_a_key_are_set_aside(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    tenant_id, member_id = someone(world)
    execute(database_url, "alter table mall.event drop constraint event_pkey")
    execute(database_url, "alter table mall.event alter column event_id drop not null")
    execute(
        database_url,
        "alter table mall.event drop constraint event_tenant_id_member_id_fkey",
    )
    insert = "insert into mall.event (tenant_id, event_id, member_id, kind, occurred_at) values (%s, {}, %s, 'visit', %s)"
    execute(database_url, insert.format("null"), (tenant_id, member_id, FIRST_DAY))
    execute(database_url, insert.format("null"), (tenant_id, member_id, FIRST_DAY))
    execute(database_url, insert.format("uuidv7()"), (UUID(int=7), member_id, FIRST_DAY))
    for _ in range(2):
        assert land_now(folder, database_url).quarantine.rows == {
            "event": {"event_id is null": 2, "tenant_id is of no known tenant": 1}
        }
    assert missing(folder, database_url) == {"event": 3}


def test_a_crash_before_the_cursor_repeats_the_judgement(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    from orchestration.landing.cursor import read_cursor, write_cursor

    add_event(database_url, *someone(world), LONG_AGO)
    land_now(folder, database_url)
    before = read_cursor(folder.cursor)
    assert before is not None
    add_event(database_url, *someone(world), FAR_AWAY)
    state = (folder.quarantine / "event").iterdir()
    kept = {path.name: path.read_bytes() for path in state}
    land_now(folder, database_url)
    # What the crash leaves: both states, and the old cursor.
    for name, content in kept.items():
        (folder.quarantine / "event" / name).write_bytes(content)
    write_cursor(folder.cursor, before)
    assert land_now(folder, database_url).quarantine.count == 2
    assert missing(folder, database_url) == {"event": 2}


def test_so_much_of_a_view_in_quarantine_is_an_error(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    add = (
        "insert into mall.event (tenant_id, member_id, kind, occurred_at) "
        "select %s, %s, 'visit', %s from generate_series(1, {})"
    )
    execute(database_url, add.format(99), (*someone(world), LONG_AGO))
    land_now(folder, database_url)
    assert overfull(folder, 0) == []
    execute(database_url, add.format(1), (*someone(world), LONG_AGO))
    land_now(folder, database_url)
    assert overfull(folder, 1) == [
        f"100 rows of event lie in quarantine beside {row_count(folder.landing, 'event')} landed ones, mostly as occurred_at "
        "is outside the calendar 2000-2049"
    ]
