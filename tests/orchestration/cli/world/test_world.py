"""A small world on a real database: its books are exact, and its truth is that of the mall."""

import asyncio
import json
import os
import subprocess
import sys
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from itertools import count
from random import Random
from zoneinfo import ZoneInfo

import asyncpg
import duckdb
import psycopg
import pytest

from orchestration.cli.world.plan import WorldPlan
from orchestration.cli.world.run import OtherWorld, Words, WorldUnfinished, make_tenant, simulate
from orchestration.cli.world.service import LATE_SHARE, MEAN_LATE, MEAN_ON_TIME
from orchestration.cli.world.voices import Scribe
from tests.databases import fresh_database
from transactional.database import open_pools
from transactional.engine.committer import Committer
from transactional.fulfilment.breaches import open_compensations
from transactional.ledger.chain import seal
from transactional.ledger.verify import verify
from transactional.settings import WorkerSettings
from transactional.surveys.inviting import invite_members
from transactional.texts.sealing import unseal
from transactional.vault import SealBroken, Vault
from transactional.worker.job import JobContext

# Two months in which Double 11 lies, after a year of which the points of the first months have expired.
PLAN = WorldPlan(tenants=3, members=400, days=430, seed=11, until=date(2025, 11, 30))
SMALL = WorldPlan(tenants=1, members=120, days=60, seed=5, until=date(2025, 11, 30))
# The retailer: its points last a year.
NUMBER = 2
SHANGHAI = ZoneInfo("Asia/Shanghai")
# Without a model: what no model has scored has no sentiment.
SCRIBE = Scribe(Vault(bytes(32)), None)
WORDS = Words(bytes(32))

TRUTHS = (
    "demand", "members", "requests", "satisfaction", "items", "parcels", "chats", "reviews", "surveys",
    "authorisations", "suppliers", "campaigns", "deliveries", "invoices",
)  # fmt: skip

_databases = count(1)


@pytest.fixture(scope="module")
def world(module_database_url, tmp_path_factory):
    """A simulated retailer: the database's URL, the truth's folder, what was made."""
    truth = tmp_path_factory.mktemp("truth")
    days = []
    summary = asyncio.run(make_tenant(module_database_url, PLAN, NUMBER, truth, days.append, SCRIBE))
    assert days == list(range(1, PLAN.days + 1))
    return module_database_url, truth, summary


@pytest.fixture
def two_databases(postgres_server, template_database):
    """The URLs of two migrated databases."""
    names = [f"world_{next(_databases)}" for _ in range(2)]
    with ExitStack() as stack:
        yield [
            stack.enter_context(fresh_database(postgres_server, template_database, name)) for name in names
        ]


def fetch(url, query):
    with psycopg.connect(url) as connection:
        return connection.execute(query).fetchall()


def one(url, query):
    (row,) = fetch(url, query)
    return row[0] if len(row) == 1 else row


def truth_of(folder, query):
    with duckdb.connect() as connection:
        for table in TRUTHS:
            connection.execute(
                f"create view {table} as select * from read_parquet('{folder}/{table}/sim-retail.parquet')"
            )
        return connection.execute(query).fetchall()


async def test_the_ledger_verifies(world):
    connection = await asyncpg.connect(world[0])
    assert await seal(connection) > 5_000
    verified = await verify(connection)
    assert verified
    await connection.close()


def test_what_was_made_is_what_is_there(world):
    url, _, summary = world
    assert summary.redemptions == one(url, "select count(*) from mall.redemption") > 1_500
    assert summary.refusals == one(url, "select count(*) from mall.refusal")
    assert summary.events == one(url, "select count(*) from mall.event") > 3 * summary.redemptions
    assert summary.answers == one(url, "select count(*) from mall.feedback") > 100
    assert summary.members == one(url, "select count(*) from mall.member") == PLAN.members


def test_the_mall_knows_the_group_of_some_members_and_a_few_refuse(world):
    url, folder, _ = world
    groups = {"student": "young", "young_worker": "young"}
    segments = dict(truth_of(folder, "select member_id, segment from members"))
    known = dict(fetch(url, "select member_id::text, profile from mall.member where profile is not null"))
    assert known == {member: groups.get(segments[member], segments[member]) for member in known}
    assert 0.5 < len(known) / PLAN.members < 0.7
    refusing = one(url, "select count(*) from mall.member where not is_personalised")
    assert 0 < refusing / PLAN.members < 0.08


def test_stock_and_what_was_issued_are_what_was_received(world):
    broken = """
        select m.item_id, m.moved, coalesce(l.issued, 0) as issued, s.on_hand + s.allotted as there
        from (select item_id, sum(quantity) as moved from mall.stock_movement group by item_id) m
        left join (select item_id, sum(quantity) as issued from mall.redemption_line group by item_id) l using (item_id)
        join mall.stock s using (item_id)
        where m.moved - coalesce(l.issued, 0) <> s.on_hand + s.allotted
    """
    assert fetch(world[0], broken) == []
    assert (
        one(world[0], "select count(distinct item_id) from mall.stock_movement where reason = 'receipt'")
        == 240
    )


