"""Which of a node's rules its rows break: one test holds many references or conditions, one contract many constraints."""

from pathlib import Path
from typing import Any

import duckdb

# Their failing rows say in the column `broken` what is wrong with them.
_GROUPED = {"references_rows_of", "rows_satisfy"}


def fault(warehouse: Path, node: Any, status: str, message: str) -> str:
    """Return what is wrong with the rows of a dbt node that ended so; dbt's own message where it says as much.

    Args:
        node: dbt's node, a test with its compiled code. dbt must have left the warehouse.
    """
    metadata = getattr(node, "test_metadata", None)
    try:
        if status == "fail" and metadata is not None and metadata.name in _GROUPED:
            return _broken_rules(warehouse, node.compiled_code)
        if status == "error" and "CHECK constraint failed" in message:
            return _broken_constraint(node, message)
    except duckdb.Error:
        # As on a full disk: that the node failed is known all the same.
        return message
    return message


def _broken_rules(warehouse: Path, failing_rows: str) -> str:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        counts = connection.execute(
            f"select broken, count(*) from ({failing_rows}) group by broken order by 2 desc, 1"
        ).fetchall()
    return "; ".join(f"{broken} ({count:,} row{'s' * (count != 1)})" for broken, count in counts)


def _broken_constraint(node: Any, message: str) -> str:
    """Name the constraint: DuckDB forgets what it is called and tells its expression, rewritten."""
    columns = ", ".join(f'"{column.name}" {column.data_type}' for column in node.columns.values())
    with duckdb.connect() as connection:
        for constraint in node.constraints:
            connection.execute(f"create or replace table rows ({columns}, check ({constraint.expression}))")
            ((rewritten,),) = connection.execute(
                "select constraint_text from duckdb_constraints()"
            ).fetchall()
            if message.rstrip().endswith(rewritten):
                return f"{constraint.name}: {constraint.expression}"
    return message
