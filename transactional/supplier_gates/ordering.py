"""Whether something may be ordered from a supplier, and that an order is its trial. Inside the caller's transaction."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from transactional.database import Connection
from transactional.supplier_gates.acts import begin_act, standing_of
from transactional.supplier_gates.domain import LEAST_TRIAL, MOST_TRIAL
from transactional.supplier_gates.refusals import SupplierNotActive, TrialOrderSize, TrialUnderWay
from transactional.suppliers.domain import SupplierSuspended

# A trial whose order came to nothing is none.
_OPEN_TRIAL = """
select t.purchase_order_id
from mall.supplier_trial t
join mall.purchase_order o using (tenant_id, purchase_order_id)
where t.tenant_id = $1 and t.supplier_id = $2 and t.purchase_order_id <> $3 and t.judged_at is null
    and o.status not in ('rejected', 'cancelled')
limit 1
"""


async def require_orderable(
    connection: Connection,
    *,
    tenant_id: UUID,
    supplier_id: UUID,
    order_id: UUID,
    quantity: int,
    now: datetime,
) -> Literal["trial", "active"]:
    """Make sure that an order of so many pieces may go to a supplier, and keep it so until the transaction ends.

    Returns:
        Whether the order is the supplier's trial.

    Raises:
        UnknownSupplier: it is not there.
        SupplierSuspended, SupplierNotActive: it is suspended, or its documents or samples come first.
        TrialOrderSize, TrialUnderWay: it stands before its trial, and this is none.
    """
    standing = await standing_of(connection, tenant_id=tenant_id, supplier_id=supplier_id, now=now)
    # Whoever acts on the supplier waits for the share; two trials wait for each other.
    kind = "no key update" if standing == "trial" else "share"
    await connection.execute(
        f"select from mall.supplier where tenant_id = $1 and supplier_id = $2 for {kind}",
        tenant_id,
        supplier_id,
    )
    standing = await standing_of(connection, tenant_id=tenant_id, supplier_id=supplier_id, now=now)
    if standing == "active":
        return "active"
    if standing == "suspended":
        raise SupplierSuspended(supplier_id)
    if standing != "trial":
        raise SupplierNotActive(supplier_id, standing)
    if not LEAST_TRIAL <= quantity <= MOST_TRIAL:
        raise TrialOrderSize(supplier_id, quantity)
    other = await connection.fetchval(_OPEN_TRIAL, tenant_id, supplier_id, order_id)
    if other is not None:
        raise TrialUnderWay(supplier_id, other)
    return "trial"


async def begin_trial(
    connection: Connection, *, tenant_id: UUID, supplier_id: UUID, order_id: UUID, now: datetime
) -> None:
    """Note that an order, which is proposed in this transaction, is the supplier's trial."""
    at = await begin_act(connection, tenant_id=tenant_id, supplier_id=supplier_id, now=now)
    await connection.execute(
        "insert into mall.supplier_trial (tenant_id, purchase_order_id, supplier_id, begun_at) "
        "values ($1, $2, $3, $4) on conflict do nothing",
        tenant_id,
        order_id,
        supplier_id,
        at,
    )
