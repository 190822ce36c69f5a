"""The database itself shows a tenant its own fees, invoices, statements and steps alone, and shows nobody's to nobody."""

from uuid import uuid4

import asyncpg
import pytest

from tests.transactional.conftest import open_shop

ROWS = {
    "fee_confirmation": "tariff_id, confirmed_on, confirmed_by, confirmed_at) values ($1, $2, '2026-01-01', 'x', now()",
    "fee": "fee_id, reference, month, tariff_id, line_code, confirmed_on, first_day, last_day, quantity, amount_fen, charged_by, "
    "charged_at) values ($1, $2, 'x', '2026-01-01', $2, 'x', '2026-01-01', '2026-01-01', '2026-01-01', 1, 1, 'x', now()",
    "invoice": "invoice_id, number, month, fees, amount_fen, waived_fen, issued_at, due_on) "
    "values ($1, $2, 'x', '2026-01-01', 1, 1, 0, now(), '2026-02-01'",
    "invoice_line": "invoice_id, fee_id, month, due_fen) values ($1, $2, $2, '2026-01-01', 1",
    "credit_note": "credit_note_id, invoice_id, reference, request_hash, amount_fen, reason, issued_by, issued_at) "
    "values ($1, $2, $2, 'x', decode(repeat('00', 32), 'hex'), 1, 'x', 'x', now()",
    "payment_term": "valid_from, days, set_by, set_at) values ($1, '2026-01-01', 30, $2::uuid::text, now()",
    "invoice_payment": "payment_id, invoice_id, reference, amount_fen, received_at, recorded_by, noted_at) "
    "values ($1, $2, $2, 'x', 1, now(), 'x', now()",
    "invoice_overdue": "invoice_id, told_at) values ($1, $2, now()",
    "settlement_payment": "statement_id, reference, settled_at, recorded_by, noted_at) "
    "values ($1, $2, 'x', now(), 'x', now()",
    "risk_rule_proposal": "proposal_id, parameters) values ($1, $2, '{}'",
    "risk_rule_act": "act_id, act, proposal_id, acted_at) values ($1, $2, 'proposed', $2, now()",
    "settlement_basis": "supplier_id, basis, changed_by, changed_at) values ($1, $2, 'receipt', 'x', now()",
    "settlement_statement": "statement_id, party_kind, party_id, day, lines, quantity, owed_fen, stated_at, due_on) "
    "values ($1, $2, 'supplier', $2, '2026-01-01', 1, 1, 1, now(), '2026-01-02'",
    "settlement_line": "statement_id, line_no, source, source_id, source_no, source_day, quantity, unit_cost_fen, amount_fen) "
    "values ($1, $2, 1, 'receipt', $2, 1, '2026-01-01', 1, 1, 1",
    "reconciliation": "reconciliation_id, provider, day, file_hash, matched, missing_here, missing_there, different_amount, "
    "file_fen, our_fen, imported_by, imported_at) "
    "values ($1, $2, 'wechat', '2026-01-01', decode(repeat('00', 32), 'hex'), 0, 0, 0, 0, 0, 0, 'x', now()",
    "reconciliation_line": "reconciliation_id, line_no, kind, order_number, verdict, file_fen, our_fen) "
    "values ($1, $2, 1, 'payment', 'x', 'matched', 1, 1",
    "onboarding": "request_hash, applied_on, applied_by, qualification_number, qualification_expires_on) "
    "values ($1, decode(repeat('00', 32), 'hex'), '2026-01-01', $2::uuid::text, 'x', '2030-01-01'",
    "feature_switch": "feature, is_on, changed_by, changed_at) values ($1, 'draws', false, $2::uuid::text, now()",
    "offer_opt_in": "item_id, opted_in_at, opted_in_by) values ($1, $2, now(), 'x'",
    "pilot": "salt, share_bp, starts_on, ends_on, set_by, set_at) "
    "values ($1, repeat('0', 32), 1, '2026-01-01', '2026-01-02', $2::uuid::text, now()",
}


@pytest.fixture
async def rows(owner, shop):
    """A row of the shop in every table."""
    async with owner.transaction():
        await owner.execute("set local session_replication_role = replica")
        for table, statement in ROWS.items():
            await owner.execute(f"insert into mall.{table} (tenant_id, {statement})", shop.tenant_id, uuid4())


async def count_as(connection, tenant_id, table):
    async with connection.transaction():
        await connection.execute("select set_config('pointmart.tenant_id', $1, true)", str(tenant_id))
        return await connection.fetchval(
            f"select count(*) from mall.{table} where tenant_id <> $1", tenant_id
        )


async def test_a_tenant_sees_its_own_rows_alone(owner, shop, rows, database_url):
    stranger = (await open_shop(owner, "birch")).tenant_id
    connection = await asyncpg.connect(database_url, server_settings={"role": "pointmart_api"})
    try:
        for table in ROWS:
            assert (
                await owner.fetchval(
                    f"select count(*) from mall.{table} where tenant_id = $1", shop.tenant_id
                )
                > 0
            )
            assert await connection.fetchval(f"select count(*) from mall.{table}") == 0, table
            assert await count_as(connection, stranger, table) == 0, table
    finally:
        await connection.close()


async def test_every_table_of_a_tenant_is_told_of(owner):
    """Whoever adds a table with tenants' rows switches row security on, and keys it by tenant."""
    bare = await owner.fetch(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'mall' "
        "join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped "
        "where c.relkind = 'r' and (not c.relrowsecurity or not exists (select from pg_index i "
        "where i.indrelid = c.oid and i.indisprimary and i.indkey[0] = a.attnum))"
    )
    assert {row["relname"] for row in bare} & ROWS.keys() == set()
