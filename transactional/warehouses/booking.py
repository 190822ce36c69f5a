"""Books corrections that were found right: what is written down of them, and the pieces they move, at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from transactional.database import Connection
from transactional.warehouses.domain import CorrectionKind
from transactional.warehouses.placing import Placed, place, take

_BOOK = """
with booked as (
    insert into mall.stock_correction (tenant_id, reference, request_hash, warehouse_id, item_id, quantity, kind, reason,
        corrected_by, effective_at)
    select $1, c.*, $10
    from unnest($2::text[], $3::bytea[], $4::uuid[], $5::uuid[], $6::bigint[], $7::text[], $8::text[], $9::text[]) as c
    on conflict (tenant_id, reference) do nothing
    returning correction_id, reference, item_id, quantity
), noted as (
    insert into mall.stock_movement (tenant_id, item_id, quantity, reason, reference, effective_at)
    select $1, item_id, quantity, 'correction', correction_id::text, $10 from booked
), moved as (
    update mall.stock s set on_hand = s.on_hand + b.quantity
    from (select item_id, sum(quantity) as quantity from booked group by item_id) b
    where s.tenant_id = $1 and s.item_id = b.item_id
)
select reference, correction_id from booked
"""


@dataclass(frozen=True)
class Correction:
    """Pieces that are there and were not in the books, or, negative, that are in the books and not there.

    Attributes:
        reference: the tenant's own name of it.
        request_hash: SHA-256 of what was asked, 32 bytes; the same reference and hash are a retry.
    """

    reference: str
    warehouse_id: UUID
    item_id: UUID
    quantity: int
    reason: str
    corrected_by: str
    kind: CorrectionKind
    request_hash: bytes


async def book(
    connection: Connection, *, tenant_id: UUID, corrections: Sequence[Correction], now: datetime
) -> dict[str, UUID]:
    """Correct the stock of warehouses and of the house, and return the ids of the corrections by their references.

    The caller holds the locks of the stock and of its places, and corrects each place once. A correction whose
    reference is taken is left out and changes nothing.
    """
    if not corrections:
        return {}
    rows = await connection.fetch(
        _BOOK,
        tenant_id,
        [c.reference for c in corrections],
        [c.request_hash for c in corrections],
        [c.warehouse_id for c in corrections],
        [c.item_id for c in corrections],
        [c.quantity for c in corrections],
        [c.kind for c in corrections],
        [c.reason for c in corrections],
        [c.corrected_by for c in corrections],
        now,
    )
    booked: dict[str, UUID] = {row["reference"]: row["correction_id"] for row in rows}
    gone = [_moved(tenant_id, c) for c in corrections if c.reference in booked and c.quantity < 0]
    await take(connection, gone, reason="correction", at=now)
    come = [_moved(tenant_id, c) for c in corrections if c.reference in booked and c.quantity > 0]
    await place(connection, come, reason="correction", at=now)
    return booked


def _moved(tenant_id: UUID, correction: Correction) -> Placed:
    return Placed(tenant_id, correction.warehouse_id, correction.item_id, abs(correction.quantity))
