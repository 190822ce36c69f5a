"""What of a release is written back: read from its own marts, so that the mall never knows more than is published."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import duckdb

# One statement per kind: tenant_id, as_of_date, then what identifies and describes an item of the request.
# A member's segments are those of the tenant's newest month; who is not in it has none any more.
_SEGMENTS = """
select tenant_id::varchar, as_of_date, member_id::varchar as member_id, {column} as segment
from release.marts.fct_member_segments
where {column} is not null
qualify month = max(month) over (partition by tenant_id)
order by tenant_id, member_id
"""
_RISK_SCORES = """
select tenant_id::varchar, as_of_date, member_id::varchar as member_id, score,
    list_filter(
        [
            case when denied_score > 0 then 'denied' end,
            case when open_review_score > 0 then 'open_review' end,
            case when velocity_score > 0 then 'velocity' end
        ],
        reason -> reason is not null
    ) as reasons
from release.marts.fct_member_risk_scores
order by tenant_id, member_id
"""
_PROPOSALS = """
select tenant_id::varchar, as_of_date, item_id::varchar as item_id, quantity, order_by, covers_until, reason
from release.marts.fct_replenishment_proposals
order by tenant_id, item_id
"""
# A reason that changed nothing is not told.
_PLANS = """
select tenant_id::varchar, as_of_date, occasion_id, first_day, last_day, item_id::varchar as item_id,
    warehouse_id::varchar as warehouse_id, quantity, order_by, arrives_on, need_date, is_too_late, wish_quantity,
    order_up_to,
    list_filter(
        [
            {'reason': 'too_late', 'quantity': too_late_quantity},
            {'reason': 'shelf_life', 'quantity': shelf_life_quantity},
            {'reason': 'minimum_order', 'quantity': minimum_order_quantity},
            {'reason': 'pack', 'quantity': pack_quantity},
            {'reason': 'budget', 'quantity': budget_quantity},
            {'reason': 'storage', 'quantity': storage_quantity}
        ],
        cut -> cut.quantity <> 0
    ) as cuts,
    risk_without, risk_with, cost_without_fen, cost_with_fen, demand_mean, demand_q05, demand_q50, demand_q95, confidence
from release.marts.fct_holiday_plan_lines
order by tenant_id, first_day, occasion_id, item_id, warehouse_id
"""
_TENANTS = """
select tenant_id::varchar, coalesce(last_fact_date, current_date)
from release.marts.dim_tenant
order by 1
"""


@dataclass(frozen=True)
class Kind:
    """Something that is written back.

    Attributes:
        name: as people are told of it.
        path: the end of the route.
        query: reads the rows of all tenants from an attached release.
        fields: what every request of the kind has besides.
    """

    name: str
    path: str
    query: str
    fields: tuple[tuple[str, str], ...] = ()


KINDS = (
    Kind("segments", "segments", _SEGMENTS.format(column="segment"), (("scheme", "rfm"),)),
    Kind(
        "life-cycle stages",
        "segments",
        _SEGMENTS.format(column="lifecycle_stage"),
        (("scheme", "life_cycle"),),
    ),
    Kind("risk scores", "risk-scores", _RISK_SCORES),
    Kind("replenishment proposals", "replenishment-proposals", _PROPOSALS),
    Kind("holiday plans", "holiday-plans", _PLANS),
)


@dataclass(frozen=True)
class TenantItems:
    """The items of one kind of one tenant; none is a statement too: what older releases said is over."""

    tenant_id: str
    as_of_date: date
    items: list[dict[str, Any]]


def items_by_tenant(connection: duckdb.DuckDBPyConnection, kind: Kind) -> Iterator[TenantItems]:
    """Yield the items of a kind for every tenant of the release attached as `release`."""
    asked = connection.execute(kind.query)
    names = [str(column[0]) for column in asked.description or ()][2:]
    found: dict[str, TenantItems] = {}
    for tenant_id, as_of_date, *values in asked.fetchall():
        tenant = found.setdefault(tenant_id, TenantItems(tenant_id, as_of_date, []))
        tenant.items.append({name: _told(value) for name, value in zip(names, values, strict=True)})
    for tenant_id, last_date in connection.execute(_TENANTS).fetchall():
        yield found.get(tenant_id) or TenantItems(tenant_id, last_date, [])


def _told(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
