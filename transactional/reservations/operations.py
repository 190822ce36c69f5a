"""Sets pieces aside, gives them out, and puts back what is left.

What is reserved is among what the stock has allotted, so no redemption can take it. Stock is locked before the
reservation, as everywhere.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from transactional.catalogue.allotment import lock_stock, put_back, release_expired, set_aside
from transactional.catalogue.offers import refuse_barred
from transactional.database import Connection
from transactional.reservations.domain import (
    IssueExists,
    NewReservation,
    ReservationEnded,
    ReservationExists,
    ReservationOfOther,
    ReservationTooSmall,
    UnknownReservation,
    check_new,
)

# One movement, by which the stock follows from what came in and what went out.
_ISSUE = """
with taken as (
    update mall.reservation set left_count = left_count - $4 where tenant_id = $1 and reservation_id = $2
), issue as (
    insert into mall.reservation_issue (tenant_id, reservation_id, reference, quantity, issued_by, issued_at)
    values ($1, $2, $5, $4, $6, $7)
), moved as (
    insert into mall.stock_movement (tenant_id, item_id, quantity, reason, reference, effective_at)
    values ($1, $3, -$4::bigint, 'issue', $8, $7)
)
update mall.stock set allotted = allotted - $4 where tenant_id = $1 and item_id = $3
"""


async def reserve(
    connection: Connection,
    *,
    tenant_id: UUID,
    reservation_id: UUID,
    new: NewReservation,
    request_hash: bytes,
    now: datetime,
) -> tuple[UUID, bool]:
    """Set pieces aside until a deadline, inside the caller's transaction.

    Args:
        reservation_id: its id, if it is new.
        request_hash: SHA-256 of what was asked, 32 bytes; the same reference and hash are a retry.

    Returns:
        The reservation's id, and whether this call made it.

    Raises:
        ReservationExists: the reference names a reservation of something else.
        InvalidRequest: it would be over before it began.
        UnknownOffer: the shop does not have the item.
        ItemBarred: it may not be given out.
        OutOfStock: fewer pieces of it are on the shelf.
    """
    known = await _reserved_before(connection, tenant_id, new.reference, request_hash)
    if known is not None:
        return known, False
    check_new(new, now=now)
    await refuse_barred(connection, tenant_id=tenant_id, item_ids=[new.item_id], moment=now)
    await set_aside(connection, tenant_id=tenant_id, pieces={new.item_id: new.quantity}, now=now)
    inserted = await connection.fetchval(
        "insert into mall.reservation (tenant_id, reservation_id, reference, request_hash, item_id, purpose, quantity, "
        "left_count, reserved_by, reserved_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $7, $8, $9, $10) "
        "on conflict (tenant_id, reference) do nothing returning true",
        tenant_id,
        reservation_id,
        new.reference,
        request_hash,
        new.item_id,
        new.purpose,
        new.quantity,
        new.reserved_by,
        now,
        new.expires_at,
    )
    if inserted:
        return reservation_id, True
    # Another request with this reference was faster; what was set aside here goes back.
    await put_back(connection, tenant_id=tenant_id, pieces={new.item_id: new.quantity})
    known = await _reserved_before(connection, tenant_id, new.reference, request_hash)
    assert known is not None
    return known, False


async def release(connection: Connection, *, tenant_id: UUID, reservation_id: UUID, now: datetime) -> int:
    """Put what is left of a reservation back on the shelf and return how many pieces that were; once is enough.

    Raises:
        UnknownReservation: it is not there.
    """
    one = await _lock(connection, tenant_id, reservation_id, now)
    if one.is_over:
        return 0
    await connection.execute(
        "update mall.reservation set released_at = $3 where tenant_id = $1 and reservation_id = $2",
        tenant_id,
        reservation_id,
        now,
    )
    await put_back(connection, tenant_id=tenant_id, pieces={one.item_id: one.left_count})
    return one.left_count


async def issue(
    connection: Connection,
    *,
    tenant_id: UUID,
    reservation_id: UUID,
    reference: str,
    quantity: int,
    by: str,
    now: datetime,
) -> None:
    """Give reserved pieces out of the house, such as to whoever made a bulk order; the same again changes nothing.

    Raises:
        UnknownReservation: it is not there.
        IssueExists: the reference names an issue of another quantity.
        ReservationEnded: it was released, or its time is up.
        ItemBarred: it may not be given out any more.
        ReservationTooSmall: fewer pieces are left of it.
    """
    one = await _lock(connection, tenant_id, reservation_id, now)
    issued = await connection.fetchval(
        "select quantity from mall.reservation_issue "
        "where tenant_id = $1 and reservation_id = $2 and reference = $3",
        tenant_id,
        reservation_id,
        reference,
    )
    if issued is not None:
        if issued != quantity:
            raise IssueExists(reference, issued)
        return
    if one.is_over:
        raise ReservationEnded(reservation_id)
    await refuse_barred(connection, tenant_id=tenant_id, item_ids=[one.item_id], moment=now)
    if one.left_count < quantity:
        raise ReservationTooSmall(reservation_id, asked=quantity, left=one.left_count)
    number = await connection.fetchval(
        "select count(*) from mall.reservation_issue where tenant_id = $1 and reservation_id = $2",
        tenant_id,
        reservation_id,
    )
    await connection.execute(
        _ISSUE,
        tenant_id,
        reservation_id,
        one.item_id,
        quantity,
        reference,
        by,
        now,
        f"{reservation_id}:{number + 1}",
    )


async def hand_to_sale(
    connection: Connection, *, tenant_id: UUID, reservation_id: UUID, item_id: UUID, now: datetime
) -> None:
    """End a reservation for a flash sale that sets its own pieces aside in the same transaction.

    The item's stock stays locked until then, so nobody takes them in between.

    Raises:
        UnknownReservation, ReservationEnded: there is nothing to hand over.
        ReservationOfOther: it is of another item.
    """
    one = await _lock(connection, tenant_id, reservation_id, now)
    if one.item_id != item_id:
        raise ReservationOfOther(reservation_id, one.item_id)
    if one.is_over:
        raise ReservationEnded(reservation_id)
    await release(connection, tenant_id=tenant_id, reservation_id=reservation_id, now=now)


async def sweep_reservations(connection: Connection, *, now: datetime, limit: int = 500) -> int:
    """Put back what expired reservations of all tenants keep, and return how many there were at most.

    Args:
        connection: of the committer's role, which sees all tenants.
    """
    rows = await connection.fetch(
        "select tenant_id, item_id from mall.reservation where released_at is null and expires_at <= $1 "
        "order by expires_at limit $2",
        now,
        limit,
    )
    items: dict[UUID, set[UUID]] = {}
    for row in rows:
        items.setdefault(row["tenant_id"], set()).add(row["item_id"])
    for tenant_id, of_tenant in items.items():
        async with connection.transaction():
            await _release_of(connection, tenant_id, of_tenant, now)
    return len(rows)


@dataclass(frozen=True)
class _Reservation:
    item_id: UUID
    left_count: int
    is_over: bool


async def _release_of(
    connection: Connection, tenant_id: UUID, items: Collection[UUID], now: datetime
) -> None:
    await lock_stock(connection, tenant_id=tenant_id, item_ids=sorted(items))
    await release_expired(connection, tenant_id=tenant_id, item_ids=sorted(items), now=now)


async def _lock(connection: Connection, tenant_id: UUID, reservation_id: UUID, now: datetime) -> _Reservation:
    """Lock a reservation's stock and then itself; one past its end is released."""
    item_id = await connection.fetchval(
        "select item_id from mall.reservation where tenant_id = $1 and reservation_id = $2",
        tenant_id,
        reservation_id,
    )
    if item_id is None:
        raise UnknownReservation(reservation_id)
    await _release_of(connection, tenant_id, [item_id], now)
    row = await connection.fetchrow(
        "select left_count, released_at is not null as is_over from mall.reservation "
        "where tenant_id = $1 and reservation_id = $2 for update",
        tenant_id,
        reservation_id,
    )
    assert row is not None
    return _Reservation(item_id, row["left_count"], row["is_over"])


async def _reserved_before(
    connection: Connection, tenant_id: UUID, reference: str, request_hash: bytes
) -> UUID | None:
    row = await connection.fetchrow(
        "select reservation_id, request_hash from mall.reservation where tenant_id = $1 and reference = $2",
        tenant_id,
        reference,
    )
    if row is None:
        return None
    if row["request_hash"] != request_hash:
        raise ReservationExists(reference, row["reservation_id"])
    found: UUID = row["reservation_id"]
    return found
