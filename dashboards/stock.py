"""What will run out and what lies too long, and which alerts are open."""

from typing import Literal

import pandas as pd

from dashboards.marts import TenantMarts

Outlook = Literal["out", "short", "over", "enough"]
OUTLOOKS: tuple[Outlook, ...] = ("out", "short", "over", "enough")

_OUTLOOKS = """
    select
        cast(o.item_id as varchar) as item_id, i.name, i.category, o.outlook, o.origin_date, o.horizon_days,
        o.available_quantity, o.incoming_quantity, o.next_arrival_date, o.expected_quantity, o.runs_out_date,
        o.cover_days, o.missing_quantity, o.supply_days
    from marts.fct_stock_outlook o
    join marts.dim_item i on i.item_id = o.item_id
    where o.tenant_id = $tenant_id
    order by o.outlook <> 'out', o.cover_days nulls last, o.missing_quantity desc, o.supply_days desc nulls first, i.name
"""
_ALERTS = """
    select
        i.name, w.name as warehouse, a.opened_date, a.threshold_quantity, a.quantity as opened_quantity,
        case
            when a.warehouse_id is null then s.available_quantity
            else coalesce(h.quantity, 0)
        end as quantity,
        a.acknowledged_at is not null as is_acknowledged
    from marts.fct_stock_alerts a
    join marts.dim_item i on i.item_id = a.item_id
    left join marts.dim_warehouse w on w.tenant_id = a.tenant_id and w.warehouse_id = a.warehouse_id
    left join marts.fct_warehouse_stock h
        on h.tenant_id = a.tenant_id and h.warehouse_id = a.warehouse_id and h.item_id = a.item_id
    left join marts.fct_stock_outlook s on s.tenant_id = a.tenant_id and s.item_id = a.item_id
    where a.tenant_id = $tenant_id and a.is_open
    order by a.opened_date, i.name
"""
_ORDERS = """
    select
        i.name, p.status, p.expected_on, p.outstanding_quantity, t.supplier_name, w.name as warehouse,
        p.expected_on < $today as is_late
    from marts.fct_purchase_order_lines p
    join marts.dim_item i on i.item_id = p.item_id
    left join marts.dim_supplier_terms t on t.tenant_id = p.tenant_id and t.terms_id = p.terms_id
    left join marts.dim_warehouse w on w.tenant_id = p.tenant_id and w.warehouse_id = p.warehouse_id
    where p.tenant_id = $tenant_id and p.outstanding_quantity > 0
    order by p.expected_on, i.name
"""


def outlooks(marts: TenantMarts) -> pd.DataFrame:
    """Return one row per item that is forecast and stocked, what runs out first leading."""
    return marts.rows(_OUTLOOKS)


def open_alerts(marts: TenantMarts) -> pd.DataFrame:
    """Return the alerts whose stock is still below its threshold, the oldest first."""
    return marts.rows(_ALERTS)


def under_way(marts: TenantMarts, today: object) -> pd.DataFrame:
    """Return the lines of purchase orders that are still awaited, what is due first leading."""
    return marts.rows(_ORDERS, today=today)
