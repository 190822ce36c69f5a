"""Notes that what a statement says has changed hands, and tells of statements. Inside the caller's transaction."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from transactional.database import Connection
from transactional.request_types import require_past
from transactional.settlement.domain import AlreadySettled, UnknownStatement

_TELL = """
insert into mall.outbox (tenant_id, topic, subject_id, payload)
select tenant_id, 'settlement.' || $3, statement_id, jsonb_build_object('statement_id', statement_id,
    'party_kind', party_kind, 'party_id', party_id, 'day', day, 'owed_fen', owed_fen, 'stated_at', stated_at,
    'due_on', due_on, 'settled_at', settled_at)
from mall.settlement_statement
left join (select tenant_id, statement_id, settled_at from mall.settlement_payment) c using (tenant_id, statement_id)
where tenant_id = $1 and statement_id = $2
"""


@dataclass(frozen=True)
class Settled:
    """The payment by which a statement was settled; `reference` is the bank's name of it."""

    reference: str
    settled_at: datetime


async def tell(
    connection: Connection, *, tenant_id: UUID, statement_id: UUID, happened: Literal["stated", "settled"]
) -> None:
    """Write what has become of a statement to the outbox, as it stands in this transaction."""
    await connection.execute(_TELL, tenant_id, statement_id, happened)


async def settle(
    connection: Connection, *, tenant_id: UUID, statement_id: UUID, settled: Settled, by: str, now: datetime
) -> bool:
    """Note that a statement was settled, whole, and tell whether this call noted it.

    Of an exchange both tenants have a statement, and each is noted when its own bank has told.

    Raises:
        UnknownStatement: the tenant has none with this id.
        AlreadySettled: another payment settled it.
        InvalidRequest: it is yet to be settled.
    """
    if not await connection.fetchval(
        "select true from mall.settlement_statement where tenant_id = $1 and statement_id = $2",
        tenant_id,
        statement_id,
    ):
        raise UnknownStatement(statement_id)
    require_past("settled_at", settled.settled_at, now)
    noted = await connection.fetchval(
        "insert into mall.settlement_payment (tenant_id, statement_id, reference, settled_at, recorded_by, noted_at) "
        "values ($1, $2, $3, $4, $5, $6) on conflict (tenant_id, statement_id) do nothing returning true",
        tenant_id,
        statement_id,
        settled.reference,
        settled.settled_at,
        by,
        now,
    )
    if noted:
        await tell(connection, tenant_id=tenant_id, statement_id=statement_id, happened="settled")
        return True
    known = await connection.fetchrow(
        "select reference, settled_at from mall.settlement_payment where tenant_id = $1 and statement_id = $2",
        tenant_id,
        statement_id,
    )
    # Noted before, and nothing that was noted goes.
    assert known is not None
    if tuple(known) != (settled.reference, settled.settled_at):
        raise AlreadySettled(statement_id, known["reference"])
    return False
