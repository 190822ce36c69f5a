"""What the models are trained on: frames read from the warehouse's marts, one tenant at a time.

Every query has an order: models may depend on the order of rows, and the same facts must give the same
model.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd

# What was given back was not a choice of the item, nor is the prize of a draw.
_UNDONE = "('cancelled', 'refunded')"


@dataclass(frozen=True)
class TrainingInputs:
    """Reads the frames of a built warehouse."""

    connection: duckdb.DuckDBPyConnection

    def tenant_ids(self) -> list[str]:
        """Return the tenants' ids as text."""
        rows = self.connection.execute(
            "select tenant_id::varchar from marts.dim_tenant order by 1"
        ).fetchall()
        return [tenant_id for (tenant_id,) in rows]

    def member_ids(self, tenant_id: str) -> list[str]:
        """Return the ids of the members of whom lists are made: those that count and take personal recommendations.

        What those who refused them redeemed is still among the interactions: in popularity, neighbours and what
        the rankers learn it counts for all, and no row names them.
        """
        rows = self.connection.execute(
            "select member_id::varchar from marts.dim_member "
            "where tenant_id = $1::uuid and is_personalised order by 1",
            [tenant_id],
        ).fetchall()
        return [member_id for (member_id,) in rows]

    def listed_item_ids(self, tenant_id: str, as_of: datetime) -> list[str]:
        """Return the items whose offer has not ended by `as_of` (UTC)."""
        rows = self.connection.execute(
            "select item_id::varchar from marts.dim_offer where tenant_id = $1::uuid "
            "and (listed_until is null or listed_until > $2::timestamptz) order by 1",
            [tenant_id, as_of],
        ).fetchall()
        return [item_id for (item_id,) in rows]

    def items(self, tenant_id: str) -> pd.DataFrame:
        """Return item_id, category, unit_price (points) of each item that the tenant offers or has offered."""
        return self.connection.execute(
            "select o.item_id::varchar as item_id, i.category, o.price_points as unit_price "
            "from marts.dim_offer o join marts.dim_item i using (item_id) "
            "where o.tenant_id = $1::uuid order by 1",
            [tenant_id],
        ).df()

    def interactions(self, tenant_id: str) -> pd.DataFrame:
        """Return member_id, item_id, occurred_at (UTC, naive), quantity of each redeemed line that was kept."""
        return self.connection.execute(
            "select l.member_id::varchar as member_id, l.item_id::varchar as item_id, "
            "  timezone('UTC', l.effective_at) as occurred_at, "
            "  l.quantity - l.refunded_quantity as quantity "
            "from marts.fct_redemption_lines l join marts.dim_member using (tenant_id, member_id) "
            f"where l.tenant_id = $1::uuid and l.status not in {_UNDONE} "
            "  and l.quantity > l.refunded_quantity and l.mode <> 'draw' "
            "order by l.effective_at, l.redemption_id, l.line_no",
            [tenant_id],
        ).df()

    def item_demand(self, tenant_id: str) -> pd.DataFrame:
        """Return series_id (item), date, quantity, is_in_stock of each item and trading day."""
        return self.connection.execute(
            "select item_id::varchar as series_id, date, quantity, is_in_stock "
            "from marts.fct_item_demand_daily where tenant_id = $1::uuid order by 1, 2",
            [tenant_id],
        ).df()

    def category_demand(self, tenant_id: str) -> pd.DataFrame:
        """Return series_id (category), date, quantity of each category and trading day."""
        return self.connection.execute(
            "select i.category as series_id, d.date, sum(d.quantity)::bigint as quantity "
            "from marts.fct_item_demand_daily d join marts.dim_item i using (item_id) "
            "where d.tenant_id = $1::uuid group by 1, 2 order by 1, 2",
            [tenant_id],
        ).df()


@contextmanager
def reading(warehouse: Path) -> Iterator[TrainingInputs]:
    """Open the warehouse for reading during the block."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield TrainingInputs(connection)