def test_goods_come_from_purchase_orders(world):
    url = world[0]
    statuses = dict(fetch(url, "select status, count(*) from mall.purchase_order group by status"))
    assert statuses.keys() <= {"ordered", "partially_received", "received"}
    assert statuses["received"] > 0.9 * sum(statuses.values())
    # What came in is what the orders' lines received, to the piece and the delivery.
    moved = (
        "select item_id, sum(quantity) from mall.stock_movement where reason = 'receipt' and reference <> 'opening' "
        "group by item_id order by 1"
    )
    lines = "select item_id, sum(received_quantity) from mall.purchase_order_line group by item_id having sum(received_quantity) > 0 order by 1"
    batches = "select item_id, sum(quantity) from mall.receipt_batch group by item_id having sum(quantity) > 0 order by 1"
    assert fetch(url, moved) == fetch(url, lines) == fetch(url, batches)
    parts, damaged, dated = one(
        url,
        "select count(*)::int, count(*) filter (where damaged_quantity > 0)::int, "
        "count(expires_on)::int from mall.receipt_batch",
    )
    assert parts > 500
    assert damaged > 0
    assert dated > 0
    # Warehouses hold what the shop has.
    apart = """
        select item_id from mall.stock s join (
            select item_id, sum(quantity) as lying from mall.warehouse_stock group by item_id) w using (item_id)
        where s.on_hand + s.allotted <> w.lying
    """
    assert fetch(url, apart) == []


def test_suppliers_keep_what_terms_promise(world):
    promised, worst, lines = one(
        world[0],
        """
        with came as (
            select l.expected_on, (o.ordered_at at time zone 'Asia/Shanghai')::date as ordered,
                min(b.received_at at time zone 'Asia/Shanghai')::date as arrived
            from mall.purchase_order_line l
            join mall.purchase_order o using (tenant_id, purchase_order_id)
            join mall.receipt_batch b using (tenant_id, purchase_order_id, line_no)
            where o.status = 'received' group by tenant_id, purchase_order_id, l.line_no, 1, 2)
        select avg((arrived <= expected_on)::int)::float, avg((arrived <= ordered + 14)::int)::float, count(*) from came
        """,
    )
    assert lines > 500
    assert promised == pytest.approx(0.83, abs=0.04)
    assert worst == pytest.approx(0.95, abs=0.02)


def test_the_truth_tells_why_deliveries_came_as_the_mall_saw_them(world):
    url, folder, _ = world
    seen = fetch(
        url,
        """
        select l.item_id::text, (o.ordered_at at time zone 'Asia/Shanghai')::date, s.code, l.quantity,
            array_agg((b.received_at at time zone 'Asia/Shanghai')::date order by b.received_at),
            sum(b.quantity)::int, sum(b.damaged_quantity)::int
        from mall.purchase_order_line l
        join mall.purchase_order o using (tenant_id, purchase_order_id)
        join mall.supplier s using (tenant_id, supplier_id)
        join mall.receipt_batch b using (tenant_id, purchase_order_id, line_no)
        where o.status = 'received' and o.created_by = 'simulated planner' group by 1, 2, 3, 4
        """,
    )
    truth = {
        (item, ordered): fate
        for item, ordered, *fate in truth_of(folder, "select * exclude (tenant_id) from deliveries")
    }
    for item, ordered, code, quantity, came, good, damaged in seen:
        supplier, pieces, usual, late, trouble, rest, rest_days, broken, is_failed = truth[item, ordered]
        first = ordered + timedelta(days=usual + late + trouble)
        assert came == ([first, first + timedelta(days=rest_days)] if rest else [first])
        assert (code, quantity, good, damaged) == (supplier, pieces, pieces - broken, broken)
        assert good == 0 or not is_failed
    assert len(seen) > 500
    fates = list(zip(*truth.values(), strict=True))
    assert all(any(fate) for fate in fates[3:])
    # Who is in trouble is late for weeks, and nobody else.
    ((trouble_of, begins, ends),) = truth_of(
        folder, "select code, trouble_from, trouble_until from suppliers where trouble_from is not null"
    )
    assert {(key[1] >= begins, key[1] <= ends, one[0]) for key, one in truth.items() if one[4]} == {
        (True, True, trouble_of)
    }


def test_members_ask_in_vain_for_every_reason(world):
    reasons = dict(fetch(world[0], "select reason, count(*) from mall.refusal group by reason"))
    assert {"out-of-stock", "insufficient-points", "risk-denied"} <= reasons.keys()
    requests = one(world[0], "select count(*) from mall.redemption") + reasons["out-of-stock"]
    assert 0.005 < reasons["out-of-stock"] / requests < 0.2


