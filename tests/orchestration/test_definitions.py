"""The definitions hang together: no dangling keys, two dbt starts, nothing that leaks into the services."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import dagster as dg
import pytest

from orchestration import history
from orchestration.definitions import JOB, REFRESH_JOB, build_definitions
from orchestration.defs.platform import NoDatabase, Platform, locked
from orchestration.landing.batches import VIEWS
from orchestration.lock import AlreadyRunning, held
from orchestration.settings import DataFolder
from orchestration.training.tables import SCHEMAS
from orchestration.warehouse.project import PROJECT_DIR, BrokenProject, Project, parse


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> DataFolder:
    made = DataFolder(tmp_path_factory.mktemp("definitions"))
    made.create()
    return made


@pytest.fixture
def platform(folder: DataFolder) -> Platform:
    return Platform(folder, None, lambda: datetime(2026, 5, 1, tzinfo=UTC), 1, "1.0")


@pytest.fixture
def definitions(project: Project, platform: Platform) -> dg.Definitions:
    return build_definitions(project, {"platform": platform}, {})


def test_no_asset_depends_on_a_key_nobody_makes(definitions: dg.Definitions) -> None:
    assert definitions.resolve_asset_graph().external_asset_keys == set()


def test_each_source_of_dbt_is_made_by_an_asset(project: Project, definitions: dg.Definitions) -> None:
    made = definitions.resolve_asset_graph().materializable_asset_keys
    sources = {(s["source_name"], s["name"]) for s in project.manifest["sources"].values()}
    assert sources == {("landing", view) for view in (*VIEWS, "quarantine")} | {
        ("ml", table) for table in SCHEMAS
    }
    assert {dg.AssetKey(source) for source in sources} <= made


def test_a_run_starts_dbt_twice(definitions: dg.Definitions) -> None:
    nodes = [node.name for node in definitions.resolve_job_def(JOB).nodes]
    assert sorted(name for name in nodes if name.startswith("warehouse")) == ["warehouse", "warehouse_2"]


def test_a_refresh_trains_nothing_and_starts_dbt_once(definitions: dg.Definitions) -> None:
    nodes = {node.name for node in definitions.resolve_job_def(REFRESH_JOB).nodes}
    assert {"landing", "warehouse", "releases__current"} <= nodes
    assert not nodes & {"ranking", "demand", "ml__model_scores", "warehouse_2"}


def test_what_refreshes_report_is_a_check_of_the_release(definitions: dg.Definitions) -> None:
    key = dg.AssetCheckKey(history.RELEASE, history.LAG_CHECK)
    assert key in definitions.resolve_asset_graph().asset_check_keys


def test_the_release_follows_every_mart(project: Project, definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    marts = {key for key in graph.materializable_asset_keys if key.path[0] == "marts"}
    assert len(marts) > 15
    assert marts <= graph.get(dg.AssetKey(["releases", "current"])).parent_keys


def test_a_test_that_reads_predictions_belongs_to_the_table_built_from_them(project: Project) -> None:
    late = project.descendants(s for s in project.manifest["sources"] if ".ml." in s)
    owners = project.test_owners()
    waiting = {test for test, parents in project.tests().items() if late.intersection(parents)}
    assert waiting
    assert {test for test, owner in owners.items() if owner in late} == waiting


def test_landing_without_a_database_is_refused(platform: Platform) -> None:
    with pytest.raises(NoDatabase, match="POINTMART_DATABASE_URL"):
        platform.source()


def test_a_broken_dbt_project_is_refused_in_one_sentence(folder: DataFolder, tmp_path: Path) -> None:
    (tmp_path / "dbt_project.yml").write_text("name: pointmart\nversion: 1.0.0\nprofile: pointmart\n")
    (tmp_path / "profiles.yml").write_text((PROJECT_DIR / "profiles.yml").read_text())
    models = tmp_path / "models"
    models.mkdir()
    (models / "broken.sql").write_text("select * from {{ ref('nowhere') }}")
    with pytest.raises(BrokenProject) as refusal:
        parse(DataFolder(tmp_path / "data"), tmp_path)
    assert "nowhere" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_run_from_the_web_interface_holds_the_lock(platform: Platform) -> None:
    def entered() -> Iterator[None]:
        with dg.build_resources({"platform": locked(platform)}) as resources:
            assert resources.platform is platform
            with pytest.raises(AlreadyRunning), held(platform.folder.lock):
                pass
        yield

    list(entered())
    with held(platform.folder.lock):
        pass


def test_dagsters_own_tools_load_the_definitions(
    folder: DataFolder, lend_parsed: Callable[[DataFolder], None]
) -> None:
    lend_parsed(folder)
    done = subprocess.run(
        [
            sys.executable, "-c",
            "import sys; from orchestration.definitions import defs; loaded = defs(); "
            "assert loaded.resolve_job_def('pipeline'); "
            "bad = {'transactional', 'serving', 'dashboards', 'orchestration.cli'} & set(sys.modules); "
            "assert not bad, bad",
        ],
        env={"POINTMART_DATA_DIR": str(folder.root), "PATH": "/usr/bin:/bin"},
        cwd=PROJECT_DIR.parent, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
