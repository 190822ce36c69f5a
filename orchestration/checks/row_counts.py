"""Every landed row of an append-only view is in the warehouse exactly once."""

from dataclasses import dataclass

import duckdb

from orchestration.landing.batches import row_count
from orchestration.settings import DataFolder

# view → the table that must have as many rows; the other views hold versions, of which the newest counts.
_COUNTED = {
    "entry": "marts.fct_entries",
    "lot": "staging.stg_lots",
    "stock_movement": "staging.stg_stock_movements",
    "redemption_line": "intermediate.int_redemption_lines",
    "event": "staging.stg_events",
    "feedback": "staging.stg_feedback",
}


@dataclass(frozen=True)
class RowCount:
    """Rows landed of a view, and rows of its table in the warehouse."""

    view: str
    table: str
    landed: int
    built: int

    @property
    def agrees(self) -> bool:
        """Return whether no row is missing and none doubled."""
        return self.landed == self.built

    def sentence(self) -> str:
        """Return the comparison in words."""
        return f"{self.table} has {self.built} rows where {self.landed} were landed of {self.view}"


def compare_row_counts(folder: DataFolder) -> list[RowCount]:
    """Compare the landed files with the warehouse.

    Raises:
        BrokenBatch: a landed file is damaged.
    """
    with duckdb.connect(str(folder.warehouse), read_only=True) as connection:
        return [
            RowCount(view, table, row_count(folder.landing, view), _rows(connection, table))
            for view, table in _COUNTED.items()
        ]


def _rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    found = connection.execute(f"select count(*) from {table}").fetchone()
    return int(found[0]) if found else 0