def test_demand_less_what_was_lost_was_redeemed(world):
    """Per item and business day, to the piece; what was refused for stock is part of what was lost."""
    url, folder, _ = world
    redeemed = fetch(
        url,
        """
        select l.item_id::text, (r.effective_at at time zone 'Asia/Shanghai')::date, sum(l.quantity)::bigint
        from mall.redemption r join mall.redemption_line l using (tenant_id, redemption_id) group by 1, 2
        """,
    )
    served = truth_of(folder, "select item_id, date::date, demand - lost from demand where demand > lost")
    assert sorted(served) == sorted(redeemed)
    # What rings ask for in vain is not demand.
    abusers = {member for (member,) in truth_of(folder, "select member_id from members where is_abuser")}
    refused = fetch(
        url,
        "select member_id::text, quantity from mall.refusal "
        "where reason in ('out-of-stock', 'flash-sale-sold-out')",
    )
    ((lost, unasked),) = truth_of(folder, "select sum(lost_refused), sum(lost_unasked) from demand")
    assert lost == sum(pieces for member, pieces in refused if member not in abusers) > 0
    assert unasked > 0


def test_satisfaction_depends_on_lateness_as_it_does_in_reality(world):
    url, folder, _ = world
    means = dict(truth_of(folder, "select is_late, avg(score) from satisfaction group by is_late"))
    assert means[False] == pytest.approx(MEAN_ON_TIME, abs=0.12)
    assert means[True] == pytest.approx(MEAN_LATE, abs=0.6)
    # What members said is what they thought.
    said = fetch(url, "select redemption_id::text, score from mall.feedback")
    thought = dict(truth_of(folder, "select redemption_id, score from satisfaction where is_answered"))
    assert said
    assert all(thought[redemption_id] == score for redemption_id, score in said)
    # And late is what came later than promised, by the mall's own stamps.
    delivered = """
        select redemption_id::text, shipped_at - paid_at > interval '48 hours'
            or delivered_at - shipped_at > interval '48 hours', delivered_at - shipped_at <= interval '72 hours'
        from mall.redemption where delivered_at is not null
    """
    late = dict(truth_of(folder, "select redemption_id, is_late from satisfaction"))
    for redemption_id, may_be_late, in_time_if_remote in fetch(url, delivered):
        if late.get(redemption_id):
            assert may_be_late
        elif redemption_id in late:
            assert in_time_if_remote


def test_orders_are_shipped_delivered_refunded_and_reviewed(world):
    statuses = dict(fetch(world[0], "select status, count(*) from mall.redemption group by status"))
    assert {"completed", "refunded", "cancelled"} <= statuses.keys()
    # Some are still on their way on the last day.
    assert {"allocated", "shipped", "delivered"} & statuses.keys()
    assert statuses["completed"] > 0.9 * sum(statuses.values())
    verdicts = dict(fetch(world[0], "select verdict, count(*) from mall.risk_assessment group by verdict"))
    assert verdicts["deny"] > 0
    wrong = """
        select count(*) from mall.redemption
        where shipped_at < paid_at or delivered_at < shipped_at or completed_at < delivered_at
    """
    assert one(world[0], wrong) == 0


def test_parcels_come_as_they_truly_came_however_often_their_carriers_told(world):
    """A push that was lost is made up for when the carrier is asked, and one that came twice changes nothing."""
    url, folder, _ = world
    ((lost, late, twice),) = truth_of(
        folder, "select sum(lost_pushes), sum(late_pushes), sum(duplicate_pushes) from parcels"
    )
    assert min(lost, late, twice) > 50
    told = fetch(
        url,
        "select shipment_id, count(*), count(distinct kind) from mall.shipment_event group by shipment_id",
    )
    assert all(events == kinds for _, events, kinds in told)
    # Of those that ended the mall knows all that truly happened, to the second.
    known = fetch(
        url,
        """
        select s.shipment_id::text, s.shipped_at, s.ended_at, s.status = 'lost', r.shipped_at, r.delivered_at
        from mall.shipment s join mall.redemption r using (tenant_id, redemption_id) where s.ended_at is not null
        """,
    )
    truly = {
        shipment: (shipped, ended, is_lost)
        for shipment, shipped, ended, is_lost in truth_of(
            folder, "select shipment_id, shipped_at, delivered_at, is_lost from parcels"
        )
    }
    for shipment, shipped, ended, is_lost, redemption_shipped, redemption_delivered in known:
        assert truly[shipment] == (shipped, ended, is_lost)
        assert redemption_shipped == shipped
        assert redemption_delivered == (None if is_lost else ended)
    assert len(known) > 0.97 * one(url, "select count(*) from mall.redemption where shipped_at is not null")


