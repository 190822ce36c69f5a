"""A warehouse built step by step beside one that is built anew from the same landing."""

from datetime import UTC, datetime
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


class Warehouses:
    """One database, its landing, a warehouse built step by step and one built anew to compare with."""

    def __init__(self, database_url: str, root: Path, project: Project) -> None:
        self.database_url = database_url
        self.folder = DataFolder(root / "data")
        self.folder.create()
        other = DataFolder(root / "other")
        other.create()
        for shared in ("landing", "ml"):
            (other.root / shared).rmdir()
            (other.root / shared).symlink_to(self.folder.root / shared)
        for table in SCHEMAS:
            write_frames(self.folder.ml, table, table, [])
        self.project, self._anew = project.over(self.folder), project.over(other)
        self._statements: list[str] = []

    def land(self) -> Changes:
        land(self.folder, self.database_url, NOW)
        return find_changes(self.project)

    def build(self, changes: Changes | None) -> None:
        outcome = build(self.project, self.project.nodes(), changes)
        assert outcome.refusal is None, outcome.refusal

    def differing(self) -> dict[str, int]:
        """Build everything anew and return how many rows of each table are not the same."""
        self._build_anew()
        with duckdb.connect() as db:
            db.execute(f"attach '{self.folder.warehouse}' as mine (read_only)")
            db.execute(f"attach '{self._anew.folder.warehouse}' as anew (read_only)")
            names = db.execute(
                "select schema_name || '.' || table_name from duckdb_tables() "
                "where database_name = 'anew' and schema_name in ('marts', 'intermediate')"
            ).fetchall()
            assert len(names) > 25
            counted = {name: self._differing(db, name) for (name,) in names}
        return {name: count for name, count in counted.items() if count}

    def _build_anew(self) -> None:
        """Build with dbt, and from then on with the queries it made then, which do not depend on any row."""
        if self._statements:
            with duckdb.connect(str(self._anew.folder.warehouse)) as db:
                db.execute("set TimeZone = 'UTC'")
                for statement in self._statements:
                    db.execute(statement)
            return
        kinds = ["--resource-type", "model", "--resource-type", "seed"]
        done = self._anew.invoke(["build", "--full-refresh", *kinds], {})
        assert done.success
        # In the order they were built; views and seeds stay what they are.
        self._statements = [
            f"create or replace table {run.node.relation_name} as ({run.node.compiled_code})"
            for run in done.result.results
            if run.node.config.materialized in ("table", "incremental")
        ]
        assert len(self._statements) > 25

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
