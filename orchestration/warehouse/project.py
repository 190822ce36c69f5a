"""The dbt project: where it is, how dbt is called on it, and its parsed form.

dbt runs in this process: a second one would cost its start twice per run and outlive a killed pipeline,
holding the warehouse's lock.
"""

import json
import logging
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt_common.events.base_types import BaseEvent, EventLevel
from dbt_common.events.event_manager import EventManager
from dbt_common.events.event_manager_client import ctx_set_event_manager

from orchestration.disk import disk_full
from orchestration.refusal import Refusal
from orchestration.settings import DataFolder
from orchestration.sql import quoted
from orchestration.warehouse.macros import with_called_macros

_LEVELS = {"info": logging.INFO, "warn": logging.WARNING, "error": logging.ERROR}

# The tag of tests that an incremental build cannot afford.
_WHOLE_HISTORY = "whole_history"
# The tag that the nodes to build bear during a build.
_CHOSEN = "chosen"

PROJECT_DIR = Path(__file__).resolve().parents[2] / "dbt_project"

# Stand for the folders of files while dbt parses: what it parsed, and keeps for the next time, is good for any data
# folder. Only the sources name them.
_ANYWHERE = {"landing_dir": "<landing_dir>", "ml_dir": "<ml_dir>"}
_ANY_WAREHOUSE = Path("warehouse.duckdb")
_LOCATION = "external_location"


class BrokenProject(Refusal):
    """dbt cannot parse its project."""


@dataclass(frozen=True)
class Project:
    """A parsed dbt project over the landed and predicted files of one data folder.

    Attributes:
        parsed: dbt's manifest, handed back to dbt so that it parses once per run.
        manifest: the same as dbt's JSON artefact, of no data folder in particular.
    """

    folder: DataFolder
    directory: Path
    parsed: Manifest
    manifest: dict[str, Any]

    def over(self, folder: DataFolder) -> "Project":
        """Return the same project over the files of another data folder, without parsing anew."""
        return replace(self, folder=folder)

    def invoke(self, command: list[str], variables: dict[str, Any]) -> dbtRunnerResult:
        """Run a dbt command with variables of its own to its end and leave the warehouse closed."""
        return self._invoke(command, self.parsed, variables)

    def build(
        self, chosen: Collection[str], variables: dict[str, Any], *, full_refresh: bool
    ) -> dbtRunnerResult:
        """Build exactly the chosen models, seeds and tests, in the order that dbt finds.

        They are marked by a tag: dbt compares each item of a selection with each node, which for a list of most of
        them took longer than building them.
        """
        for unique_id, node in self.parsed.nodes.items():
            node.tags = [tag for tag in node.tags if tag != _CHOSEN] + [_CHOSEN] * (unique_id in chosen)
        anew = ["--full-refresh"] if full_refresh else []
        return self._invoke(
            ["build", "--select", f"tag:{_CHOSEN}", "--indirect-selection", "empty", *anew],
            with_called_macros(self.parsed),
            variables,
        )

    def nodes(self) -> list[str]:
        """Return the ids of the models and seeds."""
        nodes = self.manifest["nodes"].items()
        return [unique_id for unique_id, node in nodes if node["resource_type"] in ("model", "seed")]

    def incremental(self) -> list[str]:
        """Return the ids of the models that an incremental build recomputes in part."""
        return self._materialized("incremental")

    def views(self) -> list[str]:
        """Return the ids of the models that hold no rows of their own."""
        return self._materialized("view")

    def whole_history_tests(self) -> set[str]:
        """Return the ids of the tests that read all of history and so are left to full builds."""
        return {
            test for test in self.tests() if _WHOLE_HISTORY in self.manifest["nodes"][test].get("tags", [])
        }

    def tests(self) -> dict[str, list[str]]:
        """Return the data tests' ids with the ids of the models and sources each reads."""
        nodes = self.manifest["nodes"].items()
        return {
            unique_id: node["depends_on"]["nodes"]
            for unique_id, node in nodes
            if node["resource_type"] == "test" and node["config"]["enabled"]
        }

    def test_owners(self) -> dict[str, str]:
        """Return the node each test belongs to: of those it reads, one that is built last.

        A test that reads predictions belongs to the node built from them, even if it is declared on another
        one, because it cannot run before.
        """
        late = self.descendants(id_ for id_ in self.manifest["sources"] if id_.split(".")[2] == "ml")
        owners = {}
        for test, parents in self.tests().items():
            built = [parent for parent in parents if parent in self.manifest["nodes"]]
            candidates = [parent for parent in built if parent in late] or built
            declared_on = self.manifest["nodes"][test].get("attached_node")
            owners[test] = declared_on if declared_on in candidates else candidates[0]
        return owners

    def descendants(self, roots: Iterable[str]) -> set[str]:
        """Return these nodes and all that is built from them."""
        children: dict[str, list[str]] = self.manifest["child_map"]
        found: set[str] = set()
        waiting = list(roots)
        while waiting:
            unique_id = waiting.pop()
            if unique_id not in found:
                found.add(unique_id)
                waiting += children.get(unique_id, [])
        return found

    def affected_by(self, sources: Collection[str]) -> set[str]:
        """Return the nodes that are built from sources, each named `source.table` or, for all its tables, `source`."""
        roots = [
            unique_id
            for unique_id in self.manifest["sources"]
            if {".".join(unique_id.split(".")[2:]), unique_id.split(".")[2]}.intersection(sources)
        ]
        return self.descendants(roots)

    def _invoke(self, command: list[str], parsed: Manifest, variables: dict[str, Any]) -> dbtRunnerResult:
        self._point_sources()
        return _invoke(self.folder, self.folder.warehouse, self.directory, command, parsed, variables)

    def _point_sources(self) -> None:
        """Point dbt's sources at the files of this data folder."""
        folders = (("landing_dir", self.folder.landing), ("ml_dir", self.folder.ml))
        for unique_id, source in self.parsed.sources.items():
            location = self.manifest["sources"][unique_id]["meta"][_LOCATION]
            for name, folder in folders:
                location = location.replace(_ANYWHERE[name], quoted(folder))
            source.meta[_LOCATION] = location

    def _materialized(self, as_what: str) -> list[str]:
        nodes = self.manifest["nodes"]
        return [key for key in self.nodes() if nodes[key]["config"].get("materialized") == as_what]


