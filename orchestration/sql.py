"""Pieces of SQL statements that take no parameters."""

from collections.abc import Iterable
from pathlib import Path


def quoted(text: Path | str) -> str:
    """Return a text as it stands between single quotes in SQL."""
    return str(text).replace("'", "''")


def parquet(paths: Iterable[Path], *options: str) -> str:
    """Return the relation of Parquet files, which may differ in their columns; `options` are DuckDB's."""
    listed = ", ".join(f"'{quoted(path)}'" for path in paths)
    return f"read_parquet({', '.join([f'[{listed}]', 'union_by_name = true', *options])})"


def business_date(time: str) -> str:
    """Return the expression of the Asia/Shanghai day of a time, given by its own expression."""
    return f"cast(timezone('Asia/Shanghai', {time}) as date)"
