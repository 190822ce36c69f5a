"""Reads cases with what was said and done about them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.after_sales.domain import UnknownCase
from transactional.after_sales.notes import notes_of
from transactional.database import Connection
from transactional.problems import InvalidRequest
from transactional.vault import Vault

_CASES = """
select case_id, reference, redemption_id, line_no, quantity, member_id, supplier_id, type, reason, opened_at, due_at,
    due_at < coalesce(answered_at, $2) as is_overdue, answered_at, outcome, responsibility, decided_by, decided_at,
    closed_at
from mall.after_sales_case
where tenant_id = $1 and ($3::uuid is null or case_id = $3)
    and ($4::text is null
        or $4 = case when closed_at is not null then 'closed' when answered_at is not null then 'answered' else 'open' end)
    and ($5::boolean is null or (due_at < coalesce(answered_at, $2)) = $5)
    and ($6::uuid is null or redemption_id = $6)
    and ($7::uuid is null or case_id < $7)
order by case_id desc
limit $8
"""


async def list_cases(
    connection: Connection,
    *,
    tenant_id: UUID,
    now: datetime,
    case_id: UUID | None = None,
    status: str | None = None,
    is_overdue: bool | None = None,
    redemption_id: UUID | None = None,
    before: UUID | None = None,
    limit: int,
) -> Sequence[Any]:
    """Return a tenant's cases, the newest first."""
    return await connection.fetch(
        _CASES, tenant_id, now, case_id, status, is_overdue, redemption_id, before, limit
    )


async def case_named(connection: Connection, *, tenant_id: UUID, reference: str) -> UUID:
    """Return the id of the case of a file's row; it is locked until the caller's transaction ends.

    Raises:
        InvalidRequest: no case has the reference.
    """
    found: UUID | None = await connection.fetchval(
        "select case_id from mall.after_sales_case where tenant_id = $1 and reference = $2 for update",
        tenant_id,
        reference,
    )
    if found is None:
        raise InvalidRequest(f"case_reference: there is no case {reference!r}")
    return found


async def find_case(
    connection: Connection, vault: Vault | None, *, tenant_id: UUID, case_id: UUID, now: datetime
) -> dict[str, Any]:
    """Return a case with what was said and done about it.

    Raises:
        UnknownCase: the tenant has none with this id.
        VaultKeyMissing: something is sealed and this installation has no key.
    """
    found = await list_cases(connection, tenant_id=tenant_id, now=now, case_id=case_id, limit=1)
    if not found:
        raise UnknownCase(case_id)
    notes = await notes_of(connection, vault, tenant_id=tenant_id, case_id=case_id)
    return {**dict(found[0]), "notes": notes}
