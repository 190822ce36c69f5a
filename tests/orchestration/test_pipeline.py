"""Whole runs in process: a first one, two without space, one with a new redemption, one that a dbt test stops."""

import errno
import io
import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import dagster as dg
import duckdb
import psycopg
import pytest
from rich.console import Console

from orchestration import history
from orchestration.definitions import SEED
from orchestration.disk import DiskFull
from orchestration.landing.batches import row_count
from orchestration.landing.cursor import read_cursor
from orchestration.lock import AlreadyRunning, held
from orchestration.pipeline import as_refusal, run_pipeline
from orchestration.refusal import Refusal
from orchestration.release.manifest import Manifest
from orchestration.release.shelf import Shelf
from orchestration.release.summary import ReleaseSummary
from orchestration.settings import DataFolder, PipelineSettings, UnwritableFolder
from orchestration.warehouse.build import build
from orchestration.warehouse.project import Project
from tests.orchestration.limits import files_up_to
from tests.small_world import DAYS, FIRST_DAY, ITEMS, SmallWorld, insert_small_world, redeem


@dataclass(frozen=True)
class StoppedRun:
    """A run that could not write all it had to: what it said, and what it changed."""

    sentence: str
    cursor_changed: bool
    current: str | None


@dataclass
class Runs:
    """Runs on one data folder, some of them without enough space, and what each left."""

    world: SmallWorld
    folder: DataFolder
    output: str
    first: ReleaseSummary
    full_disks: list[StoppedRun]
    second: ReleaseSummary
    refusal: Refusal
    current_after_refusal: str | None
    releases_after_refusal: list[str]

    def manifest(self, summary: ReleaseSummary) -> Manifest:
        return Shelf(self.folder.releases).manifest(summary.release_id)

    def ask(self, summary: ReleaseSummary, query: str) -> list[tuple[object, ...]]:
        with duckdb.connect() as connection:
            path = self.folder.releases / summary.release_id / "marts.duckdb"
            connection.execute(f"attach '{path}' as release (read_only)")
            return connection.execute(query).fetchall()


def run_with_files_up_to(size: int, settings: PipelineSettings, console: Console) -> StoppedRun:
    """Run the pipeline with no file allowed to grow beyond a size in bytes."""
    cursor = settings.folder.cursor
    before = cursor.read_text()
    with files_up_to(size), pytest.raises(Refusal) as refused:
        run_pipeline(settings, console)
    current = Shelf(settings.folder.releases).current_id()
    return StoppedRun(str(refused.value), cursor.read_text() != before, current)


