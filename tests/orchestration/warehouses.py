"""A warehouse built step by step beside one that is built anew from the same landing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import duckdb

from orchestration.landing.land import land
from orchestration.settings import DataFolder
from orchestration.training.tables import SCHEMAS, write_frames
from orchestration.warehouse.build import build
from orchestration.warehouse.changes import Changes, find_changes
from orchestration.warehouse.project import Project

NOW = datetime(2026, 5, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Untested(Project):
    """The dbt project without its data tests: half a build's time, where what is built is compared row for row."""

    def tests(self) -> dict[str, list[str]]:
        return {}


class Warehouses:
    """One database, its landing, a warehouse built step by step and one built anew to compare with."""

    def __init__(self, database_url: str, root: Path, project: Project) -> None:
        self.database_url = database_url
        self.folder = DataFolder(root / "data")
        self.folder.create()
        for table in SCHEMAS:
            write_frames(self.folder.ml, table, table, [])
        self.project = project.over(self.folder)
        self._untested = Untested(**vars(self.project))
        # In memory, where nothing waits for a disk, by the name that the queries give it: dbt takes that of the file.
        self._beside = duckdb.connect()
        self._beside.execute("set TimeZone = 'UTC'")
        self._beside.execute(f"attach ':memory:' as {self.folder.warehouse.stem}")
        self._statements: list[str] = []

    def land(self) -> Changes:
        land(self.folder, self.database_url, NOW)
        return find_changes(self.project)

    def build(self, changes: Changes | None) -> None:
        outcome = build(self._untested, self.project.nodes(), changes)
        assert outcome.refusal is None, outcome.refusal
        if not self._statements:
            self._keep_statements()

    def assert_tests_hold(self) -> None:
        """Run all tests of the project on what the steps have left."""
        assert self.project.build(self.project.tests(), {}, full_refresh=False).success

    def differing(self) -> dict[str, int]:
        """Build everything anew and return how many rows of each table are not the same."""
        for statement in self._statements:
            self._beside.execute(statement)
        with self._mine_attached():
            names = self._beside.execute(
                "select schema_name || '.' || table_name from duckdb_tables() "
                "where database_name = $1 and schema_name in ('marts', 'intermediate')",
                [self.folder.warehouse.stem],
            ).fetchall()
            assert len(names) > 25
            counted = {name: self._differing(name) for (name,) in names}
        return {name: count for name, count in counted.items() if count}

    def _keep_statements(self) -> None:
        """Keep the queries of the first build, which was a full one; they do not depend on any row."""
        nodes = self.project.parsed.nodes
        order = TopologicalSorter({key: nodes[key].depends_on_nodes for key in self.project.nodes()})
        tables = set(self.project.nodes()) - set(self.project.views())
        self._statements = [
            f"create or replace table {nodes[key].relation_name} as ({nodes[key].compiled_code})"
            for key in order.static_order()
            if key in tables and nodes[key].resource_type == "model"
        ]
        assert len(self._statements) > 25
        # With it come the views and seeds, which stay what they are.
        with self._mine_attached():
            self._beside.execute(f"copy from database mine to {self.folder.warehouse.stem}")

    @contextmanager
    def _mine_attached(self) -> Iterator[None]:
        self._beside.execute(f"attach '{self.folder.warehouse}' as mine (read_only)")
        try:
            yield
        finally:
            self._beside.execute("detach mine")

    def _differing(self, name: str) -> int:
        """Return how many rows are in one of them only: those of mine, and as many of the other as then are left."""
        anew = f"{self.folder.warehouse.stem}.{name}"
        row = self._beside.execute(
            f"select 2 * count(*) + (select count(*) from {anew}) - (select count(*) from mine.{name}) "
            f"from (from mine.{name} except all from {anew})"
        ).fetchone()
        assert row is not None
        return int(row[0])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.folder.warehouse), read_only=True) as db:
            return db.execute(query).fetchall()
