"""The same KPIs by PostgreSQL itself and by pandas, beside ours and compared with them to the unit."""

import json
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path
from typing import Any

import duckdb
import psutil
import psycopg
from rich.console import Console

from orchestration.cli.bench import memory
from orchestration.refusal import Refusal
from orchestration.sql import quoted

_METRICS = "('activity_rate', 'consumption_rate', 'consumption_rate_cumulative', 'satisfaction_rate')"
_OURS = f"""
select tenant_id, 'day' as grain, date as period_start, metric, numerator, denominator
from release.marts.fct_kpis_daily where metric in {_METRICS}
union all
select tenant_id, 'month', month, metric, numerator, denominator
from release.marts.fct_kpis_monthly where metric in {_METRICS}
"""


class RivalFailed(Refusal):
    """What we are compared with did not come to its end."""


def measure_rivals(url: str, data: Path, console: Console) -> dict[str, Any]:
    """Let PostgreSQL and pandas compute the KPIs of the last release, and compare.

    Args:
        data: the data folder whose landing pandas reads and whose release is compared.

    Raises:
        RivalFailed: pandas ended with an error.
    """
    release = data / "releases" / "current" / "marts.duckdb"
    found = {}
    for name, measure in (("postgres", _postgres), ("pandas", _pandas)):
        with console.status(f"the same KPIs by {name}"):
            target = data / f"{name}.parquet"
            figures = measure(url, data, target)
            found[name] = figures | _compare(release, target)
        console.print(
            f"     {name:<22} {figures['seconds']:>8.2f} s  {figures['peak_gb']:>6.2f} GB", highlight=False
        )
    return found


def _postgres(url: str, _: Path, target: Path) -> dict[str, Any]:
    statements = files("orchestration.cli.bench.pipeline").joinpath("kpis.sql").read_text(encoding="utf-8")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "set work_mem = '512MB'; set temp_buffers = '512MB'; set max_parallel_workers_per_gather = 2"
        )
        backend = psutil.Process(connection.info.backend_pid)
        with memory.watched(backend.parent() or backend) as peak:
            began = time.perf_counter()
            for statement in statements.split(";\n"):
                connection.execute(statement.encode())
            seconds = time.perf_counter() - began
        rows = connection.execute(
            "select tenant_id::text, grain, period_start, metric, numerator::bigint, denominator::bigint from kpi"
        ).fetchall()
    with duckdb.connect() as db:
        db.execute(
            "create table kpi (tenant_id uuid, grain varchar, period_start date, metric varchar, "
            "numerator bigint, denominator bigint)"
        )
        db.executemany("insert into kpi values (?, ?, ?, ?, ?, ?)", rows)
        db.execute(f"copy kpi to '{quoted(target)}' (format parquet)")
    return {"seconds": round(seconds, 2), "peak_gb": peak.gb}


def _pandas(_: str, data: Path, target: Path) -> dict[str, Any]:
    process = subprocess.Popen(
        [sys.executable, "-m", "orchestration.cli.bench.pipeline.pandas_kpis"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    with memory.watched(psutil.Process(process.pid)) as peak:
        order = {"landing": str(data / "landing"), "target": str(target)}
        answer, errors = process.communicate(json.dumps(order).encode())
    if process.returncode != 0:
        last = (errors.decode(errors="replace").strip().splitlines() or ["nothing"])[-1]
        raise RivalFailed(f"pandas failed: {last}")
    return {"seconds": round(json.loads(answer)["seconds"], 2), "peak_gb": peak.gb}


def _compare(release: Path, target: Path) -> dict[str, int]:
    """Return how many figures were compared and how many differ from ours."""
    with duckdb.connect() as db:
        db.execute(f"attach '{quoted(release)}' as release (read_only)")
        row = db.execute(
            f"with ours as ({_OURS}), theirs as (select * from read_parquet('{quoted(target)}')) "
            "select count(*), count(*) filter (where ours.numerator is distinct from theirs.numerator "
            "  or ours.denominator is distinct from theirs.denominator) "
            "from ours full join theirs on ours.tenant_id = theirs.tenant_id::uuid and ours.grain = theirs.grain "
            "  and ours.period_start = theirs.period_start::date and ours.metric = theirs.metric"
        ).fetchone()
    assert row is not None
    return {"compared": int(row[0]), "differing": int(row[1])}
