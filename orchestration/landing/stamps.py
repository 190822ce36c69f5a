"""Whether the rows' landing stamps were given by this PostgreSQL; those of a restored dump were not."""

from orchestration.landing.batches import VIEWS
from orchestration.landing.snapshot import Snapshot
from orchestration.refusal import Refusal

# Views of append-only tables, each guarded by the trigger `<view>_append_only`.
GUARDED = {
    "entry", "warehouse_movement", "receipt_batch", "carrier_rate", "supplier_sample", "fee", "invoice",
    "settlement_statement", "settlement_line", "reconciliation", "campaign_use", "acceptance_run", "shipment_line",
    "fee_confirmation", "exchange_statement", "shipment_event",
}  # fmt: skip


class ForeignStamps(Refusal):
    """Rows carry transaction numbers of another server, by which landing would pass them by or take them twice."""


def check_stamps(source: Snapshot) -> None:
    """Check that no row that is there claims a transaction that has not ended.

    A dump keeps the numbers of the server it was taken from, and a new server begins with low ones.

    Raises:
        ForeignStamps: naming the tables and how to renew their stamps.
        DatabaseNotMigrated: a view is missing.
    """
    tables = [f"mall.{view}" for view in VIEWS if source.columns(view) and source.has_foreign_stamps(view)]
    if tables:
        triggers = [
            f"; for {table}, which is append-only, run `alter table {table} disable trigger {trigger}` "
            f"before and `alter table {table} enable trigger {trigger}` after"
            for table, trigger in (
                (f"mall.{view}", f"{view}_append_only") for view in VIEWS if view in GUARDED
            )
            if table in tables
        ]
        raise ForeignStamps(
            f"rows of {', '.join(tables)} carry transaction numbers that database {source.origin.database} has not "
            "reached, as after restoring a dump into a new server; renew them, for each table with "
            "`update mall.<table> set xid = pg_current_xact_id() where xid > pg_current_xact_id()`"
            f"{''.join(triggers)}, then run again"
        )
