"""Releases without a pipeline: content hashes, the gate's refusals, switching, rollback, retention."""

import os
import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from orchestration.checks.model_scores import compare_models
from orchestration.landing.batches import VIEWS
from orchestration.landing.contract import contract
from orchestration.landing.cursor import Cursor, Origin, write_cursor
from orchestration.release.build import Provenance, build_release, remove_unfinished
from orchestration.release.content import contents
from orchestration.release.gate import Audit, GateClosed, audit
from orchestration.release.manifest import BrokenRelease, read_manifest
from orchestration.release.publish import publish
from orchestration.release.shelf import KEPT, NothingToRollBackTo, Shelf, UnknownRelease
from orchestration.settings import DataFolder
from orchestration.training.tables import SCHEMAS, write_frames
from orchestration.warehouse.test_results import record

NOW = datetime(2026, 5, 1, tzinfo=UTC)
SNAPSHOT = "900:905:902"
CURSOR = Cursor(Origin("1", "pointmart", 5), SNAPSHOT, 4, VIEWS, NOW)
PROVENANCE = Provenance(CURSOR, "1.0")
QUALITY = {"quarantined": {"event": {"late": 2}}, "warnings": ["2 rows of event in quarantine: late"]}
AUDIT = Audit({"passed": 3, "failed": 0, "warned": 1}, {}, QUALITY)
DAY = date(2026, 4, 30)


@pytest.fixture
def folder(data_dir: Path) -> DataFolder:
    made = DataFolder(data_dir)
    made.create()
    return made


