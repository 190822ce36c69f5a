"""Sets thresholds, opens and closes alerts, and notes who has seen one."""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

from transactional.catalogue.offers import offered_items
from transactional.database import Connection
from transactional.problems import Problem
from transactional.redemption.domain import UnknownOffer
from transactional.together import taken_together
from transactional.warehouses.domain import UnknownWarehouse
from transactional.warehouses.settling import ItemOfTenant, settle

_WAREHOUSES = (
    "select warehouse_id from mall.warehouse where tenant_id = $1 and warehouse_id = any($2::uuid[])"
)
_GIVEN = "unnest($2::uuid[], $3::uuid[], $4::bigint[]) as t(item_id, warehouse_id, quantity)"
_SET = f"""
insert into mall.stock_threshold (tenant_id, item_id, warehouse_id, quantity)
select $1, t.* from {_GIVEN} order by t.item_id, t.warehouse_id
on conflict (tenant_id, item_id, warehouse_id) do update set quantity = excluded.quantity
    where stock_threshold.quantity <> excluded.quantity
returning item_id, warehouse_id
"""
_REMOVE = f"""
delete from mall.stock_threshold s using {_GIVEN}
where s.tenant_id = $1 and s.item_id = t.item_id and s.warehouse_id is not distinct from t.warehouse_id
returning s.item_id, s.warehouse_id
"""


class UnknownAlert(Problem):
    """The tenant has no such alert."""

    slug = "unknown-stock-alert"
    title = "No such alert"
    status = 404

    def __init__(self, alert_id: UUID) -> None:
        super().__init__(
            f"your tenant has no stock alert {alert_id}; GET /v1/stock/alerts lists them",
            alert_id=str(alert_id),
        )


# Of an item as a whole what can be sold counts, with what reservations past their end still keep; of a warehouse what
# lies there. Each change is told in the same transaction.
_EVALUATE = """
with wanted as (
    select * from unnest($1::uuid[], $2::uuid[]) as w(tenant_id, item_id)
), now_there as (
    select t.tenant_id, t.item_id, t.warehouse_id, t.quantity as threshold_quantity,
        case when t.warehouse_id is null then s.on_hand + coalesce((
            select sum(r.left_count) from mall.reservation r
            where r.tenant_id = t.tenant_id and r.item_id = t.item_id and r.released_at is null and r.expires_at <= $3
        ), 0) else coalesce((
            select p.quantity from mall.warehouse_stock p
            where p.tenant_id = t.tenant_id and p.item_id = t.item_id and p.warehouse_id = t.warehouse_id
        ), 0) end::bigint as quantity
    from wanted w
    join mall.stock_threshold t on t.tenant_id = w.tenant_id and t.item_id = w.item_id
    join mall.stock s on s.tenant_id = t.tenant_id and s.item_id = t.item_id
), low as (
    select * from now_there where quantity < threshold_quantity
), closed as (
    update mall.stock_alert a set closed_at = $3
    from wanted w
    where a.tenant_id = w.tenant_id and a.item_id = w.item_id and a.closed_at is null
        and not exists (
            select from low l
            where l.tenant_id = a.tenant_id and l.item_id = a.item_id
                and l.warehouse_id is not distinct from a.warehouse_id
        )
    returning a.*
), opened as (
    insert into mall.stock_alert (tenant_id, item_id, warehouse_id, threshold_quantity, quantity, opened_at)
    select tenant_id, item_id, warehouse_id, threshold_quantity, quantity, $3 from low
    on conflict (tenant_id, item_id, warehouse_id) where closed_at is null do nothing
    returning *
), changed as (
    select *, 'stock.alert_closed' as topic from closed
    union all
    select *, 'stock.alert_opened' from opened
), told as (
    insert into mall.outbox (tenant_id, topic, subject_id, payload)
    select tenant_id, topic, alert_id, jsonb_build_object('alert_id', alert_id, 'item_id', item_id,
        'warehouse_id', warehouse_id, 'threshold_quantity', threshold_quantity, 'quantity', quantity,
        'opened_at', opened_at, 'closed_at', closed_at)
    from changed
)
select count(*)::int from changed
"""


