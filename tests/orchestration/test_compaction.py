"""Compaction: many batches become one with the same newest versions, whatever moment a crash chooses."""

from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration import durable
from orchestration.landing import compaction
from orchestration.landing.batches import VIEWS, batch_path, batches, row_count
from orchestration.landing.compaction import (
    MOST_SMALL_BATCHES,
    VERSIONED,
    BrokenCompaction,
    compact,
    finish,
    merge_batches,
)
from orchestration.landing.cursor import Cursor, Origin, write_cursor
from orchestration.settings import DataFolder
from tests.orchestration.landed import KEYS, MUTABLE

COUNT = MOST_SMALL_BATCHES + 1


@pytest.fixture
def landing(data_dir: Path) -> Path:
    """Batches of an append-only view and of one whose rows change; the first two redemptions lack the number."""
    folder = data_dir / "landing"
    with duckdb.connect() as connection:
        for number in range(COUNT):
            for view in ("event", "redemption"):
                path = batch_path(folder, view, number)
                path.parent.mkdir(parents=True, exist_ok=True)
                key = "event_id" if view == "event" else "redemption_id"
                value = number if view == "event" else number % 3
                # The newest version of the first format bears the smaller transaction, as late commits do.
                batch = f", {number} as batch" if view == "event" or number > 1 else ""
                connection.execute(
                    f"copy (select 1 as tenant_id, {value} as {key}, 'v{number}' as status, {1000 - number} as xid"
                    f"{batch}) to '{path}' (format parquet)"
                )
    return folder


def newest(landing: Path) -> list[tuple[object, ...]]:
    """What staging makes of the redemptions, and all events."""
    with duckdb.connect() as connection:
        redemptions = connection.execute(
            f"select redemption_id, status from read_parquet('{landing}/redemption/*.parquet', union_by_name = true) "
            "qualify row_number() over (partition by redemption_id order by batch desc nulls last, xid desc) = 1 "
            "order by 1"
        ).fetchall()
        events = connection.execute(
            f"select event_id, status, batch from read_parquet('{landing}/event/*.parquet') order by 1"
        ).fetchall()
    return [*redemptions, *events]


def test_the_merged_file_holds_every_row_and_the_newest_version_of_what_changes(landing: Path) -> None:
    before = newest(landing)
    assert compact(landing, COUNT) == {"redemption": COUNT, "event": COUNT}
    assert newest(landing) == before
    assert [path.name for path in batches(landing, "event")] == [batch_path(landing, "event", COUNT - 1).name]
    assert [row_count(landing, "event"), row_count(landing, "redemption")] == [COUNT, 3]
    assert compact(landing, COUNT) == {}
    assert not list(landing.rglob(".*"))


def test_few_batches_are_left_alone_and_so_is_one_that_is_not_counted(landing: Path) -> None:
    assert compact(landing, COUNT - 1) == {}
    assert len(batches(landing, "event")) == COUNT
    extra = batch_path(landing, "event", COUNT)
    extra.write_bytes(batch_path(landing, "event", 0).read_bytes())
    assert compact(landing, COUNT) == {"redemption": COUNT, "event": COUNT}
    assert [int(path.stem) for path in batches(landing, "event")] == [COUNT - 1, COUNT]


def test_large_files_are_not_written_again(landing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "SMALL_BYTES", 1)
    assert compact(landing, COUNT) == {}


class Killed(BaseException):
    """Ends the process as a signal would."""


@pytest.mark.parametrize("survived", range(12))
def test_a_crash_at_any_moment_loses_no_row_and_doubles_none(
    landing: Path, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    before, flush = newest(landing), durable.flush
    calls = 0

    def flush_or_die(path: Path) -> None:
        nonlocal calls
        if calls == survived:
            raise Killed
        calls += 1
        flush(path)

    monkeypatch.setattr(durable, "flush", flush_or_die)
    with pytest.raises(Killed):
        compact(landing, COUNT)
    monkeypatch.setattr(durable, "flush", flush)
    durable.remove_temporaries(landing)
    finish(landing)
    assert newest(landing) == before
    assert not list(landing.rglob(".*"))
    compact(landing, COUNT)
    assert newest(landing) == before


def test_a_crash_while_the_old_batches_are_deleted_is_ended(
    landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, unlink = newest(landing), Path.unlink
    calls = 0

    def unlink_or_die(path: Path, missing_ok: bool = False) -> None:
        nonlocal calls
        if path.parent.name == "redemption":
            if calls == 20:
                raise Killed
            calls += 1
        unlink(path, missing_ok)

    monkeypatch.setattr(Path, "unlink", unlink_or_die)
    with pytest.raises(Killed):
        compact(landing, COUNT)
    monkeypatch.setattr(Path, "unlink", unlink)
    finish(landing)
    assert newest(landing) == before
    assert len(batches(landing, "redemption")) == 1


def test_a_merge_that_loses_rows_changes_nothing(landing: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = newest(landing)
    count = compaction._count
    monkeypatch.setattr(compaction, "_count", lambda c, text: count(c, text) - text.startswith("copy"))
    with pytest.raises(BrokenCompaction, match="redemption gave 2 rows instead of 3; nothing was changed"):
        compact(landing, COUNT)
    assert not list(landing.rglob(".*"))
    assert newest(landing) == before


def test_a_damaged_journal_is_named(landing: Path) -> None:
    (landing / "compaction.json").write_text("{")
    with pytest.raises(BrokenCompaction, match=r"compaction\.json is damaged"):
        compact(landing, COUNT)


def test_views_whose_rows_change_are_known_with_their_keys() -> None:
    assert VERSIONED.keys() == MUTABLE
    assert {view: KEYS[view] for view in VERSIONED} == VERSIONED
    assert VERSIONED.keys() < set(VIEWS)


def test_what_the_cursor_counts_is_merged(landing: Path) -> None:
    folder = DataFolder(landing.parent)
    assert merge_batches(folder) == {}
    now = datetime(2026, 5, 1, tzinfo=UTC)
    write_cursor(folder.cursor, Cursor(Origin("1", "p", 1), "9:9:", COUNT, VIEWS, now))
    assert merge_batches(folder) == {"redemption": COUNT, "event": COUNT}
