"""Releases whose large marts are files by month, shared between releases."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from orchestration.landing.batches import VIEWS
from orchestration.landing.cursor import Cursor, Origin
from orchestration.release import parts, shelf
from orchestration.release.build import Provenance, build_release
from orchestration.release.gate import Audit
from orchestration.release.manifest import BrokenRelease, Manifest, check_files, read_manifest
from orchestration.release.parts import PARTS, PartMismatch
from orchestration.settings import DataFolder
from orchestration.warehouse.changes import Changes, Span
from orchestration.warehouse.months import DatedMart, note_months

NOW = datetime(2026, 5, 1, tzinfo=UTC)
PROVENANCE = Provenance(Cursor(Origin("1", "pointmart", 5), "900:900:", 4, VIEWS, NOW), "1.0")
AUDIT = Audit({"passed": 3, "failed": 0, "warned": 0}, {}, {})
MART = DatedMart("marts.fct_a", "day", ("entry",))


@pytest.fixture
def folder(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """A warehouse with a dated mart of three months that counts as large, and one that does not."""
    monkeypatch.setattr(parts, "FROM_ROWS", 90)
    made = DataFolder(data_dir)
    made.create()
    run(
        made,
        "create schema marts",
        "create table marts.fct_a as select i as id, date '2026-01-01' + i::int as day from range(90) t(i)",
        "create table marts.fct_b as select 1 as id, date '2026-01-01' as day",
    )
    built(made, None)
    return made


def run(folder: DataFolder, *statements: str) -> None:
    with duckdb.connect(str(folder.warehouse)) as connection:
        for statement in statements:
            connection.execute(statement)


def built(folder: DataFolder, spans: dict[str, list[Span]] | None) -> None:
    note_months(folder.warehouse, [MART, DatedMart("marts.fct_b", "day", ())], Changes(spans, "", None))


def release(folder: DataFolder, minutes: int) -> Manifest:
    return build_release(folder, PROVENANCE, AUDIT, NOW + timedelta(minutes=minutes))


def rows(folder: DataFolder, manifest: Manifest, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        file = folder.releases / manifest.release_id / "marts.duckdb"
        connection.execute(f"attach '{file}' as release (read_only)")
        return connection.execute(query).fetchall()


def files(folder: DataFolder) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in (folder.releases / PARTS).glob("*/*.parquet")}


def test_a_large_dated_mart_is_read_as_any_other(folder: DataFolder) -> None:
    manifest = release(folder, 0)
    assert read_manifest(folder.releases / manifest.release_id) == manifest
    assert [part.month for part in manifest.parts["marts.fct_a"]] == [
        "2026-01-01",
        "2026-02-01",
        "2026-03-01",
    ]
    assert manifest.parts.keys() == {"marts.fct_a"}
    assert rows(folder, manifest, "select count(*), sum(id), max(day) from release.marts.fct_a") == [
        (90, 4005, date(2026, 3, 31))
    ]
    assert manifest.tables["marts.fct_a"].rows == 90
    assert rows(folder, manifest, "select id from release.marts.fct_b") == [(1,)]


def test_the_content_hash_is_the_same_in_parts_and_whole(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_parts = release(folder, 0)
    monkeypatch.setattr(parts, "FROM_ROWS", 91)
    assert release(folder, 1).tables == in_parts.tables


def test_only_changed_months_are_written_and_the_former_release_keeps_its_own(folder: DataFolder) -> None:
    first = release(folder, 0)
    before = files(folder)
    run(folder, "update marts.fct_a set id = 1000 where day = date '2026-02-03'")
    built(folder, {"entry": [(date(2026, 2, 3), date(2026, 2, 3))]})
    second = release(folder, 1)
    after = files(folder)
    assert len(before) == 3
    assert len(after) == 4
    assert {name: after[name] for name in before} == before
    assert rows(folder, second, "select max(id) from release.marts.fct_a") == [(1000,)]
    assert rows(folder, first, "select max(id) from release.marts.fct_a") == [(89,)]


def test_what_was_built_anew_and_came_out_the_same_is_not_written_again(folder: DataFolder) -> None:
    release(folder, 0)
    before = files(folder)
    built(folder, None)
    release(folder, 1)
    assert files(folder) == before


def test_a_month_whose_rows_are_gone_is_no_part(folder: DataFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    release(folder, 0)
    monkeypatch.setattr(parts, "FROM_ROWS", 1)
    run(folder, "delete from marts.fct_a where day >= date '2026-03-01'")
    built(folder, {"entry": [(date(2026, 3, 1), date(2026, 3, 31))]})
    manifest = release(folder, 1)
    assert rows(folder, manifest, "select max(day) from release.marts.fct_a") == [(date(2026, 2, 28),)]


def test_parts_go_with_the_last_release_that_names_them(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "KEPT", 1)
    release(folder, 0)
    run(folder, "update marts.fct_a set id = 1000 where day = date '2026-02-03'")
    built(folder, {"entry": [(date(2026, 2, 3), date(2026, 2, 3))]})
    manifest = release(folder, 1)
    shelves = shelf.Shelf(folder.releases)
    shelves.switch(manifest.release_id)
    shelves.prune()
    assert len(files(folder)) == 3
    assert rows(folder, manifest, "select count(*) from release.marts.fct_a") == [(90,)]


def test_a_release_whose_part_is_gone_is_refused_and_the_next_writes_it_again(folder: DataFolder) -> None:
    manifest = release(folder, 0)
    next((folder.releases / PARTS).glob("*/2026-02*.parquet")).unlink()
    with pytest.raises(BrokenRelease, match="2026-02"):
        check_files(folder.releases / manifest.release_id, manifest)
    again = release(folder, 1)
    check_files(folder.releases / again.release_id, again)


def test_a_part_that_is_not_what_the_warehouse_holds_is_refused(
    folder: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = parts._write
    monkeypatch.setattr(
        parts, "_write",
        lambda connection, columns, query, target, found: original(connection, columns, f"{query} and id <> 5", target, found),
    )  # fmt: skip
    with pytest.raises(PartMismatch, match="does not hold the rows"):
        release(folder, 0)
    assert files(folder) == {}


def test_a_mart_that_changes_from_a_day_on_changes_all_later_months() -> None:
    mart = DatedMart("marts.fct_d", "date", ("redemption",), is_followed=True, days_back=15)
    changes = Changes({"redemption": [(date(2026, 2, 10), date(2026, 2, 10))]}, "", None)
    changed = [month for month in range(1, 5) if mart.has_changed(date(2026, month, 1), changes)]
    assert changed == [1, 2, 3, 4]
    assert not mart.has_changed(date(2025, 12, 1), changes)
    assert not mart.has_changed(date(2026, 2, 1), Changes({}, "", None))
