"""Imports trials of the past, whose orders the owner wrote; `trials` judges them by their events as any other."""

from datetime import datetime
from uuid import UUID

from transactional.database import Connection


async def import_trial(
    connection: Connection, *, tenant_id: UUID, supplier_id: UUID, order_id: UUID, begun_at: datetime
) -> None:
    """Note that an order was a supplier's trial, inside the caller's transaction.

    Args:
        begun_at: when it was proposed, after everything else that was done about the supplier.

    Raises:
        asyncpg.CheckViolationError: the supplier did not stand before its trial then, or the order is not its own.
    """
    await connection.execute(
        "insert into mall.supplier_trial (tenant_id, purchase_order_id, supplier_id, begun_at) values ($1, $2, $3, $4)",
        tenant_id,
        order_id,
        supplier_id,
        begun_at,
    )