def test_promises_are_broken_as_often_as_orders_truly_are_late(world):
    url, folder, _ = world
    until = "timestamptz '2025-11-25 00:00:00+08'"
    ((late, share),) = truth_of(
        folder,
        f"select list(redemption_id) filter (is_late), avg(is_late::int) from parcels where delivered_at < {until}",
    )
    assert share == pytest.approx(LATE_SHARE, abs=0.015)
    # What was shipped late and then lost broke two promises.
    opened = fetch(
        url,
        f"select distinct redemption_id::text from mall.compensation c join mall.shipment s using (tenant_id, redemption_id) "
        f"where coalesce(s.ended_at, now()) < {until}",
    )
    assert sorted(opened) == sorted((redemption,) for redemption in late)
    parties = dict(
        fetch(url, "select clock, array_agg(distinct party) from mall.compensation group by clock")
    )
    assert parties == {"shipping": ["supplier"], "delivery": ["carrier"]}


async def test_the_worker_finds_no_other_broken_promise_when_the_world_ends(world):
    url = world[0]
    count = "select count(*) from mall.compensation"
    before = one(url, count)
    end = datetime(2025, 11, 30, 16, tzinfo=UTC)
    async with open_pools(url) as pools:
        context = JobContext(
            pools, Committer(pools.committer), lambda: end, WorkerSettings(database_url=url), Random(1)
        )
        assert await open_compensations(context) == 0
    assert one(url, count) == before


def test_members_complain_of_what_was_late_and_are_answered(world):
    url, folder, _ = world
    shares = dict(truth_of(folder, "select is_late, avg(has_complaint::int) from parcels group by is_late"))
    assert shares[True] > 5 * shares[False] > 0
    complaints = one(url, "select count(*) from mall.after_sales_case where type = 'complaint'")
    ((truly,),) = truth_of(
        folder, "select count(*) from parcels where has_complaint and delivered_at < '2025-11-29'"
    )
    assert complaints == pytest.approx(truly, abs=3)
    in_time, answered = one(
        url,
        "select count(*) filter (where answered_at <= due_at), count(*) from mall.after_sales_case "
        "where due_at < '2025-11-28'",
    )
    assert 0.9 < in_time / answered < 1
    # What a case gave back is what the ledger gave back, at the same moment.
    apart = """
        select redemption_id from (
            select redemption_id, closed_at as at from mall.after_sales_case where outcome = 'refund') c
        full join (select redemption_id, ended_at as at from mall.redemption where status = 'refunded') r
            using (redemption_id, at)
        where c.redemption_id is null or r.redemption_id is null
    """
    assert fetch(url, apart) == []


def test_months_are_invoiced_and_days_settled_the_night_after(world):
    url = world[0]
    invoices = fetch(
        url, "select month::text, waived_fen > 0, amount_fen > 0 from mall.invoice order by month"
    )
    assert [month for month, _, _ in invoices] == [
        f"{year}-{month:02d}-01" for year, months in ((2024, (9, 10, 11, 12)), (2025, range(1, 11))) for month in months
    ]  # fmt: skip
    # It went live on 27 September: a month from then on nothing is asked.
    assert [waived for _, waived, _ in invoices] == [True, True, *[False] * 12]
    assert all(asked for _, _, asked in invoices[1:])
    late = "select count(*) from mall.settlement_statement where stated_at > (day + 2)::timestamp at time zone 'Asia/Shanghai'"
    assert one(url, late) == 0
    owed, received = one(
        url,
        "select (select sum(owed_fen)::bigint from mall.settlement_statement), (select sum(b.quantity * l.unit_cost_fen)::bigint "
        "from mall.receipt_batch b join mall.purchase_order_line l using (tenant_id, purchase_order_id, line_no) "
        "where b.received_at < '2025-11-30 00:00+08')",
    )
    assert owed == received > 0


def test_invoices_are_paid_in_full_and_hardly_ever_late(world):
    url, folder, _ = world
    invoices = fetch(
        url,
        "select i.amount_fen - coalesce(sum(p.amount_fen), 0), i.due_on, i.issued_at, min(p.received_at), max(p.received_at) "
        "from mall.invoice i left join mall.invoice_payment p using (tenant_id, invoice_id) "
        "group by i.tenant_id, i.invoice_id order by i.month",
    )
    last = max(issued for _, _, issued, _, _ in invoices)
    paid = [one for one in invoices if one[2] < last - timedelta(days=70)]
    assert len(paid) >= 10
    assert {left for left, *_ in paid} == {0}
    assert all(first is None or issued < first for _, _, issued, first, _ in invoices)
    truly = {
        month: fate
        for month, *fate in truth_of(
            folder, "select month, paid_after_days, is_paid_late, is_paid_in_halves from invoices"
        )
    }
    for month, issued, due, payments, first in fetch(
        url,
        "select i.month, i.issued_at, i.due_on, count(p.*), min(p.received_at) from mall.invoice i "
        "join mall.invoice_payment p using (tenant_id, invoice_id) group by i.tenant_id, i.invoice_id",
    ):
        days, is_late, in_halves = truly[month]
        assert first == issued + timedelta(days=days, hours=8)
        assert is_late == (first.date() > due)
        assert payments == 2 if in_halves and first < last else payments == 1
    late = [received.date() > due for _, due, _, _, received in paid if received is not None]
    assert sum(late) / len(late) < 0.5
    # Nobody is told what is past.
    assert fetch(url, "select count(*) from mall.outbox where topic like 'invoice.%'") == [(0,)]


