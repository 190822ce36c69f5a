"""A small release written by hand, for tests of what reads releases; its rows are in `tests/literal_rows`, by area.

Two tenants, January to March 2026. Import the constants; take the fixture `literal_release` (a releases
folder whose `current` is the release RELEASE_ID); call `publish` to switch to another one. A file named
marts.duckdb opened by itself makes `marts.fct_x` ambiguous: attach it under another name.
"""

import atexit
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.release.arrays import ARRAYS, write_arrays
from serving.contract import CONTRACT
from tests.literal_rows import groups, items, kpis, mall, models, planning, recommendations, scores
from tests.literal_rows.models import model_cards
from tests.literal_rows.names import (
    ACORN,
    ACORN_CODE,
    ACORN_NAME,
    BIRCH,
    BIRCH_CODE,
    BIRCH_NAME,
    FOOD,
    HOME,
    LAN,
    LEISURE,
    LOTS,
    MEI,
    MUG,
    OTTO,
    REDEMPTIONS,
    RICE,
    TEA,
    TICKET,
    UMBRELLA,
    WATCH,
)

__all__ = [
    "ACORN", "ACORN_CODE", "ACORN_NAME", "BIRCH", "BIRCH_CODE", "BIRCH_NAME", "FOOD", "HOME", "LAN", "LANDED_AT",
    "LEISURE", "LOTS", "MEI", "MUG", "OTTO", "REDEMPTIONS", "RELEASE_ID", "RICE", "TEA", "TICKET", "UMBRELLA", "WATCH",
    "publish", "rows", "switch",
]  # fmt: skip

RELEASE_ID = "20260401T020000Z-literal"
LANDED_AT = "2026-04-01T01:59:30+00:00"
LANDED_SNAPSHOT = "1000:1000:"

# What serving names of a release is in its contract; these are for the screens and for the arrays.
_OTHER_TABLES = {
    "dim_category": "category varchar, name_zh varchar, name_en varchar",
    "dim_date": "date date, year integer, month_start date, week_start date, iso_weekday integer, is_weekend boolean",
    "fct_feedback": "tenant_id uuid, feedback_id uuid, member_id uuid, redemption_id uuid, score smallint, answered_at "
    "timestamptz, answered_date date",
    "fct_item_popularity": "tenant_id uuid, item_id uuid, score double, popularity_rank integer",
    "fct_item_neighbours": "tenant_id uuid, item_id uuid, neighbour_item_id uuid, kind varchar, weight double, neighbour_rank "
    "integer",
    "fct_member_recommendations": "tenant_id uuid, member_id uuid, slice varchar, item_id uuid, score double, stage varchar, "
    "recommendation_rank integer",
    "fct_starting_items": "tenant_id uuid, member_group varchar, item_id uuid, score double, starting_rank bigint",
    "fct_model_scores": "area varchar, tenant_id uuid, model varchar, slice varchar, metric varchar, k integer, value double, "
    "low double, high double, n bigint, is_released boolean, judged_until date",
}

_AREAS = (mall, kpis, groups, items, planning, recommendations, scores, models)


def rows() -> dict[str, Iterable[tuple[Any, ...]]]:
    """Return the rows of every table, in column order."""
    return {table: found for area in _AREAS for table, found in area.rows().items()}


Mutate = Callable[[duckdb.DuckDBPyConnection], object]


def _content_hash(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    lines = connection.execute(f"select t::varchar from marts.{table} t order by 1").fetchall()
    return sha256("\n".join(line for (line,) in lines).encode()).hexdigest()


def _described(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {"bytes": len(data), "sha256": sha256(data).hexdigest()}


def publish(
    releases_dir: Path,
    release_id: str,
    mutate: Mutate | None = None,
    *,
    snapshot: str = LANDED_SNAPSHOT,
    landed_at: str = LANDED_AT,
    has_cards: bool = True,
) -> Path:
    """Write the literal release under another id, let `mutate` change its tables, and make it current."""
    folder = releases_dir / release_id
    order = (release_id, mutate, snapshot, landed_at, has_cards)
    # A function within another may do something else each time; what others do is done once and copied.
    if "<" in getattr(mutate, "__qualname__", ""):
        _write(folder, *order)
    else:
        shutil.copytree(_made(*order), folder)
    switch(releases_dir, release_id)
    return folder


@cache
def _made(release_id: str, *order: Any) -> Path:
    """Write a release for copies of it, and keep it until the process ends."""
    root = Path(tempfile.mkdtemp(prefix="literal-release-"))
    atexit.register(shutil.rmtree, root)
    _write(root / release_id, release_id, *order)
    return root / release_id


def _write(
    folder: Path, release_id: str, mutate: Mutate | None, snapshot: str, landed_at: str, has_cards: bool
) -> None:
    folder.mkdir(parents=True)
    file = folder / "marts.duckdb"
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{file}' as release")
        connection.execute("create schema release.marts; use release.marts")
        connection.execute(CONTRACT.read_text(encoding="utf-8"))
        for table, columns in _OTHER_TABLES.items():
            connection.execute(f"create table marts.{table} ({columns})")
        literal_rows = {table: list(values) for table, values in rows().items()}
        for table, values in literal_rows.items():
            marks = ", ".join(f"({', '.join('?' for _ in row)})" for row in values)
            connection.execute(f"insert into marts.{table} values {marks}", list(chain(*values)))
        if mutate:
            mutate(connection)
        tables = {}
        for table in literal_rows:
            counted = connection.execute(f"select count(*) from marts.{table}").fetchone()
            assert counted is not None
            content_hash = _content_hash(connection, table)
            tables[f"marts.{table}"] = {"rows": counted[0], "content_hash": content_hash}
        connection.execute("use memory")
        arrays = write_arrays(connection, "release", tables, folder / ARRAYS)
        connection.execute("detach release")
    manifest = {
        "release_id": release_id,
        "created_at": "2026-04-01T02:00:00+00:00",
        "code_version": "0.1.0",
        "landing": {"snapshot": snapshot, "landed_at": landed_at},
        "checks": {"passed": 120, "failed": 0, "warned": 1},
        "models": {"cards": model_cards()} if has_cards else {},
        "tables": tables,
        "files": {str(path.relative_to(folder)): _described(path) for path in (file, *arrays)},
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False, indent=2))


def switch(releases_dir: Path, release_id: str) -> None:
    """Make a published release current, by one atomic rename of a relative symlink."""
    link = releases_dir / f".current-{release_id}"
    link.symlink_to(release_id)
    os.replace(link, releases_dir / "current")


@pytest.fixture
def literal_release(data_dir: Path) -> Path:
    """The releases folder of a data folder, with the literal release as `current`."""
    releases_dir = data_dir / "releases"
    publish(releases_dir, RELEASE_ID)
    return releases_dir
