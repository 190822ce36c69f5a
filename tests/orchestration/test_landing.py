"""Landing against a real PostgreSQL: nothing missed, nothing twice, refusals in one sentence."""

import json
import random
import shutil
import threading
import time
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import duckdb
import psycopg
import pytest

from orchestration.checks.freshness import LATEST_AGE, is_fresh
from orchestration.landing.batches import VIEWS, BrokenBatch, batches, columns, row_count
from orchestration.landing.cursor import BrokenCursor, OtherDatabase, read_cursor, write_cursor
from orchestration.landing.land import Landed, land
from orchestration.landing.snapshot import DatabaseNotMigrated, SourceUnreachable
from orchestration.landing.stamps import GUARDED, ForeignStamps
from orchestration.settings import DataFolder
from tests.orchestration.landed import assert_all_landed_once, landed_rows
from tests.orchestration.limits import files_up_to
from tests.small_world import FIRST_DAY, SmallWorld, credit, insert_small_world

NOW = datetime(2026, 5, 1, tzinfo=UTC)


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


def test_an_empty_database_lands_a_typed_file_without_rows_per_view(
    folder: DataFolder, database_url: str
) -> None:
    land_now(folder, database_url)
    with duckdb.connect() as connection:
        described = {
            view: connection.execute(
                f"select column_name, column_type from (describe from '{folder.landing / view}/*.parquet')"
            ).fetchall()
            for view in VIEWS
        }
    assert described["entry"] == [
        ("tenant_id", "UUID"), ("transfer_id", "UUID"), ("entry_no", "SMALLINT"),
        ("transfer_kind", "VARCHAR"), ("account_kind", "VARCHAR"), ("member_id", "UUID"), ("lot_id", "UUID"),
        ("redemption_id", "UUID"), ("amount", "BIGINT"), ("effective_at", "TIMESTAMP WITH TIME ZONE"),
        ("recorded_at", "TIMESTAMP WITH TIME ZONE"), ("xid", "UBIGINT"), ("transfer_member_id", "UUID"),
        ("batch", "BIGINT"),
    ]  # fmt: skip
    assert ("expires_on", "DATE") in described["lot"]
    assert ("is_erased", "BOOLEAN") in described["member"]
    assert all(row_count(folder.landing, view) == 0 for view in VIEWS)