def test_flash_sales_are_sold_and_closed(world):
    url = world[0]
    assert one(url, "select count(*) from mall.redemption where mode = 'flash_sale'") > 20
    # All but those of the last day, if it had any; nothing stays set aside.
    assert one(url, "select count(*) from mall.flash_sale where closed_at is null") == 0
    assert one(url, "select sum(allotted)::bigint from mall.stock") == 0


def test_points_expire_in_time(world):
    url = world[0]
    assert one(url, "select count(*) from mall.transfer where kind = 'expire'") > 20
    overdue = "select count(*) from mall.lot where remaining_points > 0 and expires_on < date '2025-11-30'"
    assert one(url, overdue) == 0


def test_abusers_are_stopped_and_others_are_not(world):
    stopped = dict(
        truth_of(
            world[1],
            # Of those that the rules were asked about: what is out is refused before.
            "select is_abusive, avg((response_status = 403)::int) from requests where response_status in (201, 403) "
            "group by is_abusive",
        )
    )
    assert stopped[True] > 0.5
    assert stopped[False] < 0.005
    # The truth's keys are those of the mall, with the answers that were given.
    given = dict(
        fetch(world[0], "select key, response_status from mall.idempotency_key where operation = 'redeem'")
    )
    told = dict(truth_of(world[1], "select idempotency_key, response_status from requests"))
    assert told == given


def test_activity_and_consumption_are_plausible(world):
    url = world[0]
    active = """
        select avg(n)::float from (
            select count(distinct member_id) as n from mall.event
            where occurred_at >= '2025-01-01' and occurred_at < '2025-11-01' group by date_trunc('month', occurred_at)
        ) months
    """
    assert 0.15 < one(url, active) / PLAN.members < 0.7
    issued, spent = one(
        url,
        "select sum(amount) filter (where kind in ('earn', 'grant'))::float, "
        "-sum(amount) filter (where kind in ('redeem', 'refund'))::float "
        "from mall.entry join mall.transfer using (tenant_id, transfer_id) where lot_id is not null",
    )
    assert 0.4 < spent / issued < 0.95


def test_festivals_sell_most(world):
    """On 618, Double 11 and Double 12 twice what is wanted on a usual day, rings left out."""
    ((festive, usual),) = truth_of(
        world[1],
        """
        with days as (select date::date as day, sum(demand - abusive) as pieces from demand group by all)
        select avg(pieces) filter (day in ('2025-06-18', '2025-11-11', '2024-12-12')), avg(pieces) from days
        """,
    )
    assert festive > 1.6 * usual


