"""What was paid on invoices: recorded once, never more than is left, and told when nothing is, or when it is late."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import asyncpg
import pytest

from tests.transactional.conftest import open_shop
from tests.transactional.money.slow_invoice import Paper
from tests.transactional.money.test_invoices import APRIL, issue, month
from transactional.clock import business_date
from transactional.invoices.jobs import tell_overdue
from transactional.settings import WorkerSettings
from transactional.worker.job import JobContext

__all__ = ["issue", "month"]

ASKED = 350_100
TENTH = "2026-04-01T11:00:00+08:00"
LAST_DAY = datetime(2026, 5, 1, 15, 59, tzinfo=UTC)


@pytest.fixture
async def invoice(issue, month):
    return (await issue()).json()


@pytest.fixture
def act(operator, shop, invoice):
    """Does something about the invoice as an operator: `payments` or `credit-notes`."""

    async def act(what, reference, fen, **more):
        body = {"reference": reference, "amount_fen": fen} | (
            {"received_at": TENTH, "recorded_by": "wu.min"}
            if what == "payments"
            else {"reason": "故障", "issued_by": "wu.min"}
        )
        url = f"/v1/platform/tenants/{shop.tenant_id}/invoices/{invoice['invoice_id']}/{what}"
        return await operator.post(url, json=body | more)

    return act


async def told(owner):
    rows = await owner.fetch(
        "select topic, payload ->> 'remaining_fen' as remaining_fen from mall.outbox where topic like 'invoice.%' "
        "order by outbox_id"
    )
    return [(row["topic"], int(row["remaining_fen"])) for row in rows]


async def test_an_invoice_is_paid_in_parts_and_told_when_nothing_is_left(act, client, invoice, owner):
    assert (invoice["state"], invoice["paid_fen"], invoice["remaining_fen"]) == ("issued", 0, ASKED)
    part = await act("payments", "b-1", 100_000)
    assert part.status_code == 201, part.text
    assert (part.json()["state"], part.json()["remaining_fen"]) == ("partially_paid", 250_100)
    rest = (await act("payments", "b-2", 250_100)).json()
    assert (rest["state"], rest["paid_fen"], rest["remaining_fen"]) == ("paid", ASKED, 0)
    assert [(one["reference"], one["amount_fen"]) for one in rest["payments"]] == [
        ("b-1", 100_000), ("b-2", 250_100),
    ]  # fmt: skip
    (listed,) = (await client.get("/v1/invoices")).json()["invoices"]
    assert listed["state"] == "paid"
    assert await told(owner) == [("invoice.issued", ASKED), ("invoice.paid", 0)]


async def test_a_payment_counts_once(act, owner):
    first = await act("payments", "b-1", 100_000)
    again = await act("payments", "b-1", 100_000)
    assert (again.status_code, again.json()) == (200, first.json())
    for other in ({"amount_fen": 99_999}, {"received_at": "2026-04-01T11:00:01+08:00"}):
        refused = await act("payments", "b-1", 100_000, **other)
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:pointmart:problem:payment-exists")
    assert await owner.fetchval("select sum(amount_fen) from mall.invoice_payment") == 100_000


async def test_more_than_is_left_is_refused_by_route_and_table(act, owner):
    refused = await act("payments", "b-1", ASKED + 1)
    assert (refused.json()["type"], refused.json()["left_fen"]) == (
        "urn:pointmart:problem:payment-too-large", ASKED,
    )  # fmt: skip
    assert (await act("payments", "b-1", -1)).json()["type"] == "urn:pointmart:problem:payment-too-large"
    assert (await act("payments", "b-1", 0)).status_code == 422
    await act("payments", "b-1", ASKED)
    insert = (
        "insert into mall.invoice_payment (tenant_id, invoice_id, reference, amount_fen, received_at, recorded_by, "
        "noted_at) select tenant_id, invoice_id, 'x', {}, now(), 'x', now() from mall.invoice"
    )
    for fen in (1, -1):
        with pytest.raises(asyncpg.CheckViolationError, match="more is paid"):
            await owner.execute(insert.format(fen))
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await owner.execute("delete from mall.invoice_payment")


async def test_what_a_credit_note_gives_back_of_what_was_paid_is_paid_back(act, owner):
    await act("payments", "b-1", ASKED)
    credited = (await act("credit-notes", "c-1", 100)).json()
    assert (credited["state"], credited["remaining_fen"]) == ("paid", -100)
    assert (await act("payments", "b-2", -101)).json()["left_fen"] == -100
    back = (await act("payments", "b-2", -100)).json()
    assert (back["paid_fen"], back["remaining_fen"]) == (ASKED - 100, 0)
    assert [topic for topic, _ in await told(owner)] == ["invoice.issued", "invoice.paid"]


async def test_a_credit_note_over_what_is_left_pays_an_invoice_too(act, owner):
    await act("payments", "b-1", 350_000)
    assert (await act("credit-notes", "c-1", 100)).json()["state"] == "paid"
    assert (await told(owner))[-1] == ("invoice.paid", 0)


async def test_a_payment_of_tomorrow_is_refused(act):
    late = await act("payments", "b-1", 1, received_at="2026-04-02T11:00:00+08:00")
    assert (late.status_code, late.json()["type"]) == (422, "urn:pointmart:problem:invalid-request")


async def test_a_dry_run_records_nothing(act, operator, shop, invoice, owner):
    url = f"/v1/platform/tenants/{shop.tenant_id}/invoices/{invoice['invoice_id']}/payments?dry_run=true"
    body = {"reference": "b", "amount_fen": ASKED, "received_at": TENTH, "recorded_by": "wu.min"}
    assert (await operator.post(url, json=body)).json()["state"] == "paid"
    assert await owner.fetchval("select count(*) from mall.invoice_payment") == 0


async def test_what_is_late_is_told_once(act, app, owner, clock, client, invoice):
    await act("payments", "b-1", 100)
    context = JobContext(
        app.state.pools, app.state.committer, clock, WorkerSettings(database_url="x"), Random(1)
    )
    clock.now = LAST_DAY
    await tell_overdue(context)
    assert (await client.get("/v1/invoices")).json()["invoices"][0]["state"] == "partially_paid"
    assert len(await told(owner)) == 1
    clock.now = LAST_DAY + timedelta(minutes=1)
    for _ in range(2):
        await tell_overdue(context)
    assert (await told(owner))[1:] == [("invoice.overdue", ASKED - 100)]
    assert (await client.get("/v1/invoices")).json()["invoices"][0]["state"] == "overdue"
    assert (await act("payments", "b-2", ASKED - 100)).json()["state"] == "paid"


async def test_what_is_paid_is_never_late(act, app, owner, clock):
    await act("payments", "b-1", ASKED)
    clock.now = LAST_DAY + timedelta(days=9)
    await tell_overdue(
        JobContext(app.state.pools, app.state.committer, clock, WorkerSettings(database_url="x"), Random(1))
    )
    assert [topic for topic, _ in await told(owner)] == ["invoice.issued", "invoice.paid"]


async def test_a_contract_says_within_how_many_days(operator, shop, month, issue, clock):
    url = f"/v1/platform/tenants/{shop.tenant_id}/payment-terms"
    for days, day in ((10, "2026-03-01"), (45, "2026-04-02")):
        body = {"days": days, "valid_from": day, "set_by": "wu.min"}
        assert (await operator.put(url, json=body)).status_code == 200
    other = await operator.put(url, json={"days": 11, "valid_from": "2026-03-01", "set_by": "x"})
    assert (other.status_code, other.json()["type"]) == (409, "urn:pointmart:problem:payment-term-exists")
    terms = (await operator.get(url)).json()["terms"]
    assert [(one["valid_from"], one["days"]) for one in terms] == [("2026-03-01", 10), ("2026-04-02", 45)]
    assert (await issue()).json()["due_on"] == "2026-04-11"
    clock.now = APRIL + timedelta(days=40)
    assert (await issue()).json()["due_on"] == "2026-04-11"
    assert (await issue("2026-04")).json()["due_on"] == "2026-06-25"


async def test_any_sequence_leaves_what_the_bookkeeper_has(act, invoice, owner, clock, client):
    """Payments, credit notes and what is paid back, small, exact and too large, over the last day to pay."""
    paper, chance = Paper(invoice["amount_fen"], date.fromisoformat(invoice["due_on"])), Random(11)
    seen = set()
    for step in range(120):
        clock.now += timedelta(hours=chance.randint(0, 12))
        left = abs(paper.left) or 5_000
        fen = max(1, chance.choice([left // 5, left // 3, left, left, left + 1, chance.randint(1, 9_000)]))
        kind = chance.choice(["receive", "receive", "repay", "repay", "credit"])
        fen = fen // 9 + 1 if kind == "credit" else fen
        is_right = getattr(paper, kind)(fen)
        what = "credit-notes" if kind == "credit" else "payments"
        answer = await act(what, f"r-{step}", -fen if kind == "repay" else fen)
        assert (answer.status_code == 201) is is_right, (step, kind, fen, answer.text)
        shown = (await client.get(f"/v1/invoices/{invoice['invoice_id']}")).json()
        assert shown["paid_fen"] + shown["credited_fen"] + shown["remaining_fen"] == paper.asked
        assert (shown["credited_fen"], shown["remaining_fen"]) == (paper.total("credit"), paper.left)
        assert shown["state"] == paper.state(business_date(clock.now))
        landed = await owner.fetchrow("select credited_fen, paid_fen from export.invoice")
        assert (landed["credited_fen"], landed["paid_fen"]) == (shown["credited_fen"], shown["paid_fen"])
        seen |= {(kind, is_right), shown["state"]}
    assert seen >= {
        ("receive", True),
        ("receive", False),
        ("repay", True),
        ("repay", False),
        ("credit", True),
    }
    assert seen >= {"partially_paid", "paid"}


FILE = "账单号,流水号,金额（元）,到账时间\nacorn-202603,b-1,1000.00,2026-04-01 09:30:00\n"


async def upload(operator, text, query=""):
    return await operator.post(
        f"/v1/platform/invoice-payments/import?recorded_by=wu.min{query}", content=text.encode("gb18030")
    )


async def test_a_banks_file_is_recorded_whole_and_once(operator, invoice, owner, client):
    text = FILE + "acorn-202603,b-2,2501.00,2026-04-01T10:00:00+08:00\n"
    dry = await upload(operator, text, "&dry_run=true")
    assert dry.json() == {"recorded": 2, "known": 0}
    assert await owner.fetchval("select count(*) from mall.invoice_payment") == 0
    assert (await upload(operator, text)).json() == {"recorded": 2, "known": 0}
    assert (await upload(operator, text)).json() == {"recorded": 0, "known": 2}
    (listed,) = (await client.get("/v1/invoices")).json()["invoices"]
    assert (listed["state"], listed["remaining_fen"]) == ("paid", 0)
    first = await owner.fetchval("select received_at from mall.invoice_payment where reference = 'b-1'")
    assert first == datetime(2026, 4, 1, 1, 30, tzinfo=UTC)
    assert (await told(owner))[-1] == ("invoice.paid", 0)


async def test_of_a_file_with_a_wrong_row_nothing_is_recorded(operator, invoice, owner):
    text = FILE + "acorn-209901,b-2,1,2026-04-01 10:00:00\nacorn-202603,b-3,2501.01,2026-04-01 10:00:00\n"
    refused = await upload(operator, text)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:pointmart:problem:rows-refused")
    assert [row["row"] for row in refused.json()["rows"]] == [2, 3]
    assert "250100 fen of this invoice are left" in refused.json()["rows"][1]["problem"]
    assert await owner.fetchval("select count(*) from mall.invoice_payment") == 0
    malformed = await upload(operator, FILE + "acorn-202603,b-2,0.00,2026-04-01 10:00:00\n")
    assert [(row["row"], row["column"]) for row in malformed.json()["rows"]] == [(2, "amount_yuan")]


async def test_a_file_holds_payments_of_several_tenants(operator, invoice, owner, shop):
    other = await open_shop(owner, "birch")
    async with owner.transaction():
        await owner.execute("set local session_replication_role = replica")
        await owner.execute(
            "insert into mall.invoice (tenant_id, number, month, fees, amount_fen, waived_fen, issued_at, due_on) "
            "values ($1, 'birch-202603', '2026-03-01', 1, 500, 0, now(), '2026-05-01')",
            other.tenant_id,
        )
    text = FILE + "birch-202603,b-1,5,2026-04-01 10:00:00\n"
    assert (await upload(operator, text)).json() == {"recorded": 2, "known": 0}
    paid = await owner.fetch("select tenant_id, amount_fen from mall.invoice_payment order by amount_fen")
    assert [tuple(row) for row in paid] == [(other.tenant_id, 500), (shop.tenant_id, 100_000)]
