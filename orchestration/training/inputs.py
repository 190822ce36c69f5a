"""What the models are trained on: frames read from the warehouse's marts, one tenant at a time.

Every query has an order: models may depend on the order of rows, and the same facts must give the same
model.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

import duckdb
import pandas as pd

from orchestration.training.stock_inputs import StockInputs

# What was given back was not a choice of the item, nor is the prize of a draw.
_UNDONE = "('cancelled', 'refunded')"
_CHOSEN = (
    "from marts.fct_redemption_lines l join marts.dim_member using (tenant_id, member_id) "
    f"where l.tenant_id = $1::uuid and l.status not in {_UNDONE} "
    "  and l.quantity > l.refunded_quantity and l.mode <> 'draw' "
)


@dataclass(frozen=True)
class Tenant:
    """A tenant as training sees it."""

    tenant_id: str
    industry: str
    is_test: bool


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

    def tenants(self) -> list[Tenant]:
        """Return the tenants."""
        rows = self.connection.execute(
            "select tenant_id::varchar, industry, is_test from marts.dim_tenant order by 1"
        ).fetchall()
        return [Tenant(*row) for row in rows]

    def tenant_named(self, name: str) -> str | None:
        """Return the id of the tenant with a code or an id; None if there is none."""
        found = self.connection.execute(
            "select tenant_id::varchar from marts.dim_tenant where code = $1 or tenant_id::varchar = $1",
            [name],
        ).fetchone()
        return None if found is None else str(found[0])

    def offered(self, tenant_id: str, names: list[str]) -> pd.DataFrame:
        """Return item_id, code and name of what the tenant offers, or has offered, of items named by codes or ids."""
        return self.connection.execute(
            "select i.item_id::varchar as item_id, i.code, i.name "
            "from marts.dim_offer o join marts.dim_item i using (item_id) where o.tenant_id = $1::uuid "
            "  and (i.code in (select unnest($2::varchar[])) or i.item_id::varchar in (select unnest($2::varchar[]))) "
            "order by 2",
            [tenant_id, names],
        ).df()

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
        """Return item_id, name, category, brand, class, kind, unit_price (points) of all that is or has been offered.

        The brand is null of an item that has none.
        """
        return self.connection.execute(
            "select o.item_id::varchar as item_id, i.name, i.category, i.brand_id::varchar as brand, i.class, i.kind, "
            "  o.price_points as unit_price "
            "from marts.dim_offer o join marts.dim_item i using (item_id) "
            "where o.tenant_id = $1::uuid order by 1",
            [tenant_id],
        ).df()

    def interactions(self, tenant_id: str) -> pd.DataFrame:
        """Return member_id, item_id, occurred_at (UTC, naive), quantity of each redeemed line that was kept."""
        return self.connection.execute(
            "select l.member_id::varchar as member_id, l.item_id::varchar as item_id, "
            "  timezone('UTC', l.effective_at) as occurred_at, "
            f"  l.quantity - l.refunded_quantity as quantity {_CHOSEN} "
            "order by l.effective_at, l.redemption_id, l.line_no",
            [tenant_id],
        ).df()

    def members(self, tenant_id: str) -> pd.DataFrame:
        """Return member_id, registered_at (UTC, naive), profile, points, starting_points of each member that counts.

        `points` is the balance now, `starting_points` the one before what the member chose first, null before that.
        Whoever refused personal recommendations tells nothing of a profile.
        """
        return self.connection.execute(
            "with began as (select l.member_id, min(l.effective_at) as began_at "
            f"  {_CHOSEN} group by 1), "
            "booked as (select member_id, effective_at, amount_points from marts.fct_entries "
            "  where tenant_id = $1::uuid and account_kind = 'member'), "
            "balances as (select member_id, sum(amount_points)::bigint as points, "
            "  (sum(amount_points) filter (effective_at < began_at))::bigint as points_before "
            "  from booked left join began using (member_id) group by 1) "
            "select m.member_id::varchar as member_id, timezone('UTC', m.registered_at) as registered_at, "
            "  case when m.is_personalised then m.profile end as profile, "
            "  coalesce(b.points, 0) as points, "
            "  case when began_at is not null then coalesce(b.points_before, 0) end as starting_points "
            "from marts.dim_member m left join balances b using (member_id) left join began using (member_id) "
            "where m.tenant_id = $1::uuid order by 1",
            [tenant_id],
        ).df()

    def taken(self, tenant_id: str, labels: pd.DataFrame) -> pd.DataFrame:
        """Return aspect, value, member_count, taken_count: who took what of each label (kind, band, category).

        `labels` has one row per item with these columns beside item_id; an item counts once for each who took it.
        """
        with self._registered("labels", labels):
            return self.connection.execute(
                f"with taken as (select distinct l.member_id, l.item_id::varchar as item_id {_CHOSEN}), "
                "labelled as (select member_id, unnest(['category', 'kind', 'band']) as aspect, "
                "  unnest([category, kind, band]) as value from taken join labels using (item_id)) "
                "select aspect, value, count(distinct member_id) as member_count, count(*) as taken_count "
                "from labelled group by all order by all",
                [tenant_id],
            ).df()

    def item_demand(self, tenant_id: str) -> pd.DataFrame:
        """Return series_id (item), date, quantity, is_in_stock and category of each item and trading day."""
        return self.connection.execute(
            "select d.item_id::varchar as series_id, d.date, d.quantity, d.is_in_stock, i.category "
            "from marts.fct_item_demand_daily d left join marts.dim_item i using (item_id) "
            "where d.tenant_id = $1::uuid order by 1, 2",
            [tenant_id],
        ).df()

    def last_demand_day(self, tenant_id: str) -> date | None:
        """Return the last day of which demand is known; None without any."""
        found = self.connection.execute(
            "select max(date) from marts.fct_item_demand_daily where tenant_id = $1::uuid", [tenant_id]
        ).fetchone()
        return None if found is None else found[0]

    def listings(self, tenant_id: str) -> pd.DataFrame:
        """Return series_id (item), listed_from (day), category, kind, class of all that is, was or will be listed."""
        return self.connection.execute(
            "select o.item_id::varchar as series_id, timezone('Asia/Shanghai', o.listed_from)::date as listed_from, "
            "  i.category, i.kind, i.class "
            "from marts.dim_offer o join marts.dim_item i using (item_id) where o.tenant_id = $1::uuid order by 1",
            [tenant_id],
        ).df()

    def campaigns(self, tenant_id: str) -> pd.DataFrame:
        """Return series_id (item), first_date, last_date, announced_date (days) of each flash sale, past or to come."""
        return self.connection.execute(
            "select item_id::varchar as series_id, first_date, last_date, "
            "  timezone('Asia/Shanghai', announced_at)::date as announced_date "
            "from marts.fct_campaign_effect where tenant_id = $1::uuid order by 1, 2, 3, 4",
            [tenant_id],
        ).df()

    @property
    def stock(self) -> StockInputs:
        """What plans are made of besides demand."""
        return StockInputs(self.connection)

    @contextmanager
    def _registered(self, name: str, frame: pd.DataFrame) -> Iterator[None]:
        self.connection.register(name, frame)
        try:
            yield
        finally:
            self.connection.unregister(name)


@contextmanager
def reading(warehouse: Path) -> Iterator[TrainingInputs]:
    """Open the warehouse for reading during the block."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield TrainingInputs(connection)
