"""Fills an empty mall with members, lots, items and stock, set-based and true to the ledger's rules."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import psycopg
from rich.console import Console

from orchestration.cli.bench.history import store_history
from orchestration.cli.bench.identities import EARLY_LOT, ITEM, LATE_LOT, MEMBER, SALE, sql_identifier
from orchestration.cli.bench.plan import Plan
from orchestration.cli.progress import progress_bar
from orchestration.refusal import Refusal
from transactional.access.operations import issue_key
from transactional.risk.operations import add_default_rules
from transactional.tenants.operations import NewTenant, create_tenant, find_tenant

_CODE = "bench"
_CHUNK = 50_000
# Nothing sells out: refusals are cheaper than redemptions and would flatter the figures.
_STOCK = 100_000_000

# Rows that are consistent by construction need no foreign key look-ups; `check_books` proves them afterwards.
_FAST = """
set session_replication_role = replica;
set synchronous_commit = off;
set work_mem = '256MB';
set maintenance_work_mem = '512MB';
"""

# The early lot is small, so that redemptions often need two lots; the late one is never used up.
_MEMBERS = f"""
with numbered as (
    select n, {sql_identifier(MEMBER, "n")} as member_id from generate_series(%(first)s::bigint, %(last)s) n
), new_member as (
    insert into mall.member (tenant_id, member_id, external_ref, registered_at)
    select %(tenant)s, member_id, 'M' || lpad(n::text, 12, '0'), now() - interval '500 days' from numbered
), new_account as (
    insert into mall.account (tenant_id, account_id, kind, balance, version)
    select %(tenant)s, member_id, 'member', 1000600, 2 from numbered
), credited as (
    select member_id, lot_id, points, balance_after, expires_on
    from numbered, lateral (values
        ({sql_identifier(EARLY_LOT, "n")}, 600, 600, current_date + 90),
        ({sql_identifier(LATE_LOT, "n")}, 1000000, 1000600, current_date + 700)
    ) as l(lot_id, points, balance_after, expires_on)
), new_transfer as (
    insert into mall.transfer (tenant_id, transfer_id, kind, member_id, effective_at)
    select %(tenant)s, lot_id, 'grant', member_id, now() - interval '60 days' from credited
), new_lot as (
    insert into mall.lot
        (tenant_id, account_id, lot_id, issued_points, remaining_points, active_from, expires_on)
    select %(tenant)s, member_id, lot_id, points, points, now() - interval '60 days', expires_on from credited
)
insert into mall.entry (tenant_id, transfer_id, entry_no, account_id, lot_id, amount, balance_after)
select %(tenant)s, c.lot_id, e.entry_no, e.account_id, e.lot_id, e.amount, e.balance_after
from credited c
cross join (select account_id from mall.account where tenant_id = %(tenant)s and kind = 'issuance') program,
    lateral (values
        (0, program.account_id, null, -c.points, null),
        (1, c.member_id, c.lot_id, c.points, c.balance_after)
    ) as e(entry_no, account_id, lot_id, amount, balance_after)
"""

_OFFERS = f"""
with numbered as (
    select n, {sql_identifier(ITEM, "n")} as item_id, (array['shipping', 'pickup', 'instant'])[1 + n %% 3] as handover
    from generate_series(1::bigint, %(last)s) n
), new_item as (
    insert into mall.item (item_id, code, name, category, kind, class)
    select item_id, 'bench-' || n, 'Item ' || n, 'bench',
        case handover when 'instant' then 'virtual' else 'physical' end, 'staple'
    from numbered
)
insert into mall.offer (tenant_id, item_id, price_points, handover, opted_in_at, listed_from)
select %(tenant)s, item_id, 100 + n * 37 %% 19 * 50, handover, now() - interval '500 days', now() - interval '500 days'
from numbered
"""

_SHELVES = """
with new_movement as (
    insert into mall.stock_movement (tenant_id, item_id, quantity, reason, reference, effective_at)
    select tenant_id, item_id, %(stock)s, 'receipt', 'opening', now() - interval '500 days'
    from mall.offer where tenant_id = %(tenant)s
), issued as (
    select item_id, sum(quantity) as quantity from mall.redemption_line where tenant_id = %(tenant)s group by item_id
)
insert into mall.stock (tenant_id, item_id, on_hand)
select o.tenant_id, o.item_id, %(stock)s - coalesce(i.quantity, 0)
from mall.offer o left join issued i using (item_id)
where o.tenant_id = %(tenant)s
"""


# Half of what there is of the item that everybody wants is set aside for its flash sale.
_SALE = f"""
with moved as (
    update mall.stock set on_hand = on_hand - %(stock)s / 2, allotted = %(stock)s / 2
    where tenant_id = %(tenant)s and item_id = {sql_identifier(ITEM, "%(item)s")}
)
insert into mall.flash_sale (tenant_id, sale_id, reference, request_hash, item_id, price_points, starts_at, ends_at,
    allotted, left_count, member_limit)
