"""Statements as their tenant sees them."""

from datetime import date
from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.settlement.domain import UnknownStatement
from transactional.suppliers.domain import UnknownSupplier

# A partner's name is in the tenant's own copy of their agreement.
_STATEMENTS = """
select s.statement_id, s.party_kind, s.party_id, s.day, s.lines as line_count, s.quantity, s.owed_fen, s.stated_at, s.due_on,
    c.settled_at, c.reference as settled_by_reference,
    coalesce(p.name, (
        select a.partner_name from mall.exchange_agreement a
        where a.tenant_id = s.tenant_id and a.partner_id = s.party_id limit 1
    )) as party_name
from mall.settlement_statement s
left join mall.supplier p on p.tenant_id = s.tenant_id and p.supplier_id = s.party_id
left join mall.settlement_payment c on c.tenant_id = s.tenant_id and c.statement_id = s.statement_id
where s.tenant_id = $1
"""
_LINES = """
select line_no, source, source_id, source_no, source_day, quantity, unit_cost_fen, amount_fen
from mall.settlement_line
where tenant_id = $1 and statement_id = $2
order by line_no
"""


async def working_day_changes(connection: Connection) -> dict[date, bool]:
    """Return the days on which banks work, or do not, otherwise than by the week."""
    rows = await connection.fetch("select day, is_working from mall.working_day_change")
    return {row["day"]: row["is_working"] for row in rows}


async def list_statements(
    connection: Connection,
    *,
    tenant_id: UUID,
    day: date | None = None,
    party_kind: str | None = None,
    before: UUID | None = None,
    limit: int = 1,
) -> list[dict[str, Any]]:
    """Return statements, those made last first, those before one."""
    rows = await connection.fetch(
        f"{_STATEMENTS} and ($2::date is null or s.day = $2) and ($3::text is null or s.party_kind = $3) "
        "and ($4::uuid is null or s.statement_id < $4) order by s.statement_id desc limit $5",
        tenant_id,
        day,
        party_kind,
        before,
        limit,
    )
    return [dict(row) for row in rows]


async def find_statement(connection: Connection, *, tenant_id: UUID, statement_id: UUID) -> dict[str, Any]:
    """Return a statement with its lines.

    Raises:
        UnknownStatement: the tenant has none with this id.
    """
    row = await connection.fetchrow(f"{_STATEMENTS} and s.statement_id = $2", tenant_id, statement_id)
    if row is None:
        raise UnknownStatement(statement_id)
    lines = await connection.fetch(_LINES, tenant_id, statement_id)
    return dict(row) | {"lines": [dict(line) for line in lines]}


async def basis_of(connection: Connection, *, tenant_id: UUID, supplier_id: UUID) -> str:
    """Return what a supplier is owed for.

    Raises:
        UnknownSupplier: the tenant has none with this id.
    """
    found: str | None = await connection.fetchval(
        "select coalesce(b.basis, 'receipt') from mall.supplier s "
        "left join mall.settlement_basis b using (tenant_id, supplier_id) where s.tenant_id = $1 and s.supplier_id = $2",
        tenant_id,
        supplier_id,
    )
    if found is None:
        raise UnknownSupplier(supplier_id)
    return found