@pytest.fixture(scope="module")
def runs(
    tmp_path_factory: pytest.TempPathFactory,
    module_database_url: str,
    lend_parsed: Callable[[DataFolder], None],
) -> Runs:
    settings = PipelineSettings(data_dir=tmp_path_factory.mktemp("runs"), database_url=module_database_url)
    lend_parsed(settings.folder)
    terminal = io.StringIO()
    console = Console(file=terminal, width=100)
    with psycopg.connect(module_database_url) as connection:
        world = insert_small_world(connection)
        first = run_pipeline(settings, console)
        tenant_id = world.tenant_ids[0]
        member_id, item_id = world.member_ids[tenant_id][0], world.item_ids[5]
        redeem(
            connection, tenant_id, member_id, [(item_id, 1, ITEMS[5][4])], FIRST_DAY + timedelta(days=DAYS)
        )
        connection.commit()
        copied = settings.folder.releases / first.release_id / "marts.duckdb"
        full_disks = [
            run_with_files_up_to(20_000, settings, console),  # not enough for what goes before the first step
            run_with_files_up_to(copied.stat().st_size * 3 // 4, settings, console),  # not enough to publish
        ]
        second = run_pipeline(settings, console)
        connection.execute(
            "insert into mall.entry (tenant_id, transfer_id, entry_no, account_id, amount) "
            "select tenant_id, transfer_id, 3, account_id, 7 from mall.entry where entry_no = 2 limit 1"
        )
        connection.commit()
    with pytest.raises(Refusal) as refused:
        run_pipeline(settings, console)
    shelf = Shelf(settings.folder.releases)
    return Runs(
        world, settings.folder, terminal.getvalue(), first, full_disks, second, refused.value,
        shelf.current_id(), shelf.release_ids(),
    )  # fmt: skip


def xmax(snapshot: str) -> int:
    return int(snapshot.split(":")[1])


def test_a_run_publishes_what_is_in_the_database(runs: Runs) -> None:
    rows = runs.ask(runs.first, "select count(*) from release.marts.fct_entries")
    assert rows == [(2 * 204,)]
    members = runs.ask(runs.first, "select count(*) from release.marts.dim_member")
    assert members == [(2 * 6,)]  # of eight, one is a test member and one is erased


def test_a_run_trains_recommendations_and_forecasts_per_tenant(runs: Runs) -> None:
    recommended = runs.ask(
        runs.first,
        "select count(distinct (tenant_id, member_id)) from release.marts.fct_member_recommendations",
    )
    assert recommended == [(12,)]
    slices = runs.ask(
        runs.first,
        "select slice, max(recommendation_rank) from release.marts.fct_member_recommendations group by 1",
    )
    # All members have taken all six items: nothing is new to them.
    assert slices == [("all", 6)]
    forecast = runs.ask(
        runs.first,
        "select tenant_id, level, min(date)::varchar, count(distinct date) "
        "from release.marts.fct_demand_forecasts group by 1, 2 order by 1, 2",
    )
    assert [row[1:] for row in forecast] == 2 * [
        (level, "2026-04-13", 28) for level in ("category", "item", "tenant")
    ]


def test_a_run_tells_what_newcomers_are_shown_first(runs: Runs) -> None:
    listed = runs.ask(
        runs.first,
        "select tenant_id, member_group, count(*), max(starting_rank) from release.marts.fct_starting_items "
        "group by 1, 2 order by 1, 2",
    )
    assert [row[1:] for row in listed] == 2 * [
        (group, 6, 6) for group in ("any", "family", "high", "low", "senior", "traveller", "young")
    ]
    groups = runs.ask(
        runs.first,
        "select member_group, min(from_points) > 0, count(until_points) from release.marts.fct_starting_groups "
        "group by 1 order by 1",
    )
    assert groups == [("high", True, 0), ("low", False, 2)]
    kinds = runs.ask(runs.first, "select distinct kind from release.marts.fct_item_neighbours order by 1")
    assert kinds == [("content",), ("together",)]


def test_erased_and_test_members_reach_no_release(runs: Runs) -> None:
    hidden = ", ".join(f"'{member}'" for members in runs.world.member_ids.values() for member in members[-2:])
    for table in ("fct_member_items", "fct_member_recommendations", "fct_events", "fct_redemption_lines"):
        query = f"select count(*) from release.marts.{table} where member_id in ({hidden})"
        assert runs.ask(runs.first, query) == [(0,)], table


def test_the_summary_shows_each_tenants_latest_kpis(runs: Runs) -> None:
    shown = {(kpi.tenant, kpi.metric): (kpi.month.isoformat(), kpi.value, kpi.n) for kpi in runs.first.kpis}
    assert {metric for _, metric in shown} >= {"Monthly activity rate", "Stock-out rate", "Ledger breaks"} - {
        "Ledger breaks"
    }
    assert shown["Harbour Bank", "Satisfaction rate"] == ("2026-04-01", pytest.approx(2 / 3), 3)
    assert runs.first.rows == sum(content.rows for content in runs.manifest(runs.first).tables.values())


def test_the_manifest_counts_checks_and_names_the_landing(runs: Runs) -> None:
    manifest = runs.manifest(runs.first)
    assert manifest.checks["failed"] == 0
    assert manifest.checks["passed"] > 100
    assert xmax(manifest.landing["snapshot"]) < xmax(runs.manifest(runs.second).landing["snapshot"])
    tenants = {row["tenant_id"] for row in manifest.models["ranking"]}
    assert tenants == set(map(str, runs.world.tenant_ids))


def test_each_tenants_models_have_a_card_that_says_since_when_they_are_in_use(runs: Runs) -> None:
    first, second = runs.manifest(runs.first), runs.manifest(runs.second)
    told = {
        (card["tenant_id"], card["area"], choice["slice"]): (card, choice)
        for card in second.models["cards"]
        for choice in card["choices"]
    }
    levels = [("demand", level) for level in ("category", "item", "tenant")]
    uses = [*levels, ("ranking", "all"), ("ranking", "novel")]
    assert sorted(told) == sorted((str(t), *use) for t in runs.world.tenant_ids for use in uses)
    card, choice = told[str(runs.world.tenant_ids[0]), "ranking", "all"]
    # The redemption between the runs was the day after.
    assert (card["data"]["first"], card["data"]["last"]) == ("2026-03-02", "2026-04-13")
    assert (choice["model"], card["limits"]["members_listed"]) == ("personal_frequency", 6)
    assert (card["seed"], card["code_version"]) == (SEED, second.code_version)
    assert {choice["released_since"] for _, choice in told.values()} == {first.created_at.isoformat()}


def test_a_new_redemption_is_in_the_next_release(runs: Runs) -> None:
    line = (
        "select member_id, item_id, quantity from release.marts.fct_redemption_lines "
        f"where effective_date = '{(FIRST_DAY + timedelta(days=DAYS)).date()}'"
    )
    tenant_id = runs.world.tenant_ids[0]
    assert runs.ask(runs.first, line) == []
    assert runs.ask(runs.second, line) == [(runs.world.member_ids[tenant_id][0], runs.world.item_ids[5], 1)]
    before, after = runs.manifest(runs.first).tables, runs.manifest(runs.second).tables
    assert before["marts.fct_redemption_lines"] != after["marts.fct_redemption_lines"]
    assert before["marts.fct_feedback"] == after["marts.fct_feedback"]


def test_a_failing_dbt_test_keeps_the_old_release_and_says_so(runs: Runs) -> None:
    assert str(runs.refusal).startswith("dbt test ")
    assert "entries_of_a_transfer_sum_to_zero" in (runs.folder.logs / "pipeline.log").read_text()
    assert runs.current_after_refusal == runs.second.release_id
    assert runs.releases_after_refusal == [runs.second.release_id, runs.first.release_id]


def test_a_stopped_run_keeps_what_was_landed(runs: Runs) -> None:
    cursor = read_cursor(runs.folder.cursor)
    assert cursor is not None
    assert xmax(cursor.snapshot) > xmax(runs.manifest(runs.second).landing["snapshot"])
    assert row_count(runs.folder.landing, "entry") == 2 * 204 + 2 + 1


def test_a_run_without_enough_space_says_so_and_changes_nothing_that_is_read(runs: Runs) -> None:
    early, late = runs.full_disks
    assert [early.cursor_changed, late.cursor_changed] == [False, True]
    for stopped in (early, late):
        # SQLite, which keeps the history, does not tell why it could not write.
        said = "(would exceed the largest size|cannot be read or written, as when its disk is full)"
        assert re.match(f"a file in {runs.folder.root} {said}", stopped.sentence)
        assert "\n" not in stopped.sentence
        assert stopped.current == runs.first.release_id
    assert not list(runs.folder.releases.glob("*.tmp"))


def test_a_build_without_enough_space_blames_the_disk_and_not_a_model(
    data_dir: Path, runs: Runs, project: Project
) -> None:
    folder = DataFolder(data_dir)
    folder.create()
    shutil.copytree(runs.folder.landing, folder.landing, dirs_exist_ok=True)
    project = project.over(folder)
    late = project.descendants(source for source in project.manifest["sources"] if ".ml." in source)
    with files_up_to(100_000):
        outcome = build(project, set(project.nodes()) - late)
    assert isinstance(outcome.refusal, DiskFull)
    assert str(outcome.refusal).startswith(f"a file in {data_dir} would exceed the largest size")


def test_the_terminal_shows_one_line_per_step_with_its_seconds(runs: Runs) -> None:
    lines = runs.output.splitlines()
    assert [line.split("  ")[0] for line in lines if "train" in line] == [
        "✓ train demand forecasts", "✓ train recommendations",
    ] * 3  # fmt: skip
    assert [line[0] for line in lines if "build and test the warehouse" in line] == ["✓", "✓", "✓", "✗"]
    assert all(line.rstrip().endswith(" s") for line in lines)
    assert "Traceback" not in runs.output


def test_dagster_remembers_runs_materialisations_and_checks(runs: Runs) -> None:
    with history.opened(runs.folder) as instance:
        statuses = [run.status for run in instance.get_runs()]
        release = instance.get_latest_materialization_event(dg.AssetKey(["releases", "current"]))
        checks = instance.event_log_storage.get_latest_asset_check_execution_by_key(
            [dg.AssetCheckKey(dg.AssetKey(["marts", "fct_entries"]), "rows_agree_with_the_landing")]
        )
    assert statuses == [
        dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE,
        dg.DagsterRunStatus.SUCCESS,
    ]  # fmt: skip
    assert release is not None
    assert release.asset_materialization is not None
    assert release.asset_materialization.metadata["release_id"].value == runs.second.release_id
    assert len(checks) == 1


def test_a_second_pipeline_is_refused_while_one_runs(data_dir: Path) -> None:
    settings = PipelineSettings(data_dir=data_dir, database_url="postgresql://nowhere")
    settings.folder.create()
    with held(settings.folder.lock), pytest.raises(AlreadyRunning, match=rf"process {os.getpid()}\)"):
        run_pipeline(settings, Console(file=io.StringIO()))


def test_a_folder_that_cannot_be_written_is_named(data_dir: Path) -> None:
    (data_dir / "ml").write_text("a file where a folder should be")
    settings = PipelineSettings(data_dir=data_dir, database_url="postgresql://nowhere")
    with pytest.raises(UnwritableFolder, match=f"the folder {data_dir / 'ml'} cannot be written"):
        run_pipeline(settings, Console(file=io.StringIO()))


def test_a_full_disk_is_said_in_one_sentence(data_dir: Path) -> None:
    folder = DataFolder(data_dir)
    for error in (
        OSError(errno.ENOSPC, "No space left on device"),
        duckdb.IOException("IO Error: Could not write file: No space left on device"),
        sqlite3.OperationalError("database or disk is full"),
    ):
        assert str(as_refusal(error, folder)).startswith(f"the disk of {data_dir} is full")
