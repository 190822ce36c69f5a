"""Takes what an ERP states of stock, and corrects the books by it. Runs inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from transactional.catalogue.allotment import lock_stock, release_expired
from transactional.catalogue.domain import UnknownItem
from transactional.catalogue.offers import StockOfCodes
from transactional.database import Connection
from transactional.problems import Problem
from transactional.redemption.domain import UnknownOffer
from transactional.row_report import RowsRefused, repeated
from transactional.stock_levels.domain import Level, Outcome, Place, Stated, decide
from transactional.warehouses.booking import Correction, book
from transactional.warehouses.domain import UnknownWarehouse, WarehouseClosed
from transactional.warehouses.settling import settle

_ITEMS = """
select i.item_id, i.code, o.is_coded
from mall.item i
left join mall.offer o on o.tenant_id = $1 and o.item_id = i.item_id
where i.code = any($2::text[]) or i.item_id = any($3::uuid[])
"""
# What came back without the name of a warehouse counts once the ERP states it: in doubt there are fewer pieces to sell.
_BOOKS = """
select w.warehouse_id, w.item_id, coalesce(s.quantity, 0) as there, l.quantity as last_quantity, l.as_of as last_as_of,
    coalesce((
        select sum(m.quantity) from mall.warehouse_movement m
        where m.tenant_id = $1 and m.warehouse_id = w.warehouse_id and m.item_id = w.item_id and m.effective_at > $4
            and (m.reason <> 'settled' or m.quantity < 0)
    ), 0)::bigint as moved_since
from unnest($2::uuid[], $3::uuid[]) as w(warehouse_id, item_id)
left join mall.warehouse_stock s on s.tenant_id = $1 and s.warehouse_id = w.warehouse_id and s.item_id = w.item_id
left join mall.stock_level l on l.tenant_id = $1 and l.warehouse_id = w.warehouse_id and l.item_id = w.item_id
"""
_REMEMBER = """
insert into mall.stock_level (tenant_id, warehouse_id, item_id, quantity, as_of, stated_by)
select $1, l.warehouse_id, l.item_id, l.quantity, $5, $6
from unnest($2::uuid[], $3::uuid[], $4::bigint[]) as l(warehouse_id, item_id, quantity)
on conflict (tenant_id, warehouse_id, item_id) do update
    set quantity = excluded.quantity, as_of = excluded.as_of, stated_by = excluded.stated_by,
        recorded_at = clock_timestamp()