def test_the_same_seed_makes_the_same_world(two_databases, tmp_path):
    tables = {
        "tenant": "tenant_id, code",
        "member": "member_id, external_ref, registered_at, profile, is_personalised",
        "item": "item_id, code, name, category, kind, class",
        "redemption": "redemption_id, member_id, status, points, effective_at, shipped_at, delivered_at",
        "transfer": "transfer_id, kind, member_id, effective_at",
        "entry": "transfer_id, entry_no, account_id, lot_id, amount, balance_after",
        "refusal": "refusal_id, member_id, reason, item_id, effective_at",
        "outbox": "outbox_id, topic, subject_id, payload::text",
        "event": "event_id, member_id, kind, item_id, occurred_at",
        "feedback": "feedback_id, redemption_id, score, answered_at",
        "supplier": "code, name",
        "supplier_terms": "item_id, lead_time_days, worst_lead_time_days, min_order_quantity, pack_size, unit_cost_fen",
        "purchase_order": "purchase_order_id, reference, status, ordered_at, received_at",
        "purchase_order_line": "purchase_order_id, line_no, item_id, quantity, received_quantity, damaged_quantity",
        "receipt_batch": "receipt_id, batch_no, item_id, quantity, damaged_quantity, expires_on, received_at",
        "warehouse_movement": "item_id, quantity, reason, effective_at",
        "shipment": "shipment_id, redemption_id, carrier, tracking_number, province, status, shipped_at, delivered_at",
        "shipment_event": "shipment_id, event_key, occurred_at, source",
        "compensation": "compensation_id, clock, subject_id, party, opened_at",
        "after_sales_case": "case_id, redemption_id, type, reason, opened_at, answered_at, outcome, closed_at",
        "fee": "month, line_code, quantity, amount_fen, waived_fen",
        "invoice": "number, amount_fen, issued_at",
        "settlement_statement": "statement_id, day, owed_fen, stated_at",
        "chat": "chat_id, member_id, redemption_id, case_id, started_at, ended_at, text_length, topic",
        "item_review": "review_id, redemption_id, stars, written_at, text_length, topic",
        "survey_response": "survey_id, member_id, redemption_id, answered_at",
        "campaign": "campaign_id, kind, reference, starts_at, ends_at, budget_points, used_points",
        "campaign_use": "cause_id, kind, line_no, campaign_id, member_id, points, effective_at",
        "supplier_document": "kind, number, valid_from, expires_on, verified_at, rejected_at, is_forged",
        "supplier_trial": "purchase_order_id, begun_at, quantity, delivered_quantity, result, judged_at",
        "supplier_suspension": "failed_gate, reason, suspended_at, lifted_at",
        "offer": "item_id, listed_from, listed_until, planned_until, authorised_until",
        "member_consent": "member_id, purpose, is_given, told_at",
        "onboarding": "applied_on, configured_on, tested_on, live_on",
    }

    def run(url, plan, folder):
        asyncio.run(make_tenant(url, plan, 0, tmp_path / folder, lambda day: None, SCRIBE))
        rows = {t: sorted(fetch(url, f"select {c} from mall.{t}"), key=str) for t, c in tables.items()}
        files = {
            file.name: duckdb.sql(f"select * from '{file}'").fetchall()
            for file in sorted((tmp_path / folder).rglob("*.parquet"))
        }
        return rows, files

    first = run(two_databases[0], SMALL, "first")
    assert all(first[0].values())
    assert run(two_databases[1], SMALL, "second") == first


def test_another_seed_makes_another_world(database_url, world, tmp_path):
    other = WorldPlan(**{**vars(SMALL), "seed": 6})
    asyncio.run(make_tenant(database_url, other, 0, tmp_path, lambda day: None, SCRIBE))
    codes = fetch(database_url, "select tenant_id from mall.tenant")
    assert codes != fetch(world[0], "select tenant_id from mall.tenant")


def test_a_world_is_made_once_by_several_processes(database_url, tmp_path):
    plan = WorldPlan(2, 60, 40, 3, date(2025, 11, 30))
    told = []
    made = simulate(
        database_url, plan, tmp_path / "truth", WORDS, lambda done, total: told.append((done, total))
    )
    assert [summary.code for summary in made] == ["sim-bank", "sim-airline"]
    assert told[-1] == (80, 80)
    kept = json.loads((tmp_path / "truth" / "parameters.json").read_text())
    assert kept["parameters"]["late_share"]["value"] == pytest.approx(0.0807, abs=5e-5)
    assert all(parameter["source"] for parameter in kept["parameters"].values())
    before = one(database_url, "select count(*) from mall.entry")
    assert simulate(database_url, plan, tmp_path / "truth", WORDS, lambda done, total: None) is None
    other = WorldPlan(2, 61, 40, 3, date(2025, 11, 30))
    with pytest.raises(OtherWorld, match="of 2 tenants and 60 members each until 2025-11-30; simulate into"):
        simulate(database_url, other, tmp_path / "truth", WORDS, print)
    with pytest.raises(WorldUnfinished, match=r"an unfinished simulated world \(sim-bank, sim-airline\)"):
        simulate(database_url, other, tmp_path / "elsewhere", WORDS, print)
    assert one(database_url, "select count(*) from mall.entry") == before


def test_the_command_says_that_the_world_is_there(database_url, tmp_path):
    def simulate_again():
        done = subprocess.run(
            [sys.executable, "-m", "orchestration.cli", "simulate", "--tenants", "1", "--members", "20",
             "--days", "40", "--until", "2025-11-30"],
            capture_output=True, text=True, check=True, timeout=120,
            env={**os.environ, "POINTMART_DATABASE_URL": database_url, "POINTMART_DATA_DIR": str(tmp_path), "COLUMNS": "400"},
        )  # fmt: skip
        return done.stdout.splitlines()[-1]

    assert simulate_again().startswith("1 tenant from 2025-10-22 to 2025-11-30: ")
    assert simulate_again() == f"The simulated world is there already; its truth is in {tmp_path}/truth."


