"""Proposes, edits and moves purchase orders. Deliveries are booked by `receiving`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from transactional.brand_authorisations.operations import require_authorised
from transactional.clock import business_date
from transactional.database import Connection
from transactional.problems import InvalidRequest
from transactional.purchasing.domain import Move, OrderLine, Origin, Status, after, is_made
from transactional.purchasing.lines import NewLine, written_lines
from transactional.purchasing.refusals import NotAnApprover, OrderExists
from transactional.purchasing.writing import LockedOrder, lock_order, note_move, write_lines
from transactional.supplier_gates.ordering import begin_trial, require_orderable

# Nothing is ordered so long before it is needed.
_FAR = timedelta(days=1000)
_APPROVERS = ["planner", "enterprise_admin"]
_STAMP = """
update mall.purchase_order set status = $3,
    approved_at = case $3 when 'approved' then $4 else approved_at end,
    approved_by = case $3 when 'approved' then $5 else approved_by end,
    ordered_at = case $3 when 'ordered' then $4 else ordered_at end,
    first_received_at = case when $3 in ('partially_received', 'received') then coalesce(first_received_at, $4)
        else first_received_at end,
    received_at = case $3 when 'received' then $4 else received_at end,
    ended_at = case when $3 in ('rejected', 'cancelled') then $4 else ended_at end