def test_every_row_arrives_once_and_nothing_new_writes_no_batch(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    land_now(folder, database_url)
    assert_all_landed_once(folder, database_url)
    execute(database_url, "select pg_current_xact_id()")
    again = land_now(folder, database_url)
    assert set(again.rows.values()) == {0}
    assert all(len(batches(folder.landing, view)) == 1 for view in VIEWS)


def test_the_rows_of_a_batch_lie_in_the_order_of_their_time(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    tenant_id = world.tenant_ids[0]
    with psycopg.connect(database_url) as connection:
        credit(connection, tenant_id, world.member_ids[tenant_id][0], "earn", 10, FIRST_DAY)
    land_now(folder, database_url)
    (batch,) = batches(folder.landing, "entry")
    with duckdb.connect() as db:
        times = [time for (time,) in db.execute(f"select epoch_us(effective_at) from '{batch}'").fetchall()]
    assert times == sorted(times)


def test_an_update_arrives_as_a_newer_version(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    land_now(folder, database_url)
    execute(database_url, "update mall.offer set price_points = 77 where item_id = %s", (world.item_ids[0],))
    assert land_now(folder, database_url).rows["offer"] == 2
    assert len(landed_rows(folder, "offer", newest=False)) == 14
    assert_all_landed_once(folder, database_url)


def test_an_open_transaction_holds_no_other_back(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    insert = (
        "insert into mall.item (code, name, category, kind, class) values (%s, 'n', 'c', 'virtual', 'staple')"
    )
    with psycopg.connect(database_url) as slow:
        slow.execute(insert, ("slow",))
        execute(database_url, insert, ("quick",))
        assert land_now(folder, database_url).rows["item"] == 7
        execute(database_url, insert, ("quicker",))
        assert land_now(folder, database_url).rows["item"] == 1
        slow.commit()
    assert land_now(folder, database_url).rows["item"] == 1
    assert_all_landed_once(folder, database_url)


def test_the_newest_batch_wins_over_a_larger_transaction_number(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    rename = "update mall.item set name = %s where code = 'tea'"
    with psycopg.connect(database_url) as early:
        early.execute("select pg_current_xact_id()")
        execute(database_url, rename, ("by the later transaction",))
        land_now(folder, database_url)
        early.execute(rename, ("by the earlier one",))
        early.commit()
    land_now(folder, database_url)
    assert_all_landed_once(folder, database_url)


def test_what_was_committed_before_a_landing_is_in_it_whatever_is_open(
    folder: DataFolder, database_url: str
) -> None:
    with psycopg.connect(database_url) as writer:
        writer.execute("select pg_current_xact_id()")
        cursor = land_now(folder, database_url).cursor
    assert cursor.landed_at == NOW
    assert read_cursor(folder.cursor) == cursor
    assert is_fresh(cursor, NOW + LATEST_AGE)
    assert not is_fresh(cursor, NOW + LATEST_AGE + timedelta(seconds=1))


def as_first_version(folder: DataFolder, database_url: str) -> None:
    """Turn a folder into one of the first version: without a hold, without the later columns and batches."""
    cursor = read_cursor(folder.cursor)
    assert cursor is not None
    later = {
        "entry": {"transfer_member_id"},
        "stock": {"allotted"},
        "feedback": {"channel"},
        "item": {
            "storage_units", "brand_id", "image_count", "compliance_flags", "listing_priority", "weight_grams",
        },
        "offer": {"cash_share_min_bp", "cash_share_max_bp"},
        "redemption_line": {"refunded_quantity"},
        "redemption": {
            "mode", "cash_fen", "cash_points", "refunded_points", "refunded_cash_fen", "deadline", "shipped_at",
            "delivered_at", "cancel_reason", "fee_points", "flash_sale_id", "draw_id", "bill_fen", "paid_at", "ended_at",
        },
    }  # fmt: skip
    new = (
        "category", "brand", "stock_adjustment", "carrier_rate", "hold", "refusal", "risk_assessment", "payment", "flash_sale", "draw", "warehouse", "warehouse_movement",
        "stock_alert", "expired_stock", "reservation", "supplier", "supplier_terms", "purchase_order", "purchase_order_line",
        "receipt_batch", "holiday_plan", "holiday_plan_line", "shipment", "shipment_line", "compensation", "after_sales_case",
        "survey_answer", "item_review", "chat",
        "fee", "invoice", "settlement_statement", "reconciliation", "licence", "licence_alert", "onboarding", "pilot",
        "supplier_document", "supplier_sample", "supplier_trial", "supplier_suspension", "campaign",
        "campaign_item", "campaign_sale", "campaign_use", "acceptance_run", "member_attribute", "top_up",
        "offer_opt_in", "feature_switch", "brand_demand", "fee_confirmation", "settlement_line", "exchange_statement",
        "shipment_event", "draw_prize", "supplier_document_alert",
    )  # fmt: skip
    for view in new:
        shutil.rmtree(folder.landing / view)
    with duckdb.connect() as connection:
        for view in (view for view in VIEWS if view not in new):
            (path,) = batches(folder.landing, view)
            names = ", ".join({"batch"} | later.get(view, set()))
            connection.execute(f"create or replace table t as select * exclude ({names}) from '{path}'")
            connection.execute(f"copy t to '{path}' (format parquet)")
    xmin, xmax = cursor.bounds
    assert xmin == xmax
    fields = {
        "origin": asdict(cursor.origin), "xmin": xmin, "landed_at": cursor.landed_at.isoformat(),
        "complete_until": cursor.landed_at.isoformat(),
    }  # fmt: skip
    folder.cursor.write_text(json.dumps(fields))


def test_a_folder_of_the_first_version_goes_on(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    hold = (
        "insert into mall.hold (tenant_id, hold_id, member_id, points, lot_ids, lot_points, status, effective_at, "
        "expires_at) values (%s, uuidv7(), %s, 5, '{}', '{}', 'open', now(), now() + interval '1 hour')"
    )
    tenant_id = world.tenant_ids[0]
    execute(database_url, hold, (tenant_id, world.member_ids[tenant_id][0]))
    land_now(folder, database_url)
    as_first_version(folder, database_url)
    before = json.loads(folder.cursor.read_text())["xmin"]
    execute(database_url, "update mall.offer set price_points = 81 where item_id = %s", (world.item_ids[0],))
    landed = land_now(folder, database_url)
    assert {view: rows for view, rows in landed.rows.items() if rows} == {
        "hold": 1,
        "offer": 2,
        "category": 2,
        "offer_opt_in": 12,  # one of each offer
    }
    assert landed.cursor.next_batch == before + 1
    # What gained a column has it in a batch, even if no row came; what gained none but `batch` too.
    for view in VIEWS:
        assert "batch" in columns(batches(folder.landing, view)[-1])
    assert {"mode", "cash_fen", "cancel_reason"} <= columns(batches(folder.landing, "redemption")[-1])
    assert "allotted" in columns(batches(folder.landing, "stock")[-1])
    with duckdb.connect() as connection:
        (price,) = connection.execute(
            f"select price_points from read_parquet('{folder.landing}/offer/*.parquet', union_by_name = true) "
            f"where item_id = '{world.item_ids[0]}' order by batch desc nulls last limit 1"
        ).fetchone()
    assert price == 81
    assert set(land_now(folder, database_url).rows.values()) == {0}


def _write_for_a_while(
    database_url: str, tenant_id: UUID, member_id: UUID, seed: int, stop: threading.Event
) -> None:
    choose = random.Random(seed)
    with psycopg.connect(database_url) as connection:
        while not stop.is_set():
            for _ in range(choose.randrange(1, 4)):
                credit(connection, tenant_id, member_id, "earn", choose.randrange(1, 100), FIRST_DAY)
                connection.execute(
                    "insert into mall.event (tenant_id, member_id, kind, occurred_at) "
                    "values (%s, %s, 'visit', %s)",
                    (tenant_id, member_id, FIRST_DAY),
                )
                connection.execute(
                    "update mall.member set registered_at = registered_at + interval '1 second' "
                    "where tenant_id = %s and member_id = %s",
                    (tenant_id, member_id),
                )
                time.sleep(choose.choice((0, 0, 0.002, 0.15)))
            connection.rollback() if choose.random() < 0.25 else connection.commit()


def test_writers_holding_transactions_open_lose_no_row_and_double_none(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    stop = threading.Event()
    writers = [
        threading.Thread(
            target=_write_for_a_while, args=(database_url, tenant_id, member_id, number, stop), daemon=True
        )
        for number, (tenant_id, member_id) in enumerate(
            (tenant_id, member_id)
            for tenant_id in world.tenant_ids
            for member_id in world.member_ids[tenant_id]
        )
    ]
    for writer in writers:
        writer.start()
    deadline = time.monotonic() + 5
    runs = 0
    # A busy machine takes longer for as many.
    while runs < 6 or time.monotonic() < deadline:
        land_now(folder, database_url)
        runs += 1
    stop.set()
    for writer in writers:
        writer.join()
    land_now(folder, database_url)
    assert len(batches(folder.landing, "entry")) > 3
    assert_all_landed_once(folder, database_url)


def test_a_crash_between_batches_and_cursor_repeats_under_the_same_name(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    land_now(folder, database_url)
    before = read_cursor(folder.cursor)
    assert before is not None
    tenant_id = world.tenant_ids[0]
    member_id = world.member_ids[tenant_id][0]
    with psycopg.connect(database_url) as connection:
        credit(connection, tenant_id, member_id, "earn", 10, FIRST_DAY)
        connection.execute("update mall.offer set price_points = 78")
    land_now(folder, database_url)
    names = {view: [path.name for path in batches(folder.landing, view)] for view in VIEWS}
    # What the crash leaves: the batches, a half-written one, the old cursor.
    write_cursor(folder.cursor, before)
    (folder.landing / "entry" / f".{before.next_batch:020d}.parquet.tmp").write_bytes(b"PAR1 half")
    with psycopg.connect(database_url) as connection:
        credit(connection, tenant_id, member_id, "earn", 11, FIRST_DAY)
    land_now(folder, database_url)
    assert {view: [path.name for path in batches(folder.landing, view)] for view in VIEWS} == names
    assert not list(folder.landing.rglob("*.tmp"))
    assert_all_landed_once(folder, database_url)


def test_a_landing_without_enough_space_is_repeated_by_the_next_one(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    land_now(folder, database_url)
    before = folder.cursor.read_text()
    execute(database_url, "update mall.offer set price_points = price_points + 1")
    with files_up_to(1_000), pytest.raises(duckdb.IOException, match="File too large"):
        land_now(folder, database_url)
    assert folder.cursor.read_text() == before
    assert not list(folder.landing.rglob("*.tmp"))
    land_now(folder, database_url)
    assert_all_landed_once(folder, database_url)


def test_a_first_landing_that_crashed_is_repeated(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    land_now(folder, database_url)
    folder.cursor.unlink()
    execute(database_url, "update mall.offer set price_points = 79")
    land_now(folder, database_url)
    assert_all_landed_once(folder, database_url)


def test_another_database_is_refused(folder: DataFolder, database_url: str, world: SmallWorld) -> None:
    land_now(folder, database_url)
    before = folder.cursor.read_text()
    other = database_url.replace("/test_", "/other_")
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("create database other_1 template migrated strategy file_copy")
    try:
        with pytest.raises(OtherDatabase, match=r"come from database test_.*not from other_1"):
            land_now(folder, other.replace(other.split("/")[3].split("?")[0], "other_1"))
    finally:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute("drop database other_1 with (force)")
    assert folder.cursor.read_text() == before


@pytest.mark.parametrize("further", [(1_000_000, 1_000_000), (0, 1_000_000)])
def test_a_database_set_back_to_an_earlier_state_is_refused(
    folder: DataFolder, database_url: str, further: tuple[int, int]
) -> None:
    cursor = land_now(folder, database_url).cursor
    xmin, xmax = cursor.bounds
    later = f"{xmin + further[0]}:{xmax + further[1]}:"
    write_cursor(folder.cursor, replace(cursor, snapshot=later))
    with pytest.raises(OtherDatabase, match="is older than what was landed"):
        land_now(folder, database_url)


def test_rows_restored_from_another_server_are_refused_until_their_stamps_are_renewed(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    # What a restored dump is like: rows numbered by a server that had come further than this one.
    guard = "alter table mall.entry {} trigger entry_append_only"
    ahead = "xid = ((xid::text)::bigint + 1000000)::text::xid8"
    restamp = "update mall.{} set xid = pg_current_xact_id() where xid > pg_current_xact_id()"
    execute(database_url, f"{guard.format('disable')}; update mall.entry set {ahead}")
    execute(database_url, f"update mall.event set {ahead}; {guard.format('enable')}")
    with pytest.raises(ForeignStamps, match=r"rows of mall\.entry, mall\.event carry") as refusal:
        land_now(folder, database_url)
    assert "\n" not in str(refusal.value)
    assert not folder.cursor.exists()
    for advice in (guard.format("disable"), restamp.format("<table>"), guard.format("enable")):
        assert f"`{advice}`" in str(refusal.value)

    execute(database_url, restamp.format("event"))
    with pytest.raises(ForeignStamps, match=r"rows of mall\.entry carry"):
        land_now(folder, database_url)
    execute(database_url, f"{guard.format('disable')}; {restamp.format('entry')}")
    execute(database_url, guard.format("enable"))
    land_now(folder, database_url)
    assert_all_landed_once(folder, database_url)


def test_every_landed_append_only_table_is_known_to_be_guarded(database_url: str) -> None:
    query = "select tgname from pg_trigger join pg_class c on c.oid = tgrelid where tgname = c.relname || '_append_only'"
    with psycopg.connect(database_url) as connection:
        triggers = {name for (name,) in connection.execute(query).fetchall()}
    assert {view for view in VIEWS if f"{view}_append_only" in triggers} == GUARDED


def test_a_truncated_batch_is_named_in_one_sentence(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    land_now(folder, database_url)
    (path,) = batches(folder.landing, "entry")
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BrokenBatch) as refusal:
        land_now(folder, database_url)
    assert str(path) in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_missing_batches_are_refused(folder: DataFolder, database_url: str, world: SmallWorld) -> None:
    land_now(folder, database_url)
    batches(folder.landing, "event")[0].unlink()
    with pytest.raises(BrokenBatch, match="event are gone"):
        land_now(folder, database_url)


def test_batches_without_their_cursor_are_refused(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    land_now(folder, database_url)
    execute(database_url, "update mall.offer set price_points = 80")
    land_now(folder, database_url)
    folder.cursor.unlink()
    with pytest.raises(BrokenBatch, match=r"cursor.*is gone"):
        land_now(folder, database_url)


def test_a_damaged_cursor_is_refused(folder: DataFolder, database_url: str) -> None:
    folder.cursor.write_text('{"xmin": ')
    with pytest.raises(BrokenCursor, match="damaged"):
        land_now(folder, database_url)


def test_a_database_without_the_export_views_is_refused(folder: DataFolder, database_url: str) -> None:
    execute(database_url, "drop schema export cascade")
    with pytest.raises(DatabaseNotMigrated, match=r"no view export\.tenant"):
        land_now(folder, database_url)
    assert not folder.cursor.exists()


def test_an_unreachable_database_is_refused_without_its_password(folder: DataFolder) -> None:
    with pytest.raises(SourceUnreachable) as refusal:
        land_now(folder, "postgresql://someone:hunter2@127.0.0.1:1/nothing")
    assert "hunter2" not in str(refusal.value)


def test_landing_has_no_more_rights_than_the_landing_role(
    folder: DataFolder, database_url: str, world: SmallWorld
) -> None:
    execute(database_url, "revoke select on export.lot from pointmart_landing")
    with pytest.raises(DatabaseNotMigrated, match="lot"):
        land_now(folder, database_url)
