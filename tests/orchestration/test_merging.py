"""Merging small batches loses no row and doubles none, wherever it is killed."""

from pathlib import Path

import duckdb
import pytest

from orchestration.landing import merging
from orchestration.landing.batches import batch_path, batches, row_count
from orchestration.landing.merging import MANY, finish_merging, merge_small_batches


def write(landing: Path, number: int, rows: int = 3, columns: str = "i as id, 'x' as kind") -> None:
    path = batch_path(landing, "event", number)
    path.parent.mkdir(exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select {columns}, {number}::bigint as batch from range({rows}) t(i)) to '{path}' (format parquet)"
        )


def landed(landing: Path) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection:
        return connection.execute(
            f"select batch, id, kind from read_parquet('{landing}/event/*.parquet', union_by_name = true) order by all"
        ).fetchall()


@pytest.fixture
def landing(tmp_path: Path) -> Path:
    write(tmp_path, 0, rows=300_000)
    for number in range(1, MANY + 1):
        write(tmp_path, number)
    return tmp_path


def test_many_small_batches_become_one_with_every_row_and_its_number(landing: Path) -> None:
    before = landed(landing)
    assert merge_small_batches(landing, "event") == MANY
    assert [int(path.stem) for path in batches(landing, "event")] == [0, MANY]
    assert landed(landing) == before
    assert merge_small_batches(landing, "event") == 0
    assert not list(landing.glob("event/.*"))


def test_what_is_large_or_not_many_is_left_alone(landing: Path) -> None:
    batches(landing, "event")[-1].unlink()
    names = batches(landing, "event")
    assert merge_small_batches(landing, "event") == 0
    assert batches(landing, "event") == names


def test_columns_that_came_later_are_kept(landing: Path) -> None:
    write(landing, MANY + 1, columns="i as id, 'x' as kind, 'new' as colour")
    merge_small_batches(landing, "event")
    with duckdb.connect() as connection:
        colours = connection.execute(
            f"select colour, count(*) from '{batches(landing, 'event')[-1]}' group by 1 order by 2"
        ).fetchall()
    assert colours == [("new", 3), (None, 3 * MANY)]


class Killed(BaseException):
    """Ends the process as a signal would."""


def test_killed_before_the_merged_batch_is_in_place_nothing_has_changed(
    landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = landed(landing)

    def killed(_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(merging.durable, "flush", killed)
        patch.setattr(merging.durable, "write_text", lambda path, text: path.write_text(text))
        with pytest.raises(Killed):
            merge_small_batches(landing, "event")
    finish_merging(landing, "event")
    assert landed(landing) == before
    assert merge_small_batches(landing, "event") == MANY
    assert landed(landing) == before


def test_killed_before_the_parts_are_gone_the_next_landing_removes_them(
    landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = landed(landing)

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(merging, "finish_merging", killed)
        with pytest.raises(Killed):
            merge_small_batches(landing, "event")
    assert row_count(landing, "event") > len(before)
    finish_merging(landing, "event")
    assert landed(landing) == before
    assert len(batches(landing, "event")) == 2