def test_what_members_say_follows_from_what_happened(world):
    url, folder, _ = world
    assert dict(truth_of(folder, "select chat_id, count(*) from chats group by 1")) == {
        chat: 1 for (chat,) in fetch(url, "select chat_id::text from mall.chat")
    }
    of_case = truth_of(folder, "select happened, mood, chat_id from chats")
    reasons = dict(
        fetch(
            url,
            "select chat_id::text, c.reason from mall.chat join mall.after_sales_case c using (tenant_id, case_id)",
        )
    )
    said = {
        "late": {"late"}, "not_received": {"lost"}, "damaged": {"broken"}, "missing": {"missing"},
        "wrong_item": {"wrong"}, "not_as_described": {"wrong"}, "other": {"asked"},
    }  # fmt: skip
    assert reasons
    for happened, _, chat in of_case:
        assert chat not in reasons or happened in said[reasons[chat]]
    assert {happened for happened, _, chat in of_case if chat not in reasons} <= {"good", "asked"}
    angry = [mood == "negative" for happened, mood, _ in of_case if happened not in ("good", "asked")]
    pleased = [mood == "positive" for happened, mood, _ in of_case if happened == "good"]
    assert sum(angry) > 0.5 * len(angry) > 5
    assert sum(pleased) > 0.5 * len(pleased) > 3


def test_texts_are_sealed_and_open_with_the_installations_key(world):
    url = world[0]
    opened = [
        unseal(SCRIBE.vault, sealed, "chat", *place)
        for sealed, *place in fetch(
            url, "select sealed_text, tenant_id, chat_id, message_no from mall.chat_message"
        )
    ]
    assert len(opened) > 100
    assert any("快递" in text for text in opened)
    ((_, sealed, *place), *_) = fetch(
        url,
        "select text_length, sealed_text, tenant_id, review_id from mall.item_review where sealed_text is not null",
    )
    with pytest.raises(SealBroken):
        unseal(Vault(bytes([1] * 32)), sealed, "review", *place)
    assert one(url, "select count(*) from mall.chat where sentiment is not null or language <> 'zh'") == 0


def test_reviews_come_from_who_has_the_item_and_surveys_from_who_was_asked(world):
    url, folder, _ = world
    early = """
        select count(*) from mall.item_review w join mall.redemption r using (tenant_id, redemption_id)
        where w.written_at < coalesce(r.delivered_at, r.completed_at) or r.status not in ('delivered', 'completed')
    """
    assert one(url, early) == 0
    stars = dict(truth_of(folder, "select review_id, stars from reviews"))
    assert stars == dict(fetch(url, "select review_id::text, stars from mall.item_review"))
    assert len(stars) > 50
    # Each survey asks once, about an order that was completed, and what is answered counts as feedback.
    responses = one(url, "select count(*) from mall.survey_response")
    assert responses == one(url, "select count(*) from mall.feedback where channel = 'survey'") > 30
    unasked = """
        select count(*) from mall.survey_response s left join mall.survey_invitation i
            using (tenant_id, survey_id, member_id, redemption_id)
        where i.invited_at is null or i.invited_at > s.answered_at
    """
    assert one(url, unasked) == 0
    assert one(url, "select count(*) from mall.survey where ended_at is null") == 1


async def test_the_worker_asks_nobody_again_when_the_world_ends(world):
    url = world[0]
    before = one(url, "select count(*) from mall.survey_invitation")
    end = datetime(2025, 11, 30, 16, tzinfo=UTC)
    async with open_pools(url) as pools:
        context = JobContext(
            pools, Committer(pools.committer), lambda: end, WorkerSettings(database_url=url), Random(1)
        )
        assert await invite_members(context) == 0
    assert one(url, "select count(*) from mall.survey_invitation") == before > 100


def test_a_forged_authorisation_suspends_its_supplier_and_ends_its_brand_at_once(world):
    url, folder, _ = world
    ((number, found_out, brand),) = truth_of(
        folder, "select number, found_out_on, brand from authorisations where is_forged"
    )
    rejected, suspended, lifted, supplier_id = one(
        url,
        f"""
        select d.rejected_at, s.suspended_at, s.lifted_at, d.supplier_id from mall.supplier_document d
        join mall.supplier_suspension s using (tenant_id, supplier_id)
        where d.number = '{number}' and d.is_forged and s.failed_gate = 'documents'
        """,
    )
    assert (rejected.astimezone(SHANGHAI).date(), (suspended - rejected).microseconds) == (found_out, 1)
    until = lifted or datetime(2025, 12, 1, tzinfo=UTC)
    # Nothing of the brand is redeemed and nothing is ordered from the supplier while it is suspended.
    sold = f"""
        select count(*) from mall.redemption r join mall.redemption_line l using (tenant_id, redemption_id)
        join mall.item i using (item_id) join mall.brand b using (brand_id)
        where b.code = '{brand}' and r.effective_at between '{rejected}' and '{until}'
    """
    assert one(url, sold) == 0
    assert one(url, sold.replace("between", "not between")) > 0
    ordered = f"""
        select count(*) from mall.purchase_order
        where supplier_id = '{supplier_id}' and ordered_at between '{suspended}' and '{until}'
    """
    assert one(url, ordered) == 0
    assert one(url, ordered.replace("between", "not between")) > 0


