"""Figures as of a past day: what was landed by then and nothing since, also after batches were merged."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from shutil import copytree
from typing import Any

import duckdb
import psycopg
import pytest
from typer.testing import CliRunner

from orchestration.as_of import NotKnown, build_as_of, compare
from orchestration.cli.main import app
from orchestration.landing import compaction
from orchestration.landing.batches import batches
from orchestration.landing.cursor import BrokenCursor
from orchestration.landing.days import note_day, read_days
from orchestration.landing.land import land
from orchestration.release.publish import publish
from orchestration.settings import DataFolder
from orchestration.training.tables import provide_missing
from orchestration.warehouse.build import build
from orchestration.warehouse.project import Project
from tests.orchestration.warehouses import Untested
from tests.small_world import FIRST_DAY, SmallWorld, credit, insert_small_world

# The end of the business day of 1 June is 16:00 UTC.
THAT_DAY = date(2026, 6, 1)
THEN = datetime(2026, 6, 1, 15, 59, tzinfo=UTC)
LATER = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)


@dataclass
class Mall:
    """A mall that was landed one evening and, with changes, the day after; and its landing as it was that evening."""

    folder: DataFolder
    former: DataFolder
    world: SmallWorld


@pytest.fixture(scope="module")
def mall(
    module_database_url: str,
    tmp_path_factory: pytest.TempPathFactory,
    project: Project,
    lend_parsed: Callable[[DataFolder], None],
) -> Mall:
    root = tmp_path_factory.mktemp("as-of")
    folder, former = DataFolder(root / "data"), DataFolder(root / "former")
    folder.create()
    lend_parsed(folder)
    with psycopg.connect(module_database_url, autocommit=True) as connection:
        world = insert_small_world(connection)
        land(folder, module_database_url, THEN - timedelta(days=3))
        _change(connection, world, 1)
        land(folder, module_database_url, THEN)
        copytree(folder.landing, former.landing)
        _change(connection, world, 2)
        land(folder, module_database_url, LATER)
    for built in (project.over(folder), Untested(**vars(project.over(former)))):
        built.folder.create()
        provide_missing(built.folder.ml)
        outcome = build(built, project.nodes())
        assert outcome.refusal is None, outcome.refusal
    publish(folder, "test", LATER)
    return Mall(folder, former, world)


@pytest.fixture
def merged_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compaction, "MOST_SMALL_BATCHES", 1)


def test_neither_what_came_later_nor_who_is_erased_is_found_before_and_after_batches_are_merged(
    mall: Mall, merged_at_once: None, module_database_url: str
) -> None:
    before = _landed(mall.folder)
    known = build_as_of(mall.folder, THAT_DAY)
    assert _landed(mall.folder) == before
    assert _differing(known, mall.former) == {}
    assert _differing(known, mall.folder) != {}
    assert len(batches(mall.folder.landing, "redemption")) == 3
    assert compaction.merge_batches(mall.folder)["redemption"] == 3
    assert len(batches(mall.folder.landing, "redemption")) == 1
    known = build_as_of(mall.folder, THAT_DAY)
    assert _differing(known, mall.former) == {}
    assert _versions(mall) == 3
    # Here and not in a test of its own: whoever is erased stays so for the tests that follow.
    _erase_and_look_back(mall, known, module_database_url)


def test_a_figure_that_was_restated_is_shown_as_it_was_and_as_it_is(mall: Mall) -> None:
    shown = CliRunner().invoke(
        app, ["pipeline", "as-of", THAT_DAY.isoformat()], env={"POINTMART_DATA_DIR": str(mall.folder.root)}
    )
    assert shown.exit_code == 0, shown.output
    assert "Cumulative" in shown.output
    assert "warehouse.duckdb" in "".join(shown.output.split())
    known = mall.folder.as_of(THAT_DAY)
    restated = [kpi for kpi in compare(known, mall.folder, THAT_DAY) if kpi.then != kpi.now]
    assert any("consumption rate" in kpi.metric for kpi in restated), restated


def test_days_before_the_first_landing_are_refused(mall: Mall) -> None:
    with pytest.raises(NotKnown, match="from the end of 2026-05-29 on"):
        build_as_of(mall.folder, date(2026, 5, 28))


def test_the_last_landing_of_a_day_stands_for_it(tmp_path: Path) -> None:
    for moment, batch in ((THEN - timedelta(hours=2), 4), (THEN, 5), (LATER, 9)):
        note_day(tmp_path, moment, batch)
    assert read_days(tmp_path) == {THAT_DAY: 5, date(2026, 6, 2): 9}
    (tmp_path / "days.json").write_text("[1]")
    with pytest.raises(BrokenCursor, match=r"days\.json is damaged"):
        read_days(tmp_path)


def _erase_and_look_back(mall: Mall, known: DataFolder, database_url: str) -> None:
    tenant_id = mall.world.tenant_ids[0]
    erased = mall.world.member_ids[tenant_id][1]
    assert _rows(known, f"select count(*) from marts.dim_member where member_id = '{erased}'") == [(1,)]
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute("update mall.member set erased_at = %s where member_id = %s", (LATER, erased))
    land(mall.folder, database_url, LATER + timedelta(hours=1))
    assert not known.root.exists()
    known = build_as_of(mall.folder, THAT_DAY)
    assert _rows(known, f"select count(*) from marts.dim_member where member_id = '{erased}'") == [(0,)]
    assert _rows(known, f"select count(*) from marts.fct_events where member_id = '{erased}'") == [(0,)]


def _change(connection: psycopg.Connection[Any], world: SmallWorld, number: int) -> None:
    """Earn late, take back what was redeemed, and correct what was listed, of the past."""
    tenant_id = world.tenant_ids[0]
    late = FIRST_DAY + timedelta(days=4 + number)
    credit(connection, tenant_id, world.member_ids[tenant_id][number], "earn", 500 * number, late)
    connection.execute(
        "update mall.redemption set delivered_at = %s where redemption_id = %s",
        (late, world.redemption_ids[tenant_id][0]),
    )
    connection.execute(
        "update mall.offer set listed_from = %s where tenant_id = %s and item_id = %s",
        (late, tenant_id, world.item_ids[5]),
    )


def _landed(folder: DataFolder) -> dict[Path, int]:
    """Return the files of the landing with the times they were written at, in nanoseconds."""
    return {path: path.stat().st_mtime_ns for path in folder.landing.rglob("*") if path.is_file()}


def _versions(mall: Mall) -> int:
    redemption_id = mall.world.redemption_ids[mall.world.tenant_ids[0]][0]
    with duckdb.connect() as connection:
        row = connection.execute(
            f"select count(*) from read_parquet('{mall.folder.landing}/redemption/*.parquet') "
            f"where redemption_id = '{redemption_id}'"
        ).fetchone()
    assert row is not None
    return int(row[0])


def _differing(one: DataFolder, other: DataFolder) -> dict[str, int]:
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one.warehouse}' as one (read_only)")
        connection.execute(f"attach '{other.warehouse}' as other (read_only)")
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables() "
            "where database_name = 'one' and schema_name = 'marts'"
        ).fetchall()
        assert len(names) > 25
        found = {}
        for (name,) in names:
            row = connection.execute(
                f"select count(*) from ((from one.{name} except all from other.{name}) "
                f"union all (from other.{name} except all from one.{name}))"
            ).fetchone()
            assert row is not None
            found[name] = int(row[0])
    return {name: count for name, count in found.items() if count}


def _rows(folder: DataFolder, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder.warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()
