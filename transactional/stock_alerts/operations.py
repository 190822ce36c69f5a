"""Sets thresholds, opens and closes alerts, and notes who has seen one."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from transactional.catalogue.offers import require_offer
from transactional.database import Connection
from transactional.problems import Problem
from transactional.warehouses.domain import UnknownWarehouse
from transactional.warehouses.settling import ItemOfTenant, settle


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


async def set_threshold(
    connection: Connection,
    *,
    tenant_id: UUID,
    item_id: UUID,
    warehouse_id: UUID | None,
    quantity: int,
    now: datetime,
) -> bool:
    """Set the threshold of an item, or of an item in a warehouse, inside the caller's transaction; 0 removes it.

    Alerts open and close by it at once. Returns whether it was another one before.

    Raises:
        UnknownOffer, UnknownWarehouse: the tenant has no such item or warehouse.
    """
    await require_offer(connection, tenant_id=tenant_id, item_id=item_id)
    if warehouse_id is not None and not await connection.fetchval(
        "select exists (select from mall.warehouse where tenant_id = $1 and warehouse_id = $2)",
        tenant_id,
        warehouse_id,
    ):
        raise UnknownWarehouse(warehouse_id)
    if quantity:
        done = await connection.execute(
            "insert into mall.stock_threshold (tenant_id, item_id, warehouse_id, quantity) values ($1, $2, $3, $4) "
            "on conflict (tenant_id, item_id, warehouse_id) do update set quantity = excluded.quantity "
            "where stock_threshold.quantity <> excluded.quantity",
            tenant_id,
            item_id,
            warehouse_id,
            quantity,
        )
    else:
        done = await connection.execute(
            "delete from mall.stock_threshold "
            "where tenant_id = $1 and item_id = $2 and warehouse_id is not distinct from $3",
            tenant_id,
            item_id,
            warehouse_id,
        )
    await settle(connection, [(tenant_id, item_id)], now=now)
    await evaluate_alerts(connection, [(tenant_id, item_id)], now=now)
    return not done.endswith(" 0")


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
