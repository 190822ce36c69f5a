"""Erasure on landed files: which rows go, which files are touched, and what a crash in between leaves."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import duckdb
import pytest

from orchestration import durable
from orchestration.landing import erasure
from orchestration.landing.batches import batch_path, row_count
from orchestration.landing.erasure import BEHAVIOUR_VIEWS, BrokenForgotten, forget_erased, read_forgotten
from orchestration.release.content import TableContent
from orchestration.release.manifest import MARTS, Manifest, write_manifest
from orchestration.release.parts import PARTS, Part
from orchestration.release.retention import CurrentHoldsErased, drop_outdated, require_current
from orchestration.release.shelf import Shelf
from orchestration.settings import DataFolder

NOW = datetime(2026, 5, 1, tzinfo=UTC)
TENANT, LI, WANG, OTHER = (UUID(int=number) for number in (1, 11, 12, 2))


@pytest.fixture
def folder(data_dir: Path) -> DataFolder:
    made = DataFolder(data_dir)
    made.create()
    return made


def land_rows(folder: DataFolder, view: str, number: int, rows: list[tuple[UUID, UUID, object]]) -> None:
    """Write a batch of (tenant, member, note) rows; of members the note says whether they are erased."""
    path = batch_path(folder.landing, view, number)
    path.parent.mkdir(exist_ok=True)
    note = "is_erased" if view == "member" else "note"
    with duckdb.connect() as connection:
        type_ = "boolean" if view == "member" else "varchar"
        connection.execute(f"create table t (tenant_id uuid, member_id uuid, {note} {type_}, batch bigint)")
        connection.executemany(f"insert into t values (?, ?, ?, {number})", rows)
        connection.execute(f"copy t to '{path}' (format parquet)")


def notes(folder: DataFolder, view: str) -> list[str]:
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"select note from read_parquet('{folder.landing / view}/*.parquet') order by 1"
        ).fetchall()
    return [note for (note,) in rows]


@pytest.fixture
def landed(folder: DataFolder) -> DataFolder:
    """Two batches of everything; Li is known to be erased since the second. Another tenant has her id, too."""
    land_rows(folder, "member", 0, [(TENANT, LI, False), (TENANT, WANG, False), (OTHER, LI, False)])
    land_rows(folder, "member", 1, [(TENANT, LI, True)])
    for view in (*BEHAVIOUR_VIEWS, "entry"):
        land_rows(folder, view, 0, [(TENANT, LI, "li 0"), (TENANT, WANG, "wang 0"), (OTHER, LI, "other 0")])
        land_rows(folder, view, 1, [(TENANT, LI, "li 1")])
    with duckdb.connect() as connection:
        connection.execute(
            f"copy (select '{TENANT}' as tenant_id, m as member_id, 'liked' as note from "
            f"(values ('{LI}'), ('{WANG}')) v(m)) to '{folder.ml / 'member_items.parquet'}' (format parquet)"
        )
        connection.execute(
            f"copy (select '{TENANT}' as tenant_id, 1 as score) to "
            f"'{folder.ml / 'item_popularity.parquet'}' (format parquet)"
        )
    return folder


def stamps(folder: DataFolder) -> dict[str, int]:
    return {str(path): path.stat().st_ino for path in folder.root.rglob("*.parquet")}


def test_the_behaviour_of_the_erased_member_alone_goes(landed: DataFolder) -> None:
    assert forget_erased(landed, 2, NOW) == 2 * len(BEHAVIOUR_VIEWS) + 1
    for view in BEHAVIOUR_VIEWS:
        assert notes(landed, view) == ["other 0", "wang 0"], view
        assert row_count(landed.landing, view) == 2
        # The file that lost all its rows still tells its columns.
        assert len(list((landed.landing / view).iterdir())) == 2
    assert notes(landed, "entry") == ["li 0", "li 1", "other 0", "wang 0"]
    with duckdb.connect() as connection:
        left = connection.execute(f"select member_id from '{landed.ml / 'member_items.parquet'}'").fetchall()
    assert left == [(str(WANG),)]
    assert read_forgotten(landed.forgotten).moments == (NOW,)


def test_files_without_such_rows_are_left_alone_and_the_second_time_all_are(landed: DataFolder) -> None:
    before = stamps(landed)
    forget_erased(landed, 2, NOW)
    changed = {path for path, number in stamps(landed).items() if before[path] != number}
    assert {Path(path).parent.name for path in changed} == {*BEHAVIOUR_VIEWS, "ml"}
    before = stamps(landed)
    assert forget_erased(landed, 2, NOW + timedelta(days=1)) == 0
    assert stamps(landed) == before
    assert read_forgotten(landed.forgotten).moments == (NOW,)


def test_a_row_that_is_landed_after_the_erasure_goes_with_its_batch(
    landed: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_erased(landed, 2, NOW)
    land_rows(landed, "event", 2, [(TENANT, LI, "li 2"), (TENANT, WANG, "wang 2")])
    looked_at = []
    remove = erasure._remove
    monkeypatch.setattr(erasure, "_remove", lambda c, path: (looked_at.append(path.stem), remove(c, path))[1])
    assert forget_erased(landed, 3, NOW + timedelta(hours=1)) == 1
    assert notes(landed, "event") == ["other 0", "wang 0", "wang 2"]
    # What was looked through once is not looked through again.
    assert [int(stem) for stem in looked_at] == [2]


def test_what_was_set_aside_goes_too(landed: DataFolder) -> None:
    quarantine = landed.landing / "quarantine"
    (quarantine / "event").mkdir(parents=True)
    ids = f"'{TENANT}'::uuid as tenant_id, '{LI}'::uuid as member_id"
    with duckdb.connect() as connection:
        connection.execute(f"copy (select {ids}, 'bad' as note) to '{quarantine}/event/1.parquet'")
        connection.execute(
            f"copy (select {ids}, v as view from (values ('event'), ('entry')) t(v)) to '{quarantine}/1.parquet'"
        )
        forget_erased(landed, 2, NOW)
        assert connection.execute(f"from '{quarantine}/event/1.parquet'").fetchall() == []
        assert connection.execute(f"select view from '{quarantine}/1.parquet'").fetchall() == [("entry",)]


def test_a_landing_that_is_repeated_brings_nothing_back(landed: DataFolder) -> None:
    forget_erased(landed, 2, NOW)
    land_rows(landed, "event", 1, [(TENANT, LI, "li 1")])
    assert forget_erased(landed, 2, NOW) == 1
    assert notes(landed, "event") == ["other 0", "wang 0"]


def test_a_further_erasure_looks_through_everything_again(landed: DataFolder) -> None:
    forget_erased(landed, 2, NOW)
    land_rows(landed, "member", 2, [(TENANT, WANG, True)])
    later = NOW + timedelta(days=1)
    assert forget_erased(landed, 3, later) == len(BEHAVIOUR_VIEWS) + 1
    assert notes(landed, "feedback") == ["other 0"]
    assert read_forgotten(landed.forgotten).moments == (NOW, later)


def test_without_an_erasure_nothing_is_written(landed: DataFolder) -> None:
    batch_path(landed.landing, "member", 1).unlink()
    assert forget_erased(landed, 2, NOW) == 0
    assert not landed.forgotten.exists()


class Killed(BaseException):
    """Ends the process as a signal would."""


@pytest.mark.parametrize("survived", range(10))
def test_a_crash_after_any_file_leaves_whole_files_and_the_next_run_ends_it(
    landed: DataFolder, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    flush: Callable[[Path], None] = durable.flush
    calls = 0

    def flush_or_die(path: Path) -> None:
        nonlocal calls
        if path.name.startswith("."):
            if calls == survived:
                raise Killed
            calls += 1
        flush(path)

    monkeypatch.setattr(durable, "flush", flush_or_die)
    with pytest.raises(Killed):
        forget_erased(landed, 2, NOW)
    monkeypatch.setattr(durable, "flush", flush)
    assert not landed.forgotten.exists()
    for view in BEHAVIOUR_VIEWS:
        assert set(notes(landed, view)) >= {"other 0", "wang 0"}
    forget_erased(landed, 2, NOW)
    for view in BEHAVIOUR_VIEWS:
        assert notes(landed, view) == ["other 0", "wang 0"]
    assert read_forgotten(landed.forgotten).member_count == 1


def test_a_damaged_note_of_what_was_done_is_named(landed: DataFolder) -> None:
    landed.forgotten.write_text("{")
    with pytest.raises(BrokenForgotten, match=r"forgotten\.json is damaged; delete it"):
        forget_erased(landed, 2, NOW)
    landed.forgotten.unlink()
    assert forget_erased(landed, 2, NOW) > 0


# How long releases of before an erasure stay.


def release_of(folder: DataFolder, landed_at: datetime, parts: list[Part] | None = None) -> str:
    """A release of a landing, published ten minutes later."""
    created_at = landed_at + timedelta(minutes=10)
    release_id = f"{created_at:%Y%m%dT%H%M%SZ}-0123abcd"
    release = folder.releases / release_id
    release.mkdir()
    (release / MARTS).touch()
    landing = {"snapshot": "1:1:", "landed_at": landed_at.isoformat()}
    content = {"marts.dim_tenant": TableContent(0, "")}
    named = {"fct_entries": parts} if parts else {}
    write_manifest(release, Manifest(release_id, created_at, "1", landing, {}, {}, content, {}, named))
    return release_id


def test_releases_from_before_an_erasure_are_dropped_after_seven_days(landed: DataFolder) -> None:
    before, with_it = release_of(landed, NOW - timedelta(hours=1)), release_of(landed, NOW)
    shelf = Shelf(landed.releases)
    shelf.switch(with_it)
    forget_erased(landed, 2, NOW)
    assert drop_outdated(landed, NOW + timedelta(days=7) - timedelta(seconds=1)) == []
    assert drop_outdated(landed, NOW + timedelta(days=7)) == [before]
    assert shelf.release_ids() == [with_it]
    require_current(landed, NOW + timedelta(days=99))


def test_the_parts_that_only_such_a_release_names_go_with_it(landed: DataFolder) -> None:
    month = Part("2026-04", "fct_entries/old.parquet", 1, "t", 1, "1", "1")
    parts = landed.releases / PARTS / "fct_entries"
    parts.mkdir(parents=True)
    for name in ("old", "shared"):
        (parts / f"{name}.parquet").write_bytes(b"x")
    shared = replace(month, file="fct_entries/shared.parquet")
    before = release_of(landed, NOW - timedelta(hours=1), [month, shared])
    Shelf(landed.releases).switch(release_of(landed, NOW, [shared]))
    forget_erased(landed, 2, NOW)
    assert drop_outdated(landed, NOW + timedelta(days=7)) == [before]
    assert [path.name for path in parts.iterdir()] == ["shared.parquet"]


def test_they_can_be_dropped_at_once_and_the_current_one_is_named(landed: DataFolder) -> None:
    older, current = (
        release_of(landed, NOW - timedelta(hours=2)),
        release_of(landed, NOW - timedelta(hours=1)),
    )
    shelf = Shelf(landed.releases)
    shelf.switch(current)
    forget_erased(landed, 2, NOW)
    assert drop_outdated(landed, NOW, timedelta(0)) == [older]
    require_current(landed, NOW)
    with pytest.raises(CurrentHoldsErased, match=f"{current} was built before members were erased"):
        require_current(landed, NOW, timedelta(0))


def test_a_release_that_cannot_be_read_may_hold_anybody(landed: DataFolder) -> None:
    damaged, current = (
        release_of(landed, NOW + timedelta(hours=1)),
        release_of(landed, NOW + timedelta(hours=2)),
    )
    Shelf(landed.releases).switch(current)
    (landed.releases / damaged / "manifest.json").write_text("{")
    assert drop_outdated(landed, NOW + timedelta(days=9)) == []
    forget_erased(landed, 2, NOW)
    assert drop_outdated(landed, NOW + timedelta(days=9)) == [damaged]