def fill_warehouse(folder: DataFolder, *statements: str) -> None:
    with duckdb.connect(str(folder.warehouse)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.fixture
def warehouse(folder: DataFolder) -> DataFolder:
    fill_warehouse(
        folder,
        "create schema marts",
        "create schema staging",
        "create table staging.secret as select 1 as x",
        "create table marts.fct_a as select i as id, i / 7.0 as value from range(1000) t(i)",
        "create table marts.dim_b (id uuid, name varchar, seen_at timestamptz)",
        "insert into marts.dim_b values (uuid(), null, now()), (uuid(), 'x', null)",
    )
    return folder


def content_of(*statements: str) -> str:
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        for statement in statements:
            connection.execute(statement)
        (content,) = contents(connection, "memory").values()
        return content.content_hash


ROWS = "create table marts.t as select i as id, sqrt(i) as root from range(100) x(i)"


def test_the_content_hash_ignores_row_order() -> None:
    assert content_of(ROWS) == content_of(ROWS + " order by i desc")


def test_the_content_hash_ignores_the_last_bits_of_a_float() -> None:
    assert content_of("create table marts.t as select 0.1::double + 0.2::double as x") == content_of(
        "create table marts.t as select 0.3::double as x"
    )


@pytest.mark.parametrize(
    "change",
    [
        "update marts.t set root = root + 0.001 where id = 50",
        "update marts.t set root = null where id = 50",
        "delete from marts.t where id = 50",
        "insert into marts.t select * from marts.t where id in (50, 51)",
        "alter table marts.t rename root to other",
    ],
)
def test_the_content_hash_sees_any_change(change: str) -> None:
    assert content_of(ROWS) != content_of(ROWS, change)


def test_a_release_holds_marts_only_and_its_manifest_describes_it(warehouse: DataFolder) -> None:
    manifest = build_release(warehouse, PROVENANCE, AUDIT, NOW)
    release = warehouse.releases / manifest.release_id
    assert read_manifest(release) == manifest
    assert manifest.release_id.startswith("20260501T000000Z-")
    assert {name: content.rows for name, content in manifest.tables.items()} == {
        "marts.dim_b": 2,
        "marts.fct_a": 1000,
    }
    assert manifest.landing == {
        "snapshot": SNAPSHOT,
        "landed_at": "2026-05-01T00:00:00+00:00",
        "data_lag_seconds": 0.0,
    }
    assert manifest.quality == QUALITY
    with duckdb.connect() as connection:
        connection.execute(f"attach '{release / 'marts.duckdb'}' as release (read_only)")
        tables = connection.execute(
            "select table_schema, table_name from information_schema.tables where table_catalog = 'release'"
        ).fetchall()
    assert sorted(tables) == [("marts", "dim_b"), ("marts", "fct_a")]


def test_the_same_warehouse_gives_the_same_content_and_another_id(warehouse: DataFolder) -> None:
    first = build_release(warehouse, PROVENANCE, AUDIT, NOW)
    later = build_release(warehouse, PROVENANCE, AUDIT, NOW + timedelta(seconds=1))
    assert first.tables == later.tables
    assert first.release_id.split("-")[1] == later.release_id.split("-")[1]
    assert first.release_id < later.release_id


def test_an_interrupted_build_leaves_nothing_behind(warehouse: DataFolder) -> None:
    half = warehouse.releases / "building.tmp"
    half.mkdir()
    (half / "marts.duckdb").write_bytes(b"half")
    remove_unfinished(warehouse.releases)
    manifest = build_release(warehouse, PROVENANCE, AUDIT, NOW)
    assert [path.name for path in warehouse.releases.iterdir()] == [manifest.release_id]


@pytest.fixture
def shelf(warehouse: DataFolder) -> Shelf:
    for second in range(3):
        build_release(warehouse, PROVENANCE, AUDIT, NOW + timedelta(seconds=second))
    return Shelf(warehouse.releases)


def test_current_is_a_relative_link(shelf: Shelf) -> None:
    assert shelf.current_id() is None
    newest = shelf.release_ids()[0]
    shelf.switch(newest)
    assert os.readlink(shelf.releases / "current") == newest


def test_rollback_goes_one_release_back_or_to_a_named_one(shelf: Shelf) -> None:
    newest, middle, oldest = shelf.release_ids()
    shelf.switch(newest)
    assert shelf.roll_back(None) == middle
    assert shelf.current_id() == middle
    assert shelf.roll_back(oldest) == oldest
    with pytest.raises(NothingToRollBackTo):
        shelf.roll_back(None)
    with pytest.raises(UnknownRelease):
        shelf.roll_back("20260101T000000Z-nothing")
    assert shelf.current_id() == oldest


def test_a_release_whose_file_was_changed_is_not_switched_to(shelf: Shelf) -> None:
    newest, middle, _ = shelf.release_ids()
    shelf.switch(newest)
    with (shelf.releases / middle / "marts.duckdb").open("r+b") as file:
        file.seek(5000)
        file.write(b"x")
    with pytest.raises(BrokenRelease, match=r"marts\.duckdb is missing or not what the manifest says"):
        shelf.roll_back(None)
    assert shelf.current_id() == newest


def test_the_newest_ten_are_kept_and_those_to_go_forward_to(warehouse: DataFolder) -> None:
    shelf = Shelf(warehouse.releases)
    for second in range(KEPT + 3):
        build_release(warehouse, PROVENANCE, AUDIT, NOW + timedelta(seconds=second))
    built = shelf.release_ids()
    shelf.switch(built[-2])
    shelf.prune()
    assert shelf.release_ids() == built
    shelf.switch(built[1])
    shelf.prune()
    assert shelf.release_ids() == built[: KEPT + 1]
    shelf.switch(built[0])
    shelf.prune()
    assert shelf.release_ids() == built[:KEPT]


def test_whoever_goes_forward_to_the_newest_release_holds_none(shelf: Shelf) -> None:
    newest, middle, oldest = shelf.release_ids()
    shelf.switch(newest)
    assert (shelf.roll_back(oldest), shelf.held_id()) == (oldest, oldest)
    assert (shelf.roll_back(middle), shelf.held_id()) == (middle, middle)
    assert (shelf.roll_back(newest), shelf.held_id()) == (newest, None)


def test_of_each_of_seven_days_the_last_release_is_kept(warehouse: DataFolder) -> None:
    shelf = Shelf(warehouse.releases)
    for day in range(9):
        for hour in (1, 2):
            build_release(warehouse, PROVENANCE, AUDIT, NOW + timedelta(days=day, hours=hour))
    for second in range(KEPT - 1):
        build_release(warehouse, PROVENANCE, AUDIT, NOW + timedelta(days=8, hours=3, seconds=second))
    shelf.switch(shelf.release_ids()[0])
    shelf.prune()
    kept = [release_id.partition("-")[0] for release_id in shelf.release_ids()]
    assert kept[KEPT:] == [f"202605{day:02}T020000Z" for day in range(8, 2, -1)]


def test_a_release_gone_back_to_is_held_until_the_next_is_published(shelf: Shelf) -> None:
    newest, middle, _ = shelf.release_ids()
    shelf.switch(newest)
    assert shelf.held_id() is None
    shelf.roll_back(None)
    assert shelf.held_id() == middle
    shelf.switch(newest)
    assert shelf.held_id() is None


def test_a_reader_always_finds_a_whole_release_while_it_is_switched(shelf: Shelf) -> None:
    first, second, _ = shelf.release_ids()
    shelf.switch(first)
    stop, seen, failures = threading.Event(), set[str](), list[Exception]()

    def read() -> None:
        while not stop.is_set():
            try:
                release = (shelf.releases / "current").resolve(strict=True)
                with duckdb.connect() as connection:
                    connection.execute(f"attach '{release / 'marts.duckdb'}' as r (read_only)")
                    assert connection.execute("select count(*) from r.marts.fct_a").fetchone() == (1000,)
                seen.add(release.name)
            except Exception as error:
                failures.append(error)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    for _ in range(100):
        shelf.switch(second)
        shelf.switch(first)
    stop.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert seen == {first, second}


# The gate, on a warehouse with one landed row of each counted view.


@pytest.fixture
def audited(folder: DataFolder) -> DataFolder:
    write_cursor(folder.cursor, CURSOR)
    fill_warehouse(
        folder,
        *(f"create schema {schema}" for schema in ("staging", "intermediate", "marts")),
        *(
            f"create table {table} as select 1 as x"
            for table in (
                "marts.fct_entries", "staging.stg_lots", "staging.stg_stock_movements",
                "intermediate.int_redemptions", "intermediate.int_redemption_lines", "staging.stg_events", "staging.stg_feedback",
                "staging.stg_warehouse_movements", "staging.stg_receipt_batches",
            )
        ),
        "create table staging.stg_impressions (x integer)",
        "create table marts.fct_kpis_daily (tenant_id uuid, metric varchar, date date, numerator bigint, denominator bigint)",
    )  # fmt: skip
    with duckdb.connect() as connection:
        for view in VIEWS:
            (folder.landing / view).mkdir()
            # Of what changes, two batches hold a version each.
            key = ", ".join(f"1 as {column}" for column in contract().views[view].key)
            for batch in range(2 if view.startswith("redemption") else 1):
                connection.execute(
                    f"copy (select {key}) to '{folder.landing / view}/{batch}.parquet' (format parquet)"
                )
    record(folder.test_results, SNAPSHOT, {"test.p.a.1", "test.p.b.2"}, set(), {"test.p.a.1": "pass"})
    record(folder.test_results, SNAPSHOT, {"test.p.a.1", "test.p.b.2"}, set(), {"test.p.b.2": "warn"})
    write_scores(folder, released=0.30, low=0.28, high=0.32)
    return folder


def write_scores(folder: DataFolder, released: float, low: float, high: float) -> None:
    columns = [name for name in SCHEMAS["model_scores"].names if name != "tenant_id"]
    rows = [
        ("ranking", "blend", "all", "ndcg", 10, released, low, high, 50, True, DAY),
        ("ranking", "personal_frequency", "all", "ndcg", 10, 0.29, 0.27, 0.31, 50, False, DAY),
        ("ranking", "popularity", "all", "ndcg", 10, 0.10, 0.08, 0.12, 50, False, DAY),
        ("demand", "seasonal_naive", "item", "wape", None, 0.8, 0.7, 0.9, 5, False, DAY),
        ("demand", "combination", "item", "wape", None, 0.6, 0.5, 0.7, 5, True, DAY),
    ]
    frame = pd.DataFrame(rows, columns=columns).astype({"k": "Int64"})
    write_frames(folder.ml, "model_scores", "model_scores", [("tenant", frame)])


def test_an_open_gate_counts_checks_and_names_baselines(audited: DataFolder) -> None:
    found = audit(audited, CURSOR, DAY)
    assert found.checks == {"passed": 1 + 9 + 2, "failed": 0, "warned": 1}
    (ranking,) = found.models["ranking"]
    assert (ranking["model"], ranking["baseline"]) == ("blend", "personal_frequency")
    (demand,) = found.models["demand"]
    assert (demand["value"], demand["baseline_value"]) == (0.6, 0.8)


@pytest.mark.parametrize(("tenants", "failing"), [(1, 1), (25, 0)])
def test_of_many_models_some_are_behind_by_chance(folder: DataFolder, tenants: int, failing: int) -> None:
    columns = [name for name in SCHEMAS["model_scores"].names if name != "tenant_id"]
    rows = [
        ("ranking", "two_stage", "all", "ndcg", 10, 0.18, 0.12, 0.24, 70, True, DAY),
        ("ranking", "tifu_knn", "all", "ndcg", 10, 0.25, 0.19, 0.31, 70, False, DAY),
    ]
    frame = pd.DataFrame(rows, columns=columns).astype({"k": "Int64"})
    write_frames(folder.ml, "model_scores", "model_scores", [(f"tenant {n}", frame) for n in range(tenants)])
    worse = [found for found in compare_models(folder.ml / "model_scores.parquet") if found.is_worse]
    assert len(worse) == failing


def test_a_model_of_any_slice_that_is_worse_than_its_baseline_closes_the_gate(audited: DataFolder) -> None:
    columns = [name for name in SCHEMAS["model_scores"].names if name != "tenant_id"]
    rows = [
        ("ranking", "two_stage", "all", "ndcg", 10, 0.30, 0.28, 0.32, 50, True, DAY),
        ("ranking", "ease", "all", "ndcg", 10, 0.29, 0.27, 0.31, 50, False, DAY),
        ("ranking", "two_stage", "novel", "ndcg", 10, 0.10, 0.09, 0.11, 50, True, DAY),
        ("ranking", "ease", "novel", "ndcg", 10, 0.12, 0.10, 0.13, 50, False, DAY),
    ]
    frame = pd.DataFrame(rows, columns=columns).astype({"k": "Int64"})
    write_frames(audited.ml, "model_scores", "model_scores", [("tenant", frame)])
    with pytest.raises(
        GateClosed, match=r"two_stage of tenant tenant \(novel\) has ndcg@10 0\.1000, worse than"
    ):
        audit(audited, CURSOR, DAY)
    # Where no other model than baselines could compete, the one in use needs no choice.
    young = frame[frame["model"] == "ease"].assign(model="popularity", is_released=True, high=0.11)
    rivals = young.assign(model="item_neighbours", is_released=False, value=0.2)
    write_frames(audited.ml, "model_scores", "model_scores", [("tenant", pd.concat([young, rivals]))])
    assert len(audit(audited, CURSOR, DAY).models["ranking"]) == 2


def test_a_failed_dbt_test_closes_the_gate(audited: DataFolder) -> None:
    record(audited.test_results, SNAPSHOT, {"test.p.a.1", "test.p.b.2"}, set(), {"test.p.b.2": "fail"})
    with pytest.raises(GateClosed, match="dbt test b failed; the previous release stays"):
        audit(audited, CURSOR, DAY)


def test_a_test_that_has_not_run_since_its_tables_were_rebuilt_closes_the_gate(audited: DataFolder) -> None:
    record(
        audited.test_results, SNAPSHOT, {"test.p.a.1", "test.p.b.2"}, {"test.p.a.1"}, {"test.p.b.2": "pass"}
    )
    with pytest.raises(GateClosed, match="1 tests have not run"):
        audit(audited, CURSOR, DAY)


def test_results_about_an_earlier_landing_close_the_gate(audited: DataFolder) -> None:
    with pytest.raises(GateClosed, match="not been built and tested on the rows landed last"):
        audit(audited, replace(CURSOR, snapshot="900:905:"), DAY)


def test_a_quarantine_that_overflows_closes_the_gate(audited: DataFolder) -> None:
    (audited.quarantine).mkdir()
    listed = "select 'event' as \"view\", 'kind is null' as rule from range(100)"
    with duckdb.connect() as connection:
        connection.execute(f"copy ({listed}) to '{audited.quarantine}/{CURSOR.next_batch - 1}.parquet'")
    with pytest.raises(
        GateClosed, match=r"^100 rows of event lie in quarantine .* kind is null; the previous release stays"
    ):
        audit(audited, CURSOR, DAY)


def test_rows_in_quarantine_and_odd_figures_are_told_and_close_nothing(audited: DataFolder) -> None:
    (audited.quarantine).mkdir()
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select 'event' as \"view\", 'kind is null' as rule) "
            f"to '{audited.quarantine}/{CURSOR.next_batch - 1}.parquet'"
        )
    fill_warehouse(
        audited,
        "insert into marts.fct_kpis_daily select uuid_nil, 'activity_rate', date '2026-04-30' - i::int, "
        "case when i = 0 then 5000 else 500 end, 1000 from range(29) x(i), "
        "(select '00000000-0000-0000-0000-000000000000'::uuid as uuid_nil)",
    )
    found = audit(audited, CURSOR, DAY)
    assert found.quality["quarantined"] == {"event": {"kind is null": 1}}
    told = " | ".join(found.quality["warnings"])
    assert "dbt test b warns" in told
    assert "1 row of event in quarantine: kind is null" in told
    assert "the numerator of activity_rate of tenant 00000000-0000-0000-0000-000000000000 was 5,000" in told
    assert found.checks["warned"] == len(found.quality["warnings"])


