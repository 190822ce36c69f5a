"""What the service reads of a release (contract 3), and whether a statement keeps to it.

`contract.sql` is the marts and columns that the service names; a test holds it against what the warehouse declares.
"""

from functools import cache
from pathlib import Path
from typing import Any

import duckdb

CONTRACT = Path(__file__).parent / "contract.sql"


def is_kept_by(sql: str, parameters: Any) -> bool:
    """Return whether a release with all marts and columns of the contract could answer a statement.

    Args:
        parameters: a sequence, or a mapping for parameters by name.
    """
    with _empty_release().cursor() as cursor:
        try:
            cursor.execute(f"explain {sql}", parameters)
        except (duckdb.CatalogException, duckdb.BinderException):
            return False
    return True


@cache
def _empty_release() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(config={"threads": 1})
    connection.execute("attach ':memory:' as release; create schema release.marts; use release.marts")
    connection.execute(CONTRACT.read_text(encoding="utf-8"))
    # Statements name release.marts, and one that does not must not find its marts here either.
    connection.execute("use memory")
    return connection
