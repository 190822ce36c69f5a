"""Every table of the mall leaves through an export view, or it is said why it does not."""

import asyncpg
import pytest

# Some have no view of their own because another tells what they hold, some because nobody but the mall may know it.
STAYS = {
    "access to the mall": {
        "api_key": "the hashes of tenants' keys",
        "platform_key": "the hashes of the platform's keys",
        "login": "whose sessions there are",
        "login_identity": "who somebody is at their company",
        "webhook_endpoint": "addresses and secrets of tenants' systems",
    },
    "people": {
        "person": "who a person is to several tenants",
        "person_account": "which accounts are one person's",
        "member_link": "which members of two tenants are one person",
        "member_link_code": "codes by which a person links accounts",
        "device_member": "who uses which device",
        "member_consent": "what a member agreed to; what follows of it lands with the member and its attributes",
        "member_erasure": "who was erased; that somebody was lands with `member`",
        "member_export": "who asked for their data",
        "member_key": "the keys of members' sealed words",
        "survey_invitation": "who was asked; who answered lands with `survey_answer`",
        "after_sales_note": "sealed words of members and of those who answer them",
        "chat_message": "sealed words; how many, how long and in which mood lands with `chat`",
        "administrative_act": "which administrator did what",
        "risk_block": "which members, devices and addresses are blocked",
    },
    "machinery": {
        "idempotency_key": "answers to requests that may be repeated",
        "outbox": "what webhooks tell; its subjects land themselves",
        "webhook_cursor": "how far webhooks have told",
        "webhook_delivery": "whether tenants' systems answered",
        "seal": "the hash chain of the ledger",
        "seal_head": "its newest link",
        "velocity": "counters of the risk rules",
        "replenishment_proposal": "written back from the warehouse",
        "member_risk_score": "written back from the warehouse",
        "member_segment": "written back from the warehouse",
        "write_back": "which release was written back",
    },
    "rows that are taken away": {
        "tier": "the whole list is replaced; what was landed could not be taken back",
        "stock_threshold": "thresholds are taken away; that one was reached lands with `stock_alert`, which names it",
        "rest_day": "days are taken back; the promise they move lands with `shipment`",
    },
    "told by another view": {
        "campaign_member": "`campaign_use` tells each use",
        "cash_refund": "`redemption` and `payment` tell what went back",
        "draw_ticket": "`redemption` tells each ticket, `draw` how many, `draw_prize` how many won",
        "exchange": "`redemption` and `entry` tell each exchange, `exchange_statement` the days",
        "exchange_day": "`exchange_statement` tells the day once it is over",
        "exchange_quote": "an offer of a rate; the exchange it leads to is a `redemption`",
        "exchange_reversal": "`entry` tells it, `exchange_statement` the day",
        "flash_sale_member": "`redemption` tells what each member bought",
        "fulfilment_terms": "`compensation` tells the points each was worth",
        "holiday_plan_edit": "`holiday_plan_line` tells what became of it",
        "invoice_line": "an `invoice` is of all fees of its month, and `fee` tells those",
        "invoice_overdue": "whether an `invoice` is overdue follows from its day and its payments",
        "payment_term": "`invoice` tells the day it is due",
        "licence_correction": "`licence` tells the corrected one",
        "purchase_order_move": "`purchase_order` tells how far it has come",
        "receipt": "`receipt_batch` tells what came",
        "reservation_issue": "`stock_movement` tells each, `reservation` what is left",
        "relocation": "`warehouse_movement` tells both sides",
        "settlement_basis": "`settlement_line` tells what each line is owed for",
        "stock_level": "`stock_adjustment` tells what a count changed",
        "warehouse_stock": "`warehouse_movement` adds up to it",
    },
    "details that nothing in the warehouse reads": {
        "reconciliation_line": "order numbers of the provider; `reconciliation` tells how many agree and what they come to",
        "survey_question": "its wording; `survey_answer` tells which kind it is",
        "exchange_agreement": "rates and limits between two tenants; `exchange_statement` tells what came of them",
        "risk_rule": "thresholds, which whoever knows them can stay below; `risk_assessment` tells which rules struck",
        "risk_rule_act": "who changed a rule",
        "risk_rule_proposal": "a rule nobody has agreed to yet",
        "top_up_product": "which product of a provider an item is; `top_up` tells each",
        "voucher_code": "the codes themselves, sealed; `stock` tells how many are left",
        "working_day_change": "notices of the state; `settlement_statement` tells the day it is due",
    },
}
# Read whole: stock and flash sales are few rows that change without end, and of the others views tell sums.
UNINDEXED = {"stock", "flash_sale", "credit_note", "invoice_payment", "settlement_payment"}
# Holds are stamped by a trigger of their own; of the others nothing that leaves ever changes.
UNGUARDED = {"hold", "event", "feedback", "lot", "refusal", "stock_movement"}
BEHIND = "select distinct table_name from information_schema.view_table_usage where view_schema = 'export' and table_schema = 'mall'"
TABLES = "select table_name from information_schema.tables where table_schema = 'mall' and table_type = 'BASE TABLE'"


@pytest.fixture
async def connection(database_url):
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def test_every_table_leaves_or_is_said_to_stay(connection):
    behind = {row[0] for row in await connection.fetch(BEHIND)}
    tables = {row[0] for row in await connection.fetch(TABLES)}
    stays = [table for reasons in STAYS.values() for table in reasons]
    assert len(stays) == len(set(stays))
    assert sorted(tables - behind) == sorted(stays)


async def test_the_view_that_tells_instead_is_there(connection):
    query = "select table_name from information_schema.views where table_schema = 'export'"
    views = {row[0] for row in await connection.fetch(query)}
    named = {
        name for reasons in STAYS.values() for reason in reasons.values() for name in reason.split("`")[1::2]
    }
    assert named <= views


async def test_what_leaves_bears_a_stamp_that_is_found_by_an_index_and_renewed_by_a_change(connection):
    rows = await connection.fetch(
        """
        select c.relname, exists (
                select from pg_index i where i.indrelid = c.oid and i.indkey[0] = x.attnum
            ) as is_indexed, exists (
                select from pg_trigger t where t.tgrelid = c.oid
                    and t.tgfoid in ('mall.stamp_xid'::regproc, 'mall.refuse_change'::regproc)
            ) as is_guarded
        from pg_class c
        join pg_attribute x on x.attrelid = c.oid and x.attname = 'xid'
        where c.relnamespace = 'mall'::regnamespace and c.relkind = 'r' and c.relname = any($1)
        """,
        [row[0] for row in await connection.fetch(BEHIND)],
    )
    assert len(rows) > 60
    assert {row["relname"] for row in rows if not row["is_indexed"]} == UNINDEXED
    assert {row["relname"] for row in rows if not row["is_guarded"]} == UNGUARDED