class NewThreshold(NamedTuple):
    """Below how many pieces of an item, or of an item in a warehouse, an alert opens; 0 is below none."""

    item_id: UUID
    warehouse_id: UUID | None
    quantity: int


async def set_thresholds(
    connection: Connection, *, tenant_id: UUID, thresholds: Sequence[NewThreshold], now: datetime
) -> list[bool | Problem]:
    """Set thresholds inside the caller's transaction; 0 removes one. Alerts open and close by them at once.

    Returns:
        Of each whether it was another one before, or why it is refused:
        UnknownOffer, UnknownWarehouse: the tenant has no such item or warehouse.
    """
    return await taken_together(
        thresholds,
        lambda one: [(one.item_id, one.warehouse_id)],
        partial(_set, connection, tenant_id, now),
    )


async def _set(
    connection: Connection, tenant_id: UUID, now: datetime, thresholds: Sequence[NewThreshold]
) -> list[bool | Problem]:
    offered = await offered_items(
        connection, tenant_id=tenant_id, item_ids={one.item_id for one in thresholds}
    )
    asked = {one.warehouse_id for one in thresholds if one.warehouse_id is not None}
    warehouses = {row["warehouse_id"] for row in await connection.fetch(_WAREHOUSES, tenant_id, asked)}

    def refusal(one: NewThreshold) -> Problem | None:
        if one.item_id not in offered:
            return UnknownOffer(one.item_id)
        if one.warehouse_id is None or one.warehouse_id in warehouses:
            return None
        return UnknownWarehouse(one.warehouse_id)

    refused = [refusal(one) for one in thresholds]
    right = [one for one, problem in zip(thresholds, refused, strict=True) if problem is None]
    changed: set[tuple[UUID, UUID | None]] = set()
    for statement, wanted in (
        (_SET, [one for one in right if one.quantity]),
        (_REMOVE, [one for one in right if not one.quantity]),
    ):
        rows = await connection.fetch(
            statement,
            tenant_id,
            [one.item_id for one in wanted],
            [one.warehouse_id for one in wanted],
            [one.quantity for one in wanted],
        )
        changed |= {(row["item_id"], row["warehouse_id"]) for row in rows}
    items = [(tenant_id, item_id) for item_id in sorted({one.item_id for one in right})]
    await settle(connection, items, now=now)
    await evaluate_alerts(connection, items, now=now)
    return [
        (one.item_id, one.warehouse_id) in changed if problem is None else problem
        for one, problem in zip(thresholds, refused, strict=True)
    ]


async def evaluate_alerts(connection: Connection, items: Collection[ItemOfTenant], *, now: datetime) -> int:
    """Open and close the alerts of (tenant, item) pairs and return how many changed.

    Runs inside the caller's transaction, after the items were settled. An alert that is open stays the same one
    however far the stock falls.
    """
    changed: int = await connection.fetchval(
        _EVALUATE, [tenant for tenant, _ in items], [item for _, item in items], now
    )
    return changed


async def acknowledge(
    connection: Connection, *, tenant_id: UUID, alert_id: UUID, by: str, now: datetime
) -> None:
    """Note that somebody has seen an alert; the first one stays.

    Raises:
        UnknownAlert: it is not there.
    """
    known = await connection.fetchval(
        "select exists (select from mall.stock_alert where tenant_id = $1 and alert_id = $2)",
        tenant_id,
        alert_id,
    )
    if not known:
        raise UnknownAlert(alert_id)
    await connection.execute(
        "update mall.stock_alert set acknowledged_at = $3, acknowledged_by = $4 "
        "where tenant_id = $1 and alert_id = $2 and acknowledged_at is null",
        tenant_id,
        alert_id,
        now,
        by,
    )
