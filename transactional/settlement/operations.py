"""States what is owed, and sets what it follows. Everything runs inside the caller's transaction."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from uuid import UUID

from transactional.clock import business_date
from transactional.database import Connection
from transactional.fees.queries import live_day
from transactional.problems import InvalidRequest
from transactional.settlement.domain import Basis, BasisFixed, Fact, Party, due_on, is_working, statements_due
from transactional.settlement.facts import unsettled
from transactional.settlement.queries import working_day_changes
from transactional.settlement.settling import tell
from transactional.suppliers.domain import UnknownSupplier

# What was committed around midnight is there a little later.
_GRACE = timedelta(minutes=10)
# The committer's connections plan for single rows; a run reads a tenant's whole history.
PLANNED_FOR_MANY_ROWS = (
    "set local enable_seqscan = on; set local enable_hashjoin = on; set local enable_mergejoin = on; "
    "set local plan_cache_mode = auto"
)
# One transaction at a time states, or changes by what.
_LOCK = "select pg_advisory_xact_lock(hashtextextended('settlement ' || $1, 0))"


async def state(connection: Connection, *, tenant_id: UUID, now: datetime) -> int:
    """State everything of a tenant that is of days that are over and was not stated; return how many statements.

    Run again it states nothing twice. Needs the committer's connection.

    Raises:
        UnknownTenant: there is none with this id.
    """
    await connection.execute(PLANNED_FOR_MANY_ROWS)
    await connection.execute(_LOCK, str(tenant_id))
    await live_day(connection, tenant_id=tenant_id)
    rows = await connection.fetch(
        "select party_kind, party_id, max(day) as day from mall.settlement_statement where tenant_id = $1 "
        "group by party_kind, party_id",
        tenant_id,
    )
    stated_until = {Party(row["party_kind"], row["party_id"]): row["day"] for row in rows}
    due = statements_due(
        await unsettled(connection, tenant_id=tenant_id),
        stated_until=stated_until,
        last_day=business_date(now - _GRACE) - timedelta(days=1),
    )
    changes = await working_day_changes(connection)
    for (party, day), facts in sorted(due.items(), key=lambda one: one[0][1]):
        await _write(connection, tenant_id, party, day, facts, due_on(day, changes), now)
    return len(due)


async def _write(
    connection: Connection,
    tenant_id: UUID,
    party: Party,
    day: date,
    facts: list[Fact],
    due: date,
    now: datetime,
) -> None:
    statement_id = await connection.fetchval(
        "insert into mall.settlement_statement (tenant_id, party_kind, party_id, day, lines, quantity, owed_fen, stated_at, "
        "due_on) values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning statement_id",
        tenant_id,
        party.kind,
        party.party_id,
        day,
        len(facts),
        sum(fact.quantity for fact in facts),
        sum(fact.amount_fen for fact in facts),
        now,
        due,
    )
    await connection.executemany(
        "insert into mall.settlement_line (tenant_id, statement_id, line_no, source, source_id, source_no, source_day, "
        "quantity, unit_cost_fen, amount_fen) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        [
            (
                tenant_id, statement_id, number, fact.source, fact.source_id, fact.source_no, fact.source_day, fact.quantity,
                fact.unit_cost_fen, fact.amount_fen,
            )
            for number, fact in enumerate(facts, start=1)
        ],
    )  # fmt: skip
    await tell(connection, tenant_id=tenant_id, statement_id=statement_id, happened="stated")


async def set_basis(
    connection: Connection, *, tenant_id: UUID, supplier_id: UUID, basis: Basis, by: str, now: datetime
) -> None:
    """Say what a supplier is owed for: pieces received, as of itself, or pieces redeemed.

    Raises:
        UnknownSupplier: the tenant has none with this id.
        BasisFixed: it has statements on the other basis.
    """
    await connection.execute(_LOCK, str(tenant_id))
    if not await connection.fetchval(
        "select true from mall.supplier where tenant_id = $1 and supplier_id = $2",
        tenant_id,
        supplier_id,
    ):
        raise UnknownSupplier(supplier_id)
    stated = await connection.fetchval(
        "select l.source from mall.settlement_statement s join mall.settlement_line l using (tenant_id, statement_id) "
        "where s.tenant_id = $1 and s.party_kind = 'supplier' and s.party_id = $2 limit 1",
        tenant_id,
        supplier_id,
    )
    if stated not in (None, basis):
        raise BasisFixed(supplier_id, stated)
    await connection.execute(
        "insert into mall.settlement_basis (tenant_id, supplier_id, basis, changed_by, changed_at) "
        "values ($1, $2, $3, $4, $5) on conflict (tenant_id, supplier_id) do update set basis = excluded.basis, "
        "changed_by = excluded.changed_by, changed_at = excluded.changed_at where settlement_basis.basis <> excluded.basis",
        tenant_id,
        supplier_id,
        basis,
        by,
        now,
    )


async def change_working_days(
    connection: Connection, *, days: Mapping[date, bool], by: str, now: datetime
) -> None:
    """Say on which days banks work otherwise than by the week; statements that were made keep their day.

    Raises:
        InvalidRequest: a day that has begun would become another one; promises of it are made already.
    """
    changes, today = await working_day_changes(connection), business_date(now)
    begun = [
        day for day, works in sorted(days.items()) if day <= today and works is not is_working(day, changes)
    ]
    if begun:
        raise InvalidRequest(f"days: {begun[0]} has begun and stays as it was; change a day before it comes")
    await connection.executemany(
        "insert into mall.working_day_change (day, is_working, changed_by, changed_at) values ($1, $2, $3, $4) "
        "on conflict (day) do update set is_working = excluded.is_working, changed_by = excluded.changed_by, "
        "changed_at = excluded.changed_at where working_day_change.is_working <> excluded.is_working",
        [(day, works, by, now) for day, works in sorted(days.items())],
    )
