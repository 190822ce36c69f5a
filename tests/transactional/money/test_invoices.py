"""Invoices are issued once, sum to their fees, and are never changed; credit notes give back no more than was asked."""

from datetime import UTC, datetime
from random import Random

import asyncpg
import pytest

from tests.transactional.conftest import open_shop
from tests.transactional.money.test_fees import CHARGE
from transactional.invoices.jobs import issue_due
from transactional.settings import WorkerSettings
from transactional.worker.job import JobContext

APRIL = datetime(2026, 4, 1, 4, 0, tzinfo=UTC)


@pytest.fixture
def issue(operator, shop):
    async def issue(month="2026-03", query=""):
        return await operator.post(
            f"/v1/platform/tenants/{shop.tenant_id}/invoices{query}", json={"month": month}
        )

    return issue


@pytest.fixture
async def month(client, shop, confirmed, operator, clock):
    """March: two redemptions completed and one charge by hand; it is April now."""
    await client.earn(shop.member, 2000, "e")
    for key in ("r1", "r2"):
        assert (await client.redeem(shop.member, key, (shop.card, 1))).json()["status"] == "completed"
    await operator.post(f"/v1/platform/tenants/{shop.tenant_id}/fees", json=CHARGE)
    clock.now = APRIL


async def test_a_month_is_invoiced_once_with_what_was_measured(issue, month, client, owner):
    made = await issue()
    assert made.status_code == 201, made.text
    told = made.json()
    assert {fee["line_code"]: (fee["quantity"], fee["due_fen"]) for fee in told["fees"]} == {
        "platform": (31, 310_000), "order": (2, 100), "cash": (0, 0), "artwork": (2, 40_000),
    }  # fmt: skip
    assert told["amount_fen"] == sum(fee["due_fen"] for fee in told["fees"]) == 350_100
    assert (told["number"], told["fee_count"], told["due_on"]) == ("acorn-202603", 4, "2026-05-01")
    again = await issue()
    assert (again.status_code, again.json()) == (200, told)
    assert (await client.get(f"/v1/invoices/{told['invoice_id']}")).json() == told
    (listed,) = (await client.get("/v1/invoices")).json()["invoices"]
    assert listed["invoice_id"] == told["invoice_id"]


async def test_test_members_cost_nothing(issue, month, owner):
    await owner.execute("update mall.member set is_test = true")
    fees = {fee["line_code"]: fee["quantity"] for fee in (await issue()).json()["fees"]}
    assert fees["order"] == 0


async def test_a_month_that_is_not_over_is_not_invoiced(issue, confirmed, clock):
    assert (await issue()).json()["type"] == "urn:pointmart:problem:month-not-over"
    clock.now = datetime(2026, 3, 31, 15, 59, tzinfo=UTC)
    assert (await issue()).status_code == 409
    clock.now = datetime(2026, 3, 31, 16, 0, tzinfo=UTC)
    assert (await issue()).status_code == 201


async def test_the_first_month_is_waived_by_days(issue, month, owner):
    await owner.execute("update mall.tenant set live_on = '2026-02-15'")
    told = (await issue()).json()
    waived = {fee["first_day"]: fee["waived_fen"] for fee in told["fees"] if fee["line_code"] == "platform"}
    assert waived == {"2026-03-01": 140_000, "2026-03-15": 0}
    assert (told["amount_fen"], told["waived_fen"]) == (210_000, 140_100)


async def test_what_was_invoiced_is_never_changed(issue, month, operator, shop, owner):
    invoice = (await issue()).json()
    late = await operator.post(
        f"/v1/platform/tenants/{shop.tenant_id}/fees",
        json=CHARGE | {"reference": "late", "day": "2026-03-31"},
    )
    assert late.json()["type"] == "urn:pointmart:problem:month-invoiced"
    for table in (
        "invoice",
        "invoice_line",
        "fee",
        "credit_note",
        "fee_confirmation",
        "tariff",
        "tariff_line",
    ):
        if await owner.fetchval(f"select count(*) from mall.{table}"):
            with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
                await owner.execute(f"delete from mall.{table}")
    with pytest.raises(asyncpg.CheckViolationError, match="was invoiced"):
        await owner.execute(
            "insert into mall.fee (tenant_id, reference, month, tariff_id, line_code, confirmed_on, first_day, last_day, "
            "quantity, amount_fen, charged_by, charged_at) select tenant_id, 'y', month, tariff_id, line_code, confirmed_on, "
            "first_day, last_day, quantity, amount_fen, charged_by, charged_at from mall.fee limit 1"
        )
    assert invoice["credit_notes"] == []


async def test_the_database_takes_no_invoice_that_does_not_sum_to_its_fees(issue, month, owner):
    await issue()
    with pytest.raises(asyncpg.CheckViolationError, match="does not sum"):
        await owner.execute(
            "insert into mall.invoice (tenant_id, number, month, fees, amount_fen, waived_fen, issued_at, due_on) "
            "select tenant_id, 'x', '2026-04-01', 0, 1, 0, now(), '2026-05-01' from mall.tenant"
        )


async def test_credit_notes_give_back_what_was_asked_at_most(issue, month, operator, shop, owner):
    invoice = (await issue()).json()
    url = f"/v1/platform/tenants/{shop.tenant_id}/invoices/{invoice['invoice_id']}/credit-notes"
    note = {"reference": "c-1", "amount_fen": 350_000, "reason": "故障", "issued_by": "wu.min"}
    given = await operator.post(url, json=note)
    assert given.status_code == 201, given.text
    changed = {"credited_fen": 0, "remaining_fen": 350_100, "credit_notes": []}
    assert given.json() | changed == invoice
    assert given.json()["credited_fen"] == 350_000
    assert (await operator.post(url, json=note)).status_code == 200
    assert (await operator.post(url, json=note | {"amount_fen": 1})).status_code == 409
    more = await operator.post(url, json=note | {"reference": "c-2", "amount_fen": 101})
    assert (more.json()["type"], more.json()["left_fen"]) == ("urn:pointmart:problem:credit-too-large", 100)
    with pytest.raises(asyncpg.CheckViolationError, match="more is credited"):
        await owner.execute(
            "insert into mall.credit_note (tenant_id, invoice_id, reference, request_hash, amount_fen, reason, issued_by, "
            "issued_at) select tenant_id, invoice_id, 'x', request_hash, 101, 'x', 'x', now() from mall.credit_note"
        )


async def test_the_worker_invoices_what_is_due_once(app, month, owner, clock, shop):
    stranger = await open_shop(owner, "birch")
    context = JobContext(
        app.state.pools, app.state.committer, clock, WorkerSettings(database_url="x"), Random(1)
    )
    for _ in range(2):
        await issue_due(context)
    rows = await owner.fetch("select tenant_id, month::text, amount_fen from mall.invoice")
    assert [tuple(row) for row in rows] == [(shop.tenant_id, "2026-03-01", 350_100)]
    assert stranger.tenant_id != shop.tenant_id