where tenant_id = $1 and purchase_order_id = $2
"""


@dataclass(frozen=True)
class NewOrder:
    """An order to propose; `reference` is the tenant's own name of it, so that a retry proposes no second one.

    Attributes:
        order_by: the last day to order; None is today.
        origin_reference: which proposal or plan it comes from.
    """

    reference: str
    supplier_id: UUID
    lines: tuple[NewLine, ...]
    created_by: str
    order_by: date | None = None
    origin: Origin = "manual"
    origin_reference: str | None = None


async def propose_order(
    connection: Connection,
    *,
    tenant_id: UUID,
    order_id: UUID,
    new: NewOrder,
    request_hash: bytes,
    now: datetime,
) -> tuple[UUID, bool]:
    """Propose an order inside the caller's transaction.

    Args:
        order_id: its id, if it is new.
        request_hash: SHA-256 of what was asked, 32 bytes; the same reference and hash are a retry.

    Returns:
        The order's id, and whether this call proposed it.

    Raises:
        OrderExists: the reference names an order with other contents.
        UnknownSupplier, SupplierSuspended, UnknownOffer, UnknownWarehouse, WarehouseClosed, StockOfCodes: it names
            what is not there or cannot be used.
        SupplierNotActive, TrialOrderSize, TrialUnderWay: the supplier has a gate before it.
        SupplierNotAuthorised: it may not sell the brand of an item.
        NoSupplierTerms, NotWholePacks, BelowMinimumOrder: the supplier does not sell a line like that.
        InvalidRequest: the day to order is years away.
    """
    known = await _proposed_before(connection, tenant_id, new.reference, request_hash)
    if known is not None:
        return known, False
    gate = await require_orderable(
        connection, tenant_id=tenant_id, supplier_id=new.supplier_id, order_id=order_id, quantity=_pieces(new.lines),
        now=now,
    )  # fmt: skip
    order_by = new.order_by or business_date(now)
    _require_near("order_by", order_by, now)
    lines = await written_lines(
        connection, tenant_id=tenant_id, supplier_id=new.supplier_id, lines=new.lines, day=order_by
    )
    inserted = await connection.fetchval(
        "insert into mall.purchase_order (tenant_id, purchase_order_id, reference, request_hash, supplier_id, origin, "
        "origin_reference, order_by, created_by, created_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) "
        "on conflict (tenant_id, reference) do nothing returning true",
        tenant_id,
        order_id,
        new.reference,
        request_hash,
        new.supplier_id,
        new.origin,
        new.origin_reference,
        order_by,
        new.created_by,
        now,
    )
    if not inserted:
        # Another request with this reference was faster.
        known = await _proposed_before(connection, tenant_id, new.reference, request_hash)
        assert known is not None
        return known, False
    await write_lines(connection, tenant_id=tenant_id, order_id=order_id, lines=lines)
    if gate == "trial":
        await begin_trial(
            connection, tenant_id=tenant_id, supplier_id=new.supplier_id, order_id=order_id, now=now
        )
    await note_move(
        connection, tenant_id=tenant_id, order_id=order_id, move=Move.PROPOSE, before=None, status=Status.PROPOSED,
        by=new.created_by, note=None, now=now,
    )  # fmt: skip
    return order_id, True


async def edit_order(
    connection: Connection,
    *,
    tenant_id: UUID,
    order_id: UUID,
    lines: Sequence[NewLine],
    order_by: date | None,
    by: str,
    now: datetime,
) -> None:
    """Give a proposed order other lines and another day; the same again changes nothing.

    Raises:
        UnknownOrder: it is not there.
        IllegalOrderMove: it is no longer only proposed.
        SupplierSuspended, UnknownOffer, UnknownWarehouse, WarehouseClosed, StockOfCodes, NoSupplierTerms,
            NotWholePacks, BelowMinimumOrder, InvalidRequest: as for a new one.
    """
    order = await lock_order(connection, tenant_id=tenant_id, order_id=order_id)
    status = after(order_id, order.status, Move.EDIT)
    gate = await require_orderable(
        connection, tenant_id=tenant_id, supplier_id=order.supplier_id, order_id=order_id, quantity=_pieces(lines),
        now=now,
    )  # fmt: skip
    day = order_by or order.order_by
    _require_near("order_by", day, now)
    written = await written_lines(
        connection, tenant_id=tenant_id, supplier_id=order.supplier_id, lines=lines, day=day
    )
    if (written, day) == (order.lines, order.order_by):
        return
    await write_lines(connection, tenant_id=tenant_id, order_id=order_id, lines=written)
    if gate == "trial":
        await begin_trial(
            connection, tenant_id=tenant_id, supplier_id=order.supplier_id, order_id=order_id, now=now
        )
    await connection.execute(
        "update mall.purchase_order set order_by = $3 where tenant_id = $1 and purchase_order_id = $2",
        tenant_id,
        order_id,
        day,
    )
    await note_move(
        connection, tenant_id=tenant_id, order_id=order_id, move=Move.EDIT, before=order.status, status=status, by=by,
        note=None, now=now,
    )  # fmt: skip


async def move_order(
    connection: Connection,
    *,
    tenant_id: UUID,
    order_id: UUID,
    move: Move,
    by: str,
    now: datetime,
    note: str | None = None,
    expected_on: date | None = None,
) -> None:
    """Approve, reject, order, close or cancel an order; the same move again changes nothing.

    Args:
        expected_on: with `order`, the day the supplier confirmed; without it, each line is due after its lead time.

    Raises:
        UnknownOrder: it is not there.
        IllegalOrderMove: it is not where this can be done.
        NotAnApprover: who approves has no login that may.
        SupplierSuspended, SupplierNotActive, TrialOrderSize, TrialUnderWay, SupplierNotAuthorised: it is to be ordered
            from a supplier that may not be ordered from, or no longer.
        InvalidRequest: the day that was confirmed is past or years away.
    """
    order = await lock_order(connection, tenant_id=tenant_id, order_id=order_id)
    if is_made(order.status, move):
        return
    status = after(order_id, order.status, move)
    if move is Move.APPROVE:
        await _require_approver(connection, tenant_id, by)
    if move is Move.ORDER:
        await _require_placeable(connection, tenant_id, order, now)
        day = business_date(now)
        if expected_on is not None and expected_on < day:
            raise InvalidRequest(f"expected_on: the order is placed on {day}, after this")
        _require_near("expected_on", expected_on or day, now)
        due = [
            replace(line, expected_on=expected_on or day + timedelta(days=line.lead_time_days))
            for line in order.lines
        ]
        await write_lines(connection, tenant_id=tenant_id, order_id=order_id, lines=due)
    await stamp(connection, tenant_id=tenant_id, order_id=order_id, status=status, by=by, now=now)
    await note_move(
        connection, tenant_id=tenant_id, order_id=order_id, move=move, before=order.status, status=status, by=by,
        note=note, now=now,
    )  # fmt: skip


async def stamp(
    connection: Connection, *, tenant_id: UUID, order_id: UUID, status: Status, by: str, now: datetime
) -> None:
    """Set where an order stands, when it came there and who approved it."""
    await connection.execute(_STAMP, tenant_id, order_id, status, now, by)


async def _require_placeable(
    connection: Connection, tenant_id: UUID, order: LockedOrder, now: datetime
) -> None:
    gate = await require_orderable(
        connection, tenant_id=tenant_id, supplier_id=order.supplier_id, order_id=order.order_id,
        quantity=_pieces(order.lines), now=now,
    )  # fmt: skip
    # It was proposed before the supplier had to pass its trial again.
    if gate == "trial":
        await begin_trial(
            connection, tenant_id=tenant_id, supplier_id=order.supplier_id, order_id=order.order_id, now=now
        )
    await require_authorised(
        connection,
        tenant_id=tenant_id,
        supplier_id=order.supplier_id,
        item_ids={line.item_id for line in order.lines},
        day=business_date(now),
    )


def _pieces(lines: Sequence[NewLine] | Sequence[OrderLine]) -> int:
    return sum(line.quantity for line in lines)


def _require_near(field: str, day: date, now: datetime) -> None:
    if abs(day - business_date(now)) > _FAR:
        raise InvalidRequest(f"{field}: {day} is more than {_FAR.days} days away; is the year right?")


async def _require_approver(connection: Connection, tenant_id: UUID, username: str) -> None:
    if not await connection.fetchval(
        "select exists (select from mall.login where tenant_id = $1 and username = $2 and disabled_at is null "
        "and role = any($3::text[]))",
        tenant_id,
        username,
        _APPROVERS,
    ):
        raise NotAnApprover(username)


async def _proposed_before(
    connection: Connection, tenant_id: UUID, reference: str, request_hash: bytes
) -> UUID | None:
    row = await connection.fetchrow(
        "select purchase_order_id, request_hash from mall.purchase_order where tenant_id = $1 and reference = $2",
        tenant_id,
        reference,
    )
    if row is None:
        return None
    if row["request_hash"] != request_hash:
        raise OrderExists(reference, row["purchase_order_id"])
    found: UUID = row["purchase_order_id"]
    return found
