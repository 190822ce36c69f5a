"""A warehouse built step by step beside one that is built anew from the same landing."""

import shutil
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
class _Untested(Project):
    """The dbt project without its data tests: half a build's time, and each step is compared row for row anyhow."""

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
        self._untested = _Untested(**vars(self.project))
        self._anew = root / "anew" / self.folder.warehouse.name  # dbt names the database after the file
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
        self._build_anew()
        with duckdb.connect() as db:
            db.execute(f"attach '{self.folder.warehouse}' as mine (read_only)")
            db.execute(f"attach '{self._anew}' as anew (read_only)")
            names = db.execute(
                "select schema_name || '.' || table_name from duckdb_tables() "
                "where database_name = 'anew' and schema_name in ('marts', 'intermediate')"
            ).fetchall()
            assert len(names) > 25
            counted = {name: self._differing(db, name) for (name,) in names}
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
        self._anew.parent.mkdir()
        shutil.copyfile(self.folder.warehouse, self._anew)

    def _build_anew(self) -> None:
        with duckdb.connect(str(self._anew)) as db:
            db.execute("set TimeZone = 'UTC'")
            for statement in self._statements:
                db.execute(statement)

    def _differing(self, db: duckdb.DuckDBPyConnection, name: str) -> int:
        """Return how many rows are in one of them only: those of mine, and as many of the other as then are left."""
        row = db.execute(
            f"select 2 * count(*) + (select count(*) from anew.{name}) - (select count(*) from mine.{name}) "
            f"from (from mine.{name} except all from anew.{name})"
        ).fetchone()
        assert row is not None
        return int(row[0])

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.folder.warehouse), read_only=True) as db:
            return db.execute(query).fetchall()