"""


@dataclass(frozen=True)
class Statement:
    """So many pieces of an item lie in a warehouse; the item is named by its id or its code."""

    warehouse_code: str
    item: UUID | str
    quantity: int


async def state_levels(
    connection: Connection,
    *,
    tenant_id: UUID,
    statements: Sequence[Statement],
    as_of: datetime,
    by: str,
    now: datetime,
) -> list[Outcome]:
    """Correct the books by what is stated as of a moment, and return what became of each statement in their order.

    What came or left since counts on top of what is stated; redemptions take pieces from a warehouse when it is settled,
    seconds after the stock of the shop, so that is when they count from. A statement that cannot be followed leaves its place as it is; the others are followed.

    Raises:
        RowsRefused: statements name one place twice.
    """
    places = await _places(connection, tenant_id, statements)
    known = {found for found in places if not isinstance(found, Problem)}
    if twice := repeated("item_code", places):
        raise RowsRefused(twice)
    free = await lock_stock(connection, tenant_id=tenant_id, item_ids=[item for _, item in known])
    for item_id, quantity in (
        await release_expired(connection, tenant_id=tenant_id, item_ids=list(free), now=now)
    ).items():
        free[item_id] += quantity
    await settle(connection, [(tenant_id, item_id) for item_id in sorted(free)], now=now)
    stated = {
        found: statement.quantity
        for found, statement in zip(places, statements, strict=True)
        if not isinstance(found, Problem)
    }
    levels = await _levels(connection, tenant_id, stated, as_of)
    outcomes = decide(levels, as_of=as_of, free=free)
    await _write(connection, tenant_id, levels, outcomes, as_of=as_of, by=by, now=now)
    return [
        Outcome("refused", problem=found) if isinstance(found, Problem) else outcomes[found]
        for found in places
    ]


async def _places(
    connection: Connection, tenant_id: UUID, statements: Sequence[Statement]
) -> list[Place | Problem]:
    """Return the place that each statement names, or why it names none."""
    codes = [s.item for s in statements if isinstance(s.item, str)]
    ids = [s.item for s in statements if isinstance(s.item, UUID)]
    items: dict[UUID | str, tuple[UUID, bool | None]] = {}
    for row in await connection.fetch(_ITEMS, tenant_id, codes, ids):
        items[row["item_id"]] = items[row["code"]] = row["item_id"], row["is_coded"]
    warehouses = {
        row["code"]: (row["warehouse_id"], row["is_active"])
        for row in await connection.fetch(
            "select code, warehouse_id, is_active from mall.warehouse where tenant_id = $1 and code = any($2::text[]) "
            "order by warehouse_id for share",
            tenant_id,
            [s.warehouse_code for s in statements],
        )
    }
    return [_place_of(s, items, warehouses) for s in statements]


def _place_of(
    statement: Statement,
    items: dict[UUID | str, tuple[UUID, bool | None]],
    warehouses: dict[str, tuple[UUID, bool]],
) -> Place | Problem:
    if statement.warehouse_code not in warehouses:
        return UnknownWarehouse(statement.warehouse_code)
    warehouse_id, is_active = warehouses[statement.warehouse_code]
    if not is_active:
        return WarehouseClosed(warehouse_id)
    if statement.item not in items:
        return UnknownItem(statement.item)
    item_id, is_coded = items[statement.item]
    if is_coded is None:
        return UnknownOffer(item_id)
    return StockOfCodes(item_id) if is_coded else (warehouse_id, item_id)


async def _levels(
    connection: Connection, tenant_id: UUID, stated: dict[Place, int], as_of: datetime
) -> list[Level]:
    rows = await connection.fetch(
        _BOOKS, tenant_id, [warehouse for warehouse, _ in stated], [item for _, item in stated], as_of
    )
    return [
        Level(
            row["warehouse_id"], row["item_id"], stated[row["warehouse_id"], row["item_id"]], row["there"],
            row["moved_since"],
            None if row["last_as_of"] is None else Stated(row["last_quantity"], row["last_as_of"]),
        )
        for row in rows
    ]  # fmt: skip


def _correction(level: Level, as_of: datetime, by: str) -> Correction:
    reference = f"erp_sync {as_of.isoformat()} {level.warehouse_id} {level.item_id}"
    return Correction(
        reference=reference,
        warehouse_id=level.warehouse_id,
        item_id=level.item_id,
        quantity=level.adjustment,
        reason="stated by the ERP",
        corrected_by=by,
        kind="erp_sync",
        request_hash=sha256(reference.encode()).digest(),
    )


async def _write(
    connection: Connection,
    tenant_id: UUID,
    levels: Sequence[Level],
    outcomes: dict[Place, Outcome],
    *,
    as_of: datetime,
    by: str,
    now: datetime,
) -> None:
    corrections = [_correction(one, as_of, by) for one in levels if outcomes[one.place].adjustment]
    booked = await book(connection, tenant_id=tenant_id, corrections=corrections, now=now)
    # Under the stock's locks nobody states the same of a place as of the same moment.
    assert len(booked) == len(corrections)
    followed = [
        level
        for level in levels
        if outcomes[level.place].status in ("adjusted", "unchanged")
        and (level.last is None or level.last.as_of < as_of)
    ]
    await connection.execute(
        _REMEMBER,
        tenant_id,
        [level.warehouse_id for level in followed],
        [level.item_id for level in followed],
        [level.quantity for level in followed],
        as_of,
        by,
    )