def test_what_is_ordered_may_be_sold_by_who_it_is_ordered_of(world):
    wrong = """
        select count(*) from mall.purchase_order o
        join mall.purchase_order_line l using (tenant_id, purchase_order_id)
        join mall.item i using (item_id)
        where i.brand_id is not null and mall.is_brand_demanded(o.tenant_id, i.brand_id) and not exists (
            select from mall.supplier_document d
            where d.tenant_id = o.tenant_id and d.supplier_id = o.supplier_id and d.brand_id = i.brand_id
                and d.verified_at < o.ordered_at and coalesce(d.rejected_at, 'infinity') > o.ordered_at
                and (o.ordered_at at time zone 'Asia/Shanghai')::date between d.valid_from and d.expires_on)
    """
    assert one(world[0], wrong) == 0


def test_newcomers_are_let_in_by_what_they_did(world):
    url, folder, _ = world
    keeps = dict(truth_of(folder, "select code, keeps_promises from suppliers where is_newcomer"))
    rows = fetch(
        url,
        """
        select s.code, t.result, t.delivered_quantity, s.status, s.is_gated,
            mall.supplier_standing(s.tenant_id, s.supplier_id, date '2025-11-30')
        from mall.supplier s join mall.supplier_trial t using (tenant_id, supplier_id) order by s.code
        """,
    )
    assert rows == [
        ("bargain-outlet", "failed", 0, "suspended", True, "suspended"),
        ("card-direct", "passed", 500, "active", True, "active"),
    ]
    assert keeps == {"bargain-outlet": False, "card-direct": True}
    samples = dict(
        fetch(
            url,
            "select result, count(*) from mall.supplier_sample join mall.supplier using (tenant_id, supplier_id) group by 1",
        )
    )
    assert samples == {"failed": 1, "passed": 2}
    # It sells from then on, beside who sold before.
    later = """
        select count(*) from mall.purchase_order o join mall.supplier s using (tenant_id, supplier_id)
        where s.code = '{}' and not exists (select from mall.supplier_trial t where t.purchase_order_id = o.purchase_order_id)
    """
    assert one(url, later.format("card-direct")) > 3
    assert one(url, later.format("bargain-outlet")) == 0


def test_campaigns_give_out_of_their_budgets_and_what_comes_back_is_put_back(world):
    url, folder, _ = world
    kinds = dict(fetch(url, "select kind, count(*) from mall.campaign group by kind"))
    assert kinds == dict(truth_of(folder, "select kind, count(*) from campaigns group by kind"))
    assert kinds.keys() == {"member_day", "festival", "new_item", "flash_sale"}
    apart = """
        select c.reference from mall.campaign c
        left join mall.campaign_use u using (tenant_id, campaign_id)
        group by c.tenant_id, c.campaign_id having c.used_points <> coalesce(sum(u.points), 0)
    """
    assert fetch(url, apart) == []
    given = dict(fetch(url, "select kind, sum(points)::bigint from mall.campaign_use group by kind"))
    assert given["extra"] > 0
    assert given["discount"] > -given.get("discount_back", 0) >= 0
    # Extra points are as many as were earned on the member's day, as long as the budget lasts.
    wrong = """
        select count(*) from mall.campaign_use u
        join mall.campaign c using (tenant_id, campaign_id)
        where u.kind = 'extra' and (u.effective_at at time zone 'Asia/Shanghai')::date <> all (c.member_days)
    """
    assert one(url, wrong) == 0
    spent, unspent = one(
        url,
        "select count(*) filter (where used_points > 0.9 * budget_points)::int, count(*) filter (where used_points < 0.9 * budget_points)::int "
        "from mall.campaign where budget_points is not null",
    )
    assert min(spent, unspent) > 0
    over = "select count(*) from mall.campaign where ended_at is null and ends_at < '2025-11-30 00:00+08'"
    assert one(url, over) == 0


def test_consents_are_those_that_the_members_records_rest_on(world):
    url = world[0]
    profiled = "select count(*) from mall.member where profile is not null"
    assert one(url, profiled) == one(
        url, "select count(*) from mall.member_consent where purpose = 'profiling' and is_given"
    )
    refusing = "select member_id from mall.member_consent where purpose = 'personalisation' and not is_given order by 1"
    assert fetch(url, refusing) == fetch(
        url, "select member_id from mall.member where not is_personalised order by 1"
    )
    withdrawn = """
        select count(*) from mall.member_consent w join mall.member_consent g using (tenant_id, member_id, purpose)
        where not w.is_given and g.is_given and w.told_at > g.told_at and w.recorded_at > g.recorded_at
    """
    assert one(url, withdrawn) > 0
