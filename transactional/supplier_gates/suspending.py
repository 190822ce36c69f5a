"""Suspends suppliers, and lifts that. Everything runs inside the caller's transaction."""

from datetime import datetime
from uuid import UUID

from transactional.database import Connection
from transactional.supplier_gates.acts import begin_act
from transactional.supplier_gates.domain import Gate
from transactional.supplier_gates.refusals import AlreadySuspended


async def suspend(
    connection: Connection,
    *,
    tenant_id: UUID,
    supplier_id: UUID,
    failed_gate: Gate,
    reason: str,
    by: str,
    now: datetime,
) -> None:
    """Suspend a supplier: nothing is ordered from it any more. For the same reason again nothing changes.

    Args:
        failed_gate: what it has to pass again once that is lifted.

    Raises:
        UnknownSupplier: it is not there.
        AlreadySuspended: it is suspended for another reason.
    """
    at = await begin_act(connection, tenant_id=tenant_id, supplier_id=supplier_id, now=now)
    open_one = await connection.fetchrow(
        "select failed_gate, reason from mall.supplier_suspension "
        "where tenant_id = $1 and supplier_id = $2 and lifted_at is null",
        tenant_id,
        supplier_id,
    )
    if open_one is not None:
        if tuple(open_one) != (failed_gate, reason):
            raise AlreadySuspended(supplier_id, open_one["reason"])
        return
    await connection.execute(
        "insert into mall.supplier_suspension (tenant_id, supplier_id, failed_gate, reason, suspended_by, suspended_at) "
        "values ($1, $2, $3, $4, $5, $6)",
        tenant_id,
        supplier_id,
        failed_gate,
        reason,
        by,
        at,
    )


async def lift(connection: Connection, *, tenant_id: UUID, supplier_id: UUID, by: str, now: datetime) -> None:
    """Lift a suspension: the supplier stands before what failed and passes it again. Lifted before, nothing changes.

    Raises:
        UnknownSupplier: it is not there.
    """
    at = await begin_act(connection, tenant_id=tenant_id, supplier_id=supplier_id, now=now)
    await connection.execute(
        "update mall.supplier_suspension set lifted_by = $3, lifted_at = $4 "
        "where tenant_id = $1 and supplier_id = $2 and lifted_at is null",
        tenant_id,
        supplier_id,
        by,
        at,
    )