def test_a_missing_row_closes_the_gate(audited: DataFolder) -> None:
    fill_warehouse(audited, "delete from marts.fct_entries")
    with pytest.raises(GateClosed, match=r"marts\.fct_entries has 0 rows where 1 were landed of entry"):
        audit(audited, CURSOR, DAY)


def test_a_missing_row_of_what_changes_closes_the_gate(audited: DataFolder) -> None:
    fill_warehouse(audited, "delete from intermediate.int_redemption_lines")
    with pytest.raises(GateClosed, match=r"lines has 0 rows where 1 were landed of redemption_line"):
        audit(audited, CURSOR, DAY)


def test_a_model_worse_than_its_baseline_closes_the_gate(audited: DataFolder) -> None:
    write_scores(audited, released=0.20, low=0.18, high=0.22)
    with pytest.raises(GateClosed, match=r"blend .* has ndcg@10 0\.2000, worse than its baseline personal_"):
        audit(audited, CURSOR, DAY)


def test_a_model_behind_its_baseline_within_chance_passes(audited: DataFolder) -> None:
    write_scores(audited, released=0.28, low=0.26, high=0.30)
    assert audit(audited, CURSOR, DAY).checks["failed"] == 0


def test_publishing_through_a_closed_gate_leaves_current_alone(audited: DataFolder) -> None:
    published = publish(audited, "1.0", NOW)
    fill_warehouse(audited, "insert into marts.fct_entries values (2)")
    with pytest.raises(GateClosed):
        publish(audited, "1.0", NOW + timedelta(hours=1))
    shelf = Shelf(audited.releases)
    assert shelf.current_id() == published.release_id
    assert shelf.release_ids() == [published.release_id]


def test_nothing_is_published_before_the_first_landing(folder: DataFolder) -> None:
    with pytest.raises(GateClosed, match="nothing has been landed"):
        publish(folder, "1.0", NOW)
