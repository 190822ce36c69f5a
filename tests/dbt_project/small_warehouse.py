"""A small landing written as Parquet, and the dbt project built on it in this process."""

import json
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner, dbtRunnerResult

HERE = Path(__file__).parent
PROJECT = HERE.parents[1] / "dbt_project"


@dataclass(frozen=True)
class Build:
    """What one `dbt build` left behind."""

    result: dbtRunnerResult
    warehouse: Path
    manifest: dict[str, Any]

    def names(self, status: str) -> set[str]:
        return {run.node.name for run in self.result.result if run.status == status}

    def compiled(self, name: str) -> str:
        (code,) = (run.node.compiled_code for run in self.result.result if run.node.name == name)
        return str(code)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as warehouse:
            warehouse.execute("set TimeZone = 'UTC'")
            return warehouse.execute(query).fetchall()


def copy_rows(db: duckdb.DuckDBPyConnection, query: str, path: Path, *, keep_rows: bool) -> None:
    db.execute(f"copy (from ({query}) where {keep_rows}) to '{path}' (format parquet)")


def write_inputs(folder: Path, changes: str = "", *, keep_rows: bool = True) -> None:
    """Write landing/<view>/*.parquet and ml/<table>.parquet from the literal rows, after the changes."""
    with duckdb.connect() as db:
        db.execute("set TimeZone = 'UTC'")
        db.execute((HERE / "landing.sql").read_text(encoding="utf-8"))
        db.execute(changes)
        db.execute("drop table member_side; drop table other_side")
        for (view,) in db.execute("select table_name from duckdb_tables()").fetchall():
            views = folder / "landing" / view
            views.mkdir(parents=True)
            names = [name for name, *_ in db.execute(f"describe {view}").fetchall()]
            first_names = ", ".join(names[: names.index("batch")])
            first = f"select {first_names} from {view} where batch is null"
            if view != "hold":
                copy_rows(db, first, views / "0.parquet", keep_rows=keep_rows)
            later = f"select * from {view} where batch is not null"
            copy_rows(db, later, views / "1.parquet", keep_rows=keep_rows)
            db.execute(f"drop table {view}")
        db.execute("create macro text_id(n) as cast(id(n) as varchar)")
        db.execute((HERE / "predictions.sql").read_text(encoding="utf-8"))
        (folder / "ml").mkdir()
        for (table,) in db.execute("select table_name from duckdb_tables()").fetchall():
            copy_rows(db, f"from {table}", folder / "ml" / f"{table}.parquet", keep_rows=keep_rows)


def run_build(folder: Path, artefacts: Path, *arguments: str) -> Build:
    """Build the project on the inputs in folder; nothing is written outside folder and artefacts."""
    # Same relative names in every folder, so that dbt parses the project once and not once per build. Of so few members
    # every group is told, or there would be nothing to compare.
    variables = json.dumps({"landing_dir": "landing", "ml_dir": "ml", "fewest_members_of_a_group": 1})
    paths = ["--project-dir", PROJECT, "--profiles-dir", PROJECT]
    paths += ["--target-path", artefacts / "target", "--log-path", artefacts / "logs"]
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        # dbt's own dependencies warn about themselves; the project is what is under test.
        warnings.simplefilter("ignore")
        patch.chdir(folder)
        patch.setenv("POINTMART_WAREHOUSE", "warehouse.duckdb")
        result = dbtRunner().invoke(["--quiet", "build", *map(str, paths), "--vars", variables, *arguments])
        # dbt keeps the file open in this process; a reader could not open it beside that.
        DuckDBConnectionManager.close_all_connections()
    manifest = json.loads((artefacts / "target" / "manifest.json").read_text(encoding="utf-8"))
    return Build(result=result, warehouse=folder / "warehouse.duckdb", manifest=manifest)
