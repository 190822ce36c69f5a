"""What is told to those who listen when something becomes of a case."""

from typing import Literal
from uuid import UUID

from transactional.database import Connection

Happened = Literal["opened", "answered", "replacing", "refund_refused", "closed"]

_TELL = """
insert into mall.outbox (tenant_id, topic, subject_id, payload)
select tenant_id, 'after_sales.' || $3, case_id, jsonb_build_object('case_id', case_id, 'redemption_id', redemption_id,
    'line_no', line_no, 'quantity', quantity, 'member_id', member_id, 'type', type, 'reason', reason,
    'opened_at', opened_at, 'due_at', due_at, 'answered_at', answered_at, 'outcome', outcome,
    'responsibility', responsibility, 'closed_at', closed_at)
from mall.after_sales_case where tenant_id = $1 and case_id = $2
"""


async def tell(connection: Connection, *, tenant_id: UUID, case_id: UUID, happened: Happened) -> None:
    """Write what has become of a case to the outbox, as it stands in this transaction."""
    await connection.execute(_TELL, tenant_id, case_id, happened)