def parse(folder: DataFolder, directory: Path = PROJECT_DIR) -> Project:
    """Parse the dbt project for a data folder.

    Raises:
        BrokenProject: dbt refuses the project.
        DiskFull: dbt cannot write down what it parsed.
    """
    done = _invoke(folder, _ANY_WAREHOUSE, directory, ["parse"], None, _ANYWHERE)
    if full := disk_full(done.exception, folder.root):
        raise full
    if not isinstance(done.result, Manifest) or not done.success:
        reason = " ".join(str(done.exception).split())[:300]
        raise BrokenProject(f"dbt cannot parse {directory} ({reason}); correct it and run again")
    return Project(folder, directory, done.result, done.result.writable_manifest().to_dict())


class _Events(EventManager):
    """dbt's events; those that no log would take are not even written out, which took an eighth of a build."""

    def fire_event(
        self,
        e: BaseEvent,
        level: EventLevel | None = None,
        node: Any = None,
        force_warn_or_error_handling: bool = False,
    ) -> None:
        """Hand on an event from level info on."""
        if force_warn_or_error_handling or (level or e.level_tag()).value in _LEVELS:
            super().fire_event(e, level, node, force_warn_or_error_handling)


def _invoke(
    folder: DataFolder,
    warehouse: Path,
    directory: Path,
    command: list[str],
    parsed: Manifest | None,
    variables: dict[str, Any],
) -> dbtRunnerResult:
    ctx_set_event_manager(_Events())
    with _warehouse_named(warehouse):
        try:
            return dbtRunner(parsed, [_log]).invoke(
                [
                    "--quiet", "--log-level", "none", "--log-level-file", "none", "--no-use-colors",
                    "--log-path", str(folder.logs), "--no-send-anonymous-usage-stats", "--no-write-json", "--use-fast-test-edges",
                    *command,
                    "--project-dir", str(directory), "--profiles-dir", str(directory),
                    "--target-path", str(folder.dbt_target), "--vars", json.dumps(variables),
                ]
            )  # fmt: skip
        finally:
            # dbt-duckdb keeps the file open until the process ends, which would lock out the next step.
            DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


def _log(event: Any) -> None:
    """Pass dbt's words on to this process's log; a log file of dbt's own would stay open."""
    level = _LEVELS.get(event.info.level)
    if level is not None:
        logging.getLogger("dbt.run").log(level, "%s", event.info.msg)


@contextmanager
def _warehouse_named(warehouse: Path) -> Iterator[None]:
    """Name the DuckDB file to the dbt profile, which can only read the environment."""
    before = os.environ.get("POINTMART_WAREHOUSE")
    os.environ["POINTMART_WAREHOUSE"] = str(warehouse)
    try:
        yield
    finally:
        if before is None:
            del os.environ["POINTMART_WAREHOUSE"]
        else:
            os.environ["POINTMART_WAREHOUSE"] = before
