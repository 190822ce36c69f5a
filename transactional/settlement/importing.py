"""States the past of a tenant in one run: each day as the nightly run would have, the night after it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Any
from uuid import UUID

from transactional.clock import business_date
from transactional.database import Connection
from transactional.settlement.domain import due_on, statements_due
from transactional.settlement.facts import unsettled
from transactional.settlement.operations import PLANNED_FOR_MANY_ROWS
from transactional.settlement.queries import working_day_changes


async def import_statements(
    connection: Connection,
    *,
    tenant_id: UUID,
    until: datetime,
    stated_at: Callable[[date], datetime],
    new_id: Callable[[datetime], UUID],
) -> int:
    """State what a tenant owes for each day that is over at `until`; return how many statements.

    Of the tenant nothing is stated yet, and nobody else states meanwhile; the caller sees to that.

    Args:
        stated_at: tells when the statements of a day were made.
        new_id: makes their identifiers.
    """
    await connection.execute(PLANNED_FOR_MANY_ROWS)
    due = statements_due(
        await unsettled(connection, tenant_id=tenant_id),
        stated_until={},
        last_day=business_date(until) - timedelta(days=1),
    )
    changes = await working_day_changes(connection)
    statements: list[tuple[Any, ...]] = []
    lines: list[list[tuple[Any, ...]]] = []
    for (party, day), facts in sorted(due.items(), key=lambda one: one[0][1]):
        statement_id = new_id(stated_at(day))
        statements.append(
            (
                tenant_id, statement_id, party.kind, party.party_id, day, len(facts), sum(f.quantity for f in facts),
                sum(f.amount_fen for f in facts), stated_at(day), due_on(day, changes),
            )
        )  # fmt: skip
        lines.append(
            [
                (
                    tenant_id, statement_id, number, f.source, f.source_id, f.source_no, f.source_day, f.quantity,
                    f.unit_cost_fen, f.amount_fen,
                )
                for number, f in enumerate(facts, start=1)
            ]
        )  # fmt: skip
    for table, columns, rows in (
        ("settlement_statement", _STATEMENT, statements),
        ("settlement_line", _LINE, list(chain.from_iterable(lines))),
    ):
        await connection.copy_records_to_table(table, schema_name="mall", columns=columns, records=rows)
    return len(statements)


_STATEMENT = (
    "tenant_id", "statement_id", "party_kind", "party_id", "day", "lines", "quantity", "owed_fen", "stated_at", "due_on",
)  # fmt: skip
_LINE = (
    "tenant_id", "statement_id", "line_no", "source", "source_id", "source_no", "source_day", "quantity", "unit_cost_fen",
    "amount_fen",
)  # fmt: skip