select %(tenant)s, {sql_identifier(SALE, "1")}, 'bench', sha256('bench'), {sql_identifier(ITEM, "%(item)s")}, 50,
    now() - interval '1 day', now() + interval '30 days', %(stock)s / 2, %(stock)s / 2, 1000000
"""


class SeededOtherwise(Refusal):
    """The folder's database was filled with another mall."""


def seed(url: str, plan: Plan, console: Console) -> UUID:
    """Fill the mall unless it is filled already, and return its tenant.

    Raises:
        SeededOtherwise: it is filled with a mall of another size.
    """
    size = f"{plan.members} members, {plan.items} items, {plan.history_entries} entries, {plan.history_redemptions} redemptions"
    tenant_id, is_new = asyncio.run(_tenant(url))
    with psycopg.connect(url, autocommit=True) as connection:
        if not is_new:
            seeded = _seeded(connection)
            if seeded != size:
                raise SeededOtherwise(
                    f"the database of this folder has {seeded or 'an unfinished mall'}, not {size}; "
                    "choose another --data-dir or delete this one"
                )
            return tenant_id
        asyncio.run(_with_rules(url, tenant_id))
        connection.execute(_FAST)
        connection.execute(_OFFERS, {"tenant": tenant_id, "last": plan.flash_item})
        # History comes first, as it happened first: it leaves every member with a balance of nothing.
        store_history(connection, tenant_id, plan, console)
        with progress_bar(console, "Members and their lots") as advance:
            for done in range(0, plan.members, _CHUNK):
                last = min(done + _CHUNK, plan.members)
                connection.execute(_MEMBERS, {"tenant": tenant_id, "first": done + 1, "last": last})
                advance(last, plan.members)
        with console.status("Stock, statistics and a checkpoint"):
            connection.execute(_SHELVES, {"tenant": tenant_id, "stock": _STOCK})
            connection.execute(_SALE, {"tenant": tenant_id, "stock": _STOCK, "item": plan.flash_item})
            connection.execute("vacuum (freeze, analyze)")
            connection.execute("create table public.bench_seed as select %s::text as size", [size])
            connection.execute("checkpoint")
    return tenant_id


async def _with_rules(url: str, tenant_id: UUID) -> None:
    """Put the risk rules of a new tenant in force: judging every redemption is part of what is measured."""
    connection = await asyncpg.connect(url)
    try:
        await add_default_rules(
            connection, tenant_id=tenant_id, valid_from=datetime.now(UTC) - timedelta(days=1)
        )
    finally:
        await connection.close()


def new_key(url: str, tenant_id: UUID) -> str:
    """Return a new API key of the tenant."""

    async def issue() -> str:
        connection = await asyncpg.connect(url)
        try:
            return await issue_key(connection, tenant_id=tenant_id, label="bench")
        finally:
            await connection.close()

    return asyncio.run(issue())


async def _tenant(url: str) -> tuple[UUID, bool]:
    connection = await asyncpg.connect(url)
    try:
        if (found := await find_tenant(connection, _CODE)) is not None:
            return found, False
        return await create_tenant(connection, NewTenant(_CODE, "Bench", "ecommerce")), True
    finally:
        await connection.close()


def _seeded(connection: psycopg.Connection[tuple[object, ...]]) -> str | None:
    try:
        row = connection.execute("select size from public.bench_seed").fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    return None if row is None else str(row[0])
