"""What a build leaves in the test results, on a dbt project of two chained models."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from dbt.cli.main import dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest

from orchestration.landing.batches import VIEWS
from orchestration.landing.cursor import Cursor, Origin, write_cursor
from orchestration.settings import DataFolder
from orchestration.warehouse.build import build
from orchestration.warehouse.project import Project
from orchestration.warehouse.test_results import read_results, record

SNAPSHOT = "900:900:"
TESTS = {"test.p.of_first.1": ["model.p.first"], "test.p.of_second.2": ["model.p.second"]}


class Killed(BaseException):
    """Ends the process as a signal would: nothing after it runs."""


@dataclass(frozen=True)
class KilledProject(Project):
    """A project whose dbt run never comes back."""

    def build(
        self, chosen: Collection[str], variables: dict[str, Any], *, full_refresh: bool
    ) -> dbtRunnerResult:
        raise Killed


@dataclass(frozen=True)
class NotedProject(Project):
    """A project that notes what it is to build."""

    chosen: set[str] = field(default_factory=set)

    def build(
        self, chosen: Collection[str], variables: dict[str, Any], *, full_refresh: bool
    ) -> dbtRunnerResult:
        self.chosen.update(chosen)
        return dbtRunnerResult(success=True)


@pytest.fixture
def folder(data_dir: Path) -> DataFolder:
    made = DataFolder(data_dir)
    made.create()
    now = datetime(2026, 5, 1, tzinfo=UTC)
    write_cursor(made.cursor, Cursor(Origin("1", "pointmart", 5), SNAPSHOT, 1, VIEWS, now))
    record(made.test_results, SNAPSHOT, set(TESTS), set(), dict.fromkeys(TESTS, "pass"))
    return made


def manifest() -> dict[str, Any]:
    nodes: dict[str, Any] = {
        f"model.p.{name}": {"resource_type": "model", "fqn": ["p", name], "config": {"materialized": "table"}}
        for name in ("first", "second")
    }
    for test, parents in TESTS.items():
        nodes[test] = {
            "resource_type": "test", "config": {"enabled": True}, "depends_on": {"nodes": parents},
        }  # fmt: skip
    children = {
        "model.p.first": ["model.p.second", "test.p.of_first.1"],
        "model.p.second": ["test.p.of_second.2"],
    }
    return {"nodes": nodes, "sources": {}, "child_map": children}


@pytest.mark.parametrize(
    ("selected", "unproved"),
    [("model.p.first", ["of_first", "of_second"]), ("model.p.second", ["of_second"])],
)
def test_a_build_that_is_killed_leaves_no_result_about_what_it_was_rebuilding(
    folder: DataFolder, tmp_path: Path, selected: str, unproved: list[str]
) -> None:
    assert read_results(folder.test_results).missing == []
    with pytest.raises(Killed):
        build(KilledProject(folder, tmp_path, Manifest(), manifest()), [selected])
    assert read_results(folder.test_results).missing == unproved


@pytest.mark.parametrize(
    ("selected", "tests"),
    [
        # What is left out of most is built later, and what reads it waits; what is left out beside a few is there.
        (["model.p.first", "model.p.second"], {"test.p.of_first.1", "test.p.of_second.2"}),
        (["model.p.third"], {"test.p.of_both.3"}),
    ],
)
def test_a_full_build_runs_the_tests_that_have_all_they_read(
    folder: DataFolder, tmp_path: Path, selected: list[str], tests: set[str]
) -> None:
    known = manifest()
    known["nodes"]["model.p.third"] = known["nodes"]["model.p.second"]
    known["nodes"]["test.p.of_both.3"] = {
        "resource_type": "test", "config": {"enabled": True},
        "depends_on": {"nodes": ["model.p.second", "model.p.third"]},
    }  # fmt: skip
    noted = NotedProject(folder, tmp_path, Manifest(), known)
    assert build(noted, selected).refusal is None
    assert noted.chosen == {*selected, *tests}
