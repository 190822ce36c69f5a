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

    def statuses(self, status: str) -> set[str]:
        return {run.node.name for run in self.result.result if run.status == status}

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as warehouse:
            warehouse.execute("set TimeZone = 'UTC'")
            return warehouse.execute(query).fetchall()


def write_inputs(folder: Path, *statements: str) -> None:
    """Write landing/<view>/1.parquet and ml/<table>.parquet from the literal rows, changed by statements."""
    with duckdb.connect() as db:
        db.execute("set TimeZone = 'UTC'")
        db.execute((HERE / "landing.sql").read_text(encoding="utf-8"))
        for statement in statements:
            db.execute(statement)
        db.execute("drop table member_side")
        for (view,) in db.execute("select table_name from duckdb_tables()").fetchall():
            (folder / "landing" / view).mkdir(parents=True)
            db.execute(f"copy {view} to '{folder}/landing/{view}/1.parquet'")
            db.execute(f"drop table {view}")
        db.execute("create macro text_id(n) as cast(id(n) as varchar)")
        db.execute((HERE / "predictions.sql").read_text(encoding="utf-8"))
        (folder / "ml").mkdir()
        for (table,) in db.execute("select table_name from duckdb_tables()").fetchall():
            db.execute(f"copy {table} to '{folder}/ml/{table}.parquet'")


def run_build(folder: Path, *arguments: str) -> Build:
    """Build the project on the inputs in folder, leaving every artefact there."""
    dirs = {"landing_dir": str(folder / "landing"), "ml_dir": str(folder / "ml")}
    paths = ["--project-dir", PROJECT, "--profiles-dir", PROJECT]
    paths += ["--target-path", folder / "target", "--log-path", folder / "logs"]
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        # dbt's own dependencies warn about themselves; the project is what is under test.
        warnings.simplefilter("ignore")
        patch.setenv("POINTMART_WAREHOUSE", str(folder / "warehouse.duckdb"))
        result = dbtRunner().invoke(
            ["--quiet", "build", *map(str, paths), "--vars", json.dumps(dirs), *arguments]
        )
    # dbt keeps the file open in this process; a reader could not open it beside that.
    DuckDBConnectionManager.close_all_connections()
    manifest = json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))
    return Build(result=result, warehouse=folder / "warehouse.duckdb", manifest=manifest)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Build:
    folder = tmp_path_factory.mktemp("dbt")
    write_inputs(folder)
    return run_build(folder)
