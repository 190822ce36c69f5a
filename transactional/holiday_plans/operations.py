"""Edits a plan's lines, and decides about it; an approved one becomes purchase orders."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from transactional.clock import business_date
from transactional.database import Connection
from transactional.holiday_plans.domain import (
    OPEN,
    Decision,
    LineEdit,
    PlanChanged,
    PlanNotOpen,
    Status,
    UnknownPlan,
    UnknownPlanLine,
)
from transactional.problems import InvalidRequest
from transactional.purchasing.creating import Wanted, create_purchase_orders
from transactional.supplier_gates.unsold import refuse_unsold
from transactional.suppliers.domain import check_quantities
from transactional.suppliers.queries import best_terms

_LINES = """
select item_id, warehouse_id, quantity, order_by, proposed_order_by
from mall.holiday_plan_line
where tenant_id = $1 and plan_id = $2
order by item_id, warehouse_id
"""
_REVISION = """
select count(*) as revision, (array_agg(edited_by order by edit_id desc))[1] as edited_by,
    max(edited_at) as edited_at
from mall.holiday_plan_edit
where tenant_id = $1 and plan_id = $2
"""
_EDIT = """
with edited as (
    insert into mall.holiday_plan_edit (tenant_id, plan_id, item_id, warehouse_id, from_quantity, from_order_by, quantity,
        order_by, edited_by, edited_at)
    select l.tenant_id, l.plan_id, l.item_id, l.warehouse_id, l.quantity, l.order_by, e.quantity, e.order_by, $7, $8
    from unnest($3::uuid[], $4::uuid[], $5::bigint[], $6::date[]) as e(item_id, warehouse_id, quantity, order_by)
    join mall.holiday_plan_line l on l.tenant_id = $1 and l.plan_id = $2 and l.item_id = e.item_id
        and l.warehouse_id = e.warehouse_id
    returning item_id, warehouse_id, quantity, order_by
)
update mall.holiday_plan_line l
set quantity = e.quantity, order_by = e.order_by, edited_by = $7, edited_at = $8
from edited e
where l.tenant_id = $1 and l.plan_id = $2 and l.item_id = e.item_id and l.warehouse_id = e.warehouse_id
"""


async def edit_lines(
    connection: Connection,
    *,
    tenant_id: UUID,
    plan_id: UUID,
    edits: Sequence[LineEdit],
    by: str,
    now: datetime,
    if_revision: int | None = None,
) -> None:
    """Make lines of an open plan what a planner wants; the same again changes nothing.

    Args:
        if_revision: the revision of the plan that was looked at; None edits whichever there is.

    Raises:
        UnknownPlan, UnknownPlanLine: it is not there.
        PlanNotOpen: it was decided, or a newer release took its place.
        PlanChanged: it is at another revision.
        InvalidRequest: a line is to be ordered on a day that is past or after the holiday, or on no day.
        NoSupplierTerms, NotWholePacks, BelowMinimumOrder: nobody sells a line like that on its day.
        SupplierSuspended, SupplierNotActive, SupplierNotAuthorised: whoever does may not be ordered from.
    """
    last_day = await _lock_open(connection, tenant_id, plan_id)
    await _require_revision(connection, tenant_id, plan_id, if_revision)
    known = {
        (row["item_id"], row["warehouse_id"]): row
        for row in await connection.fetch(_LINES, tenant_id, plan_id)
    }
    today = business_date(now)
    changes: list[LineEdit] = []
    for edit in edits:
        row = known.get((edit.item_id, edit.warehouse_id))
        if row is None:
            raise UnknownPlanLine(edit.item_id, edit.warehouse_id)
        day = None
        if edit.quantity:
            day = edit.order_by or row["order_by"] or row["proposed_order_by"]
            _require_day(edit.item_id, day, today, last_day, is_told=edit.order_by is not None)
        if (edit.quantity, day) != (row["quantity"], row["order_by"]):
            changes.append(LineEdit(edit.item_id, edit.warehouse_id, edit.quantity, day))
    await _require_orderable(connection, tenant_id, [change for change in changes if change.quantity], today)
    if not changes:
        return
    await connection.execute(
        _EDIT,
        tenant_id,
        plan_id,
        [change.item_id for change in changes],
        [change.warehouse_id for change in changes],
        [change.quantity for change in changes],
        [change.order_by for change in changes],
        by,
        now,
    )
    await connection.execute(
        "update mall.holiday_plan set status = 'edited' where tenant_id = $1 and plan_id = $2 and status <> 'edited'",
        tenant_id,
        plan_id,
    )


async def decide_plan(
    connection: Connection,
    *,
    tenant_id: UUID,
    plan_id: UUID,
    decision: Decision,
    by: str,
    now: datetime,
    if_revision: int | None = None,
) -> None:
    """Approve or dismiss an open plan; the same decision again changes nothing.

    The lines of an approved one that order something become proposed purchase orders in the same transaction, one for
    each supplier and day; they have to be approved too, as every order.

    Raises:
        UnknownPlan: it is not there.
        PlanNotOpen: it was decided otherwise, or a newer release took its place.
        PlanChanged: it is at another revision than was looked at.
        NoSupplierTerms, SupplierSuspended, SupplierNotActive, SupplierNotAuthorised, UnknownOffer, UnknownWarehouse, WarehouseClosed, StockOfCodes: a line cannot be ordered
            as it is; edit it first.
    """
    row = await connection.fetchrow(
        "select status from mall.holiday_plan where tenant_id = $1 and plan_id = $2 for update",
        tenant_id,
        plan_id,
    )
    if row is None:
        raise UnknownPlan(plan_id)
    if row["status"] == decision:
        return
    if Status(row["status"]) not in OPEN:
        raise PlanNotOpen(plan_id, row["status"])
    await _require_revision(connection, tenant_id, plan_id, if_revision)
    await connection.execute(
        "update mall.holiday_plan set status = $3, decided_by = $4, decided_at = $5 "
        "where tenant_id = $1 and plan_id = $2",
        tenant_id,
        plan_id,
        decision,
        by,
        now,
    )
    if decision == "approved":
        lines = await connection.fetch(_LINES, tenant_id, plan_id)
        await create_purchase_orders(
            connection,
            tenant_id=tenant_id,
            origin="holiday_plan",
            origin_reference=str(plan_id),
            wanted=[
                Wanted(line["item_id"], line["quantity"], line["order_by"], line["warehouse_id"])
                for line in lines
                if line["quantity"]
            ],
            by=by,
            now=now,
        )


async def _lock_open(connection: Connection, tenant_id: UUID, plan_id: UUID) -> date:
    """Lock a plan that is open; return its last day."""
    row = await connection.fetchrow(
        "select status, last_day from mall.holiday_plan where tenant_id = $1 and plan_id = $2 for update",
        tenant_id,
        plan_id,
    )
    if row is None:
        raise UnknownPlan(plan_id)
    if Status(row["status"]) not in OPEN:
        raise PlanNotOpen(plan_id, row["status"])
    last_day: date = row["last_day"]
    return last_day


async def _require_revision(connection: Connection, tenant_id: UUID, plan_id: UUID, seen: int | None) -> None:
    """Make sure that a locked plan is as somebody saw it; its edits are only ever added to."""
    if seen is None:
        return
    (edits,) = await connection.fetch(_REVISION, tenant_id, plan_id)
    if edits["revision"] != seen:
        raise PlanChanged(plan_id, edits["revision"], edits["edited_by"], edits["edited_at"])


def _require_day(item_id: UUID, day: date | None, today: date, last_day: date, *, is_told: bool) -> None:
    if day is None:
        raise InvalidRequest(f"order_by: item {item_id} was not to be ordered; tell the day on which it is")
    # A day that the plan named and that has passed is ordered on the day of the approval.
    if (is_told and day < today) or day > last_day:
        raise InvalidRequest(
            f"order_by: item {item_id} is to be ordered on {day}; choose a day from {today} to {last_day}"
        )


async def _require_orderable(
    connection: Connection, tenant_id: UUID, lines: Sequence[LineEdit], today: date
) -> None:
    """Make sure that each line can be ordered as it is on the terms of its day."""
    days = {max(line.order_by or today, today) for line in lines}
    terms = {
        day: await best_terms(
            connection, tenant_id=tenant_id, item_ids={line.item_id for line in lines}, day=day
        )
        for day in days
    }
    for line in lines:
        day = max(line.order_by or today, today)
        if line.item_id not in terms[day]:
            await refuse_unsold(connection, tenant_id=tenant_id, item_id=line.item_id, day=day)
        check_quantities(terms[day][line.item_id], [line.quantity])
