"""What plans are made of besides demand: terms of suppliers, warehouses, what lies in them, left them and is to come."""

from dataclasses import dataclass
from datetime import date

import duckdb
import pandas as pd


@dataclass(frozen=True)
class StockInputs:
    """Reads the frames of a built warehouse, one tenant at a time."""

    connection: duckdb.DuckDBPyConnection

    def has_supplier_terms(self, tenant_id: str) -> bool:
        """Tell whether anybody sells the tenant anything."""
        found = self.connection.execute(
            "select exists (from marts.dim_supplier_terms where tenant_id = $1::uuid)", [tenant_id]
        ).fetchone()
        return bool(found and found[0])

    def terms(self, tenant_id: str, day: date) -> pd.DataFrame:
        """Return what can be ordered on a day, a row per listed item: `LINE_COLUMNS` but for warehouse, stock and costs.

        Of several suppliers the one that is asked first counts.
        """
        return self.connection.execute(
            "with terms as ("
            "  select * from marts.dim_supplier_terms where tenant_id = $1::uuid and supplier_status = 'active' "
            "    and valid_from <= $2 and (valid_until is null or valid_until >= $2) "
            "  qualify row_number() over (partition by item_id order by rank, unit_cost_fen, supplier_code) = 1) "
            "select t.item_id::varchar as item_id, t.lead_days, t.worst_lead_days - t.lead_days as safety_days, "
            "  t.pack_size, t.min_order_quantity as minimum_order, t.unit_cost_fen::double as unit_cost_fen, "
            "  i.storage_units::double as unit_volume, t.shelf_life_days::double as shelf_life_days "
            "from terms t join marts.dim_item i on i.item_id = t.item_id "
            "join marts.dim_offer o on o.tenant_id = t.tenant_id and o.item_id = t.item_id "
            "where o.listed_until is null or timezone('Asia/Shanghai', o.listed_until)::date > $2 order by 1",
            [tenant_id, day],
        ).df()

    def warehouses(self, tenant_id: str) -> pd.DataFrame:
        """Return warehouse_id and capacity_units (storage units, null where not limited) of active ones, the default first."""
        return self.connection.execute(
            "select warehouse_id::varchar as warehouse_id, capacity_units::double as capacity_units "
            "from marts.dim_warehouse where tenant_id = $1::uuid and is_active order by is_default desc, rank, code",
            [tenant_id],
        ).df()

    def lying(self, tenant_id: str) -> pd.DataFrame:
        """Return item_id, warehouse_id, quantity (pieces) and used_units (room) of what lies where."""
        return self.connection.execute(
            "select item_id::varchar as item_id, warehouse_id::varchar as warehouse_id, quantity::double as quantity, "
            "  used_units::double as used_units "
            "from marts.fct_warehouse_stock where tenant_id = $1::uuid order by 1, 2",
            [tenant_id],
        ).df()

    def expiring(self, tenant_id: str) -> pd.DataFrame:
        """Return item_id, warehouse_id, expires_on (last day) and quantity of what lies there and keeps no longer."""
        return self.connection.execute(
            "select item_id::varchar as item_id, warehouse_id::varchar as warehouse_id, expires_on, "
            "  quantity::double as quantity "
            "from marts.fct_expiring_stock where tenant_id = $1::uuid order by 1, 2, 3",
            [tenant_id],
        ).df()

    def issued(self, tenant_id: str, first: date, last: date) -> pd.DataFrame:
        """Return item_id, warehouse_id and quantity of the pieces that left on the days from first to last."""
        return self.connection.execute(
            "select item_id::varchar as item_id, warehouse_id::varchar as warehouse_id, "
            "  sum(issued_quantity)::double as quantity "
            "from marts.fct_warehouse_issues where tenant_id = $1::uuid and date between $2 and $3 "
            "group by 1, 2 order by 1, 2",
            [tenant_id, first, last],
        ).df()

    def incoming(self, tenant_id: str) -> pd.DataFrame:
        """Return item_id, warehouse_id, date, quantity of what is expected of purchase orders."""
        return self.connection.execute(
            "select item_id::varchar as item_id, warehouse_id::varchar as warehouse_id, expected_on as date, "
            "  sum(incoming_quantity)::double as quantity "
            "from marts.fct_incoming_stock where tenant_id = $1::uuid group by 1, 2, 3 order by 1, 2, 3",
            [tenant_id],
        ).df()

    def approved_plan_lines(self, tenant_id: str) -> pd.DataFrame:
        """Return the lines of approved holiday plans, by plan, item and warehouse."""
        return self.connection.execute(
            "select plan_id::varchar as plan_id, occasion_id, first_day, last_day, as_of_date, item_id::varchar as item_id, "
            "  warehouse_id::varchar as warehouse_id, quantity, order_by, supply_quantity, demand_mean, demand_q05, "
            "  demand_q95 from marts.fct_approved_plan_lines where tenant_id = $1::uuid order by 1, 6, 7",
            [tenant_id],
        ).df()
