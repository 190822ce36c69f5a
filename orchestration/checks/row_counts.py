"""Every landed row of the facts is in the warehouse exactly once."""

from dataclasses import dataclass

import duckdb

from orchestration.landing.batches import row_count
from orchestration.settings import DataFolder
from orchestration.sql import quoted

# view → the tables that together must have as many rows. Of views that hold versions the keys are counted.
_APPENDED = {
    "entry": ("marts.fct_entries",),
    "lot": ("staging.stg_lots",),
    "stock_movement": ("staging.stg_stock_movements",),
    "event": ("staging.stg_events", "staging.stg_impressions"),
    "feedback": ("staging.stg_feedback",),
    "warehouse_movement": ("staging.stg_warehouse_movements",),
    "receipt_batch": ("staging.stg_receipt_batches",),
}
_VERSIONED = {
    "redemption": ("intermediate.int_redemptions", "tenant_id, redemption_id"),
    "redemption_line": ("intermediate.int_redemption_lines", "tenant_id, redemption_id, line_no"),
}


@dataclass(frozen=True)
class RowCount:
    """Rows landed of a view, and rows of its tables in the warehouse."""

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
        appended = [
            RowCount(
                view,
                " and ".join(tables),
                row_count(folder.landing, view),
                sum(_rows(connection, table) for table in tables),
            )
            for view, tables in _APPENDED.items()
        ]
        versioned = [
            RowCount(view, table, _rows(connection, _keys(folder, view, key)), _rows(connection, table))
            for view, (table, key) in _VERSIONED.items()
        ]
    return appended + versioned


def _keys(folder: DataFolder, view: str, key: str) -> str:
    row_count(folder.landing, view)  # a damaged file is named
    return f"(select distinct {key} from read_parquet('{quoted(folder.landing / view)}/*.parquet'))"


def _rows(connection: duckdb.DuckDBPyConnection, relation: str) -> int:
    found = connection.execute(f"select count(*) from {relation}").fetchone()
    return int(found[0]) if found else 0
