"""Each piece is settled once, on its day or the first that is free, whatever comes late and however often it is run."""

from datetime import date, timedelta
from random import Random
from uuid import UUID, uuid4

import asyncpg
import pytest
from holidays import country_holidays
from hypothesis import given
from hypothesis import strategies as st

from tests.transactional.conftest import open_shop
from tests.transactional.money.slow_settlement import Bookkeeper
from transactional.settings import WorkerSettings
from transactional.settlement.domain import Fact, Party, due_on, is_working, statements_due
from transactional.settlement.jobs import state_all
from transactional.worker.job import JobContext

DAY = timedelta(days=1)
FIRST = date(2026, 3, 1)


def fact(party: int, day: int, number: int) -> Fact:
    return Fact(
        Party("supplier", UUID(int=party)), "receipt", UUID(int=number), 1, FIRST + day * DAY, 1, 5, 5
    )


@given(
    st.lists(st.tuples(st.integers(1, 3), st.integers(0, 9), st.integers(0, 9)), max_size=30),
    st.lists(st.integers(1, 12), max_size=8).map(sorted),
)
def test_every_fact_stands_on_one_statement_as_the_bookkeeper_has_it(events, runs):
    """Facts (party, day, known since) and the days on which statements are made, some twice, some never."""
    keeper, stated, until, settled = Bookkeeper(), {}, {}, set()
    for today in runs:
        known = [
            fact(party, day, number)
            for number, (party, day, since) in enumerate(events)
            if max(day, since) <= today and number not in settled
        ]
        noted = {source for _, _, source, _, _ in keeper.open}
        for one in known:
            if one.source_id.int not in noted:
                keeper.happened(one.party, one.source_day, one.source_id.int, 1, 5)
        made = statements_due(known, stated_until=until, last_day=FIRST + (today - 1) * DAY)
        keeper.close(FIRST + today * DAY)
        for (party, day), facts in made.items():
            assert (party, day) not in stated
            stated[party, day] = {one.source_id.int: (1, 5) for one in facts}
            assert not settled & stated[party, day].keys()
            settled |= stated[party, day].keys()
            until[party] = max(day, until.get(party, date.min))
        assert stated == dict(keeper.statements)


def test_statements_are_due_on_the_next_working_day():
    changes = {date(2026, 2, 28): True, date(2026, 2, 16): False}
    assert due_on(date(2026, 3, 2), {}) == date(2026, 3, 3)
    assert due_on(date(2026, 2, 27), {}) == date(2026, 3, 2)
    assert due_on(date(2026, 2, 27), changes) == date(2026, 2, 28)
    assert due_on(date(2026, 2, 13), changes) == date(2026, 2, 17)


async def test_the_working_days_of_2026_are_as_the_notice_says(owner):
    changes = dict(
        tuple(row) for row in await owner.fetch("select day, is_working from mall.working_day_change")
    )
    notice = country_holidays("CN", years=[2026])
    days = [date(2026, 1, 1) + n * DAY for n in range(365)]
    assert {day: is_working(day, changes) for day in days} == {
        day: day in notice.weekend_workdays or (day.weekday() < 5 and day not in notice) for day in days
    }


@pytest.fixture
async def received(shop, procurement, propose, move, deliver):
    """12 good pieces of tea at 150 fen and one damaged came on 1 March."""
    order = (await propose((shop.tea, 24))).json()["purchase_order_id"]
    await move(order, "approve", "order")
    assert (await deliver(order, (1, 12, 1))).status_code == 201
    return order


async def test_what_was_received_is_stated_on_the_next_day_once(client, received, procurement, run, clock):
    assert await run() == 0, "the day is not over"
    clock.now += DAY
    assert await run() == 1
    assert await run() == 0
    (told,) = (await client.get("/v1/settlements")).json()["statements"]
    assert (told["day"], told["owed_fen"], told["quantity"], told["due_on"]) == (
        "2026-03-01",
        1800,
        12,
        "2026-03-02",
    )
    assert (told["party_kind"], told["party_id"]) == ("supplier", str(procurement.supplier))
    assert told["party_name"] == "叶茂茶业"
    shown = (await client.get(f"/v1/settlements/{told['statement_id']}")).json()
    (line,) = shown.pop("lines")
    assert shown == told
    assert (line["source"], line["quantity"], line["unit_cost_fen"], line["amount_fen"]) == (
        "receipt",
        12,
        150,
        1800,
    )


async def test_what_is_booked_late_stands_on_the_last_day_that_is_over(
    client,
    received,
    deliver,
    run,
    clock,
):
    clock.now += DAY
    await run()
    await deliver(received, (1, 3), reference="late", received_at="2026-03-01T12:30:00+08:00")
    assert await run() == 0, "1 March has its statement, and it is the last day that is over"
    clock.now += DAY
    assert await run() == 1
    days = [(s["day"], s["owed_fen"]) for s in (await client.get("/v1/settlements")).json()["statements"]]
    assert days == [("2026-03-02", 450), ("2026-03-01", 1800)]
    of_the_day = await client.get("/v1/settlements", params={"day": "2026-03-02", "party_kind": "supplier"})
    assert [s["day"] for s in of_the_day.json()["statements"]] == ["2026-03-02"]


async def test_a_supplier_may_be_owed_for_what_is_redeemed(client, shop, procurement, run, clock):
    url = f"/v1/suppliers/{procurement.supplier}"
    told = await client.put(f"{url}/settlement-basis", json={"basis": "redemption", "changed_by": "li.na"})
    assert told.status_code == 200, told.text
    terms = {
        "lead_time_days": 0,
        "worst_lead_time_days": 0,
        "unit_cost_fen": 4000,
        "valid_from": "2026-01-01",
    }
    await client.post(f"{url}/terms", json={"item_id": str(shop.card), **terms})
    await client.earn(shop.member, 2000, "e")
    made = (await client.redeem(shop.member, "r", (shop.card, 3))).json()["redemption_id"]
    clock.now += DAY
    assert await run() == 1
    line = await client.get(f"/v1/redemptions/{made}")
    assert line.json()["status"] == "completed"
    back = await client.change(made, "refunds", "b", reason="坏", lines=[{"line_no": 1, "quantity": 1}])
    assert back.status_code < 300, back.text
    clock.now += DAY
    assert await run() == 1
    rows = [
        (s["day"], s["quantity"], s["owed_fen"])
        for s in (await client.get("/v1/settlements")).json()["statements"]
    ]
    assert rows == [("2026-03-02", -1, -4000), ("2026-03-01", 3, 12000)]
    fixed = await client.put(f"{url}/settlement-basis", json={"basis": "receipt", "changed_by": "li.na"})
    assert fixed.json()["type"] == "urn:pointmart:problem:settlement-basis-fixed"
    assert (await client.get(f"{url}/settlement-basis")).json()["basis"] == "redemption"


async def test_what_tenants_owe_each_other_is_stated_alike_on_both_sides(app, shop, owner, clock):
    other = (await open_shop(owner, "birch")).tenant_id
    for owner_id, partner, out in ((shop.tenant_id, other, "out"), (other, shop.tenant_id, "in")):
        back = "in" if out == "out" else "out"
        for direction, owed in ((out, 700), (back, 250)):
            await owner.execute(
                "insert into mall.exchange_statement (tenant_id, partner_id, direction, day, exchanges, points, fee_points, "
                "to_points, reversals, reversed_points, reversed_fee_points, reversed_to_points, net_to_points, owed_fen, "
                "stated_at) values ($1, $2, $3, '2026-03-01', 1, 10, 0, 9, 0, 0, 0, 0, 9, $4, now())",
                owner_id, partner, direction, owed,
            )  # fmt: skip
    clock.now += DAY
    await owner.execute(
        "insert into mall.exchange_day (tenant_id, to_tenant_id, day) values ($1, $2, '2026-03-01')",
        other,
        shop.tenant_id,
    )
    context = JobContext(
        app.state.pools, app.state.committer, clock, WorkerSettings(database_url="x"), Random(1)
    )
    await state_all(context)
    assert await owner.fetchval("select count(*) from mall.settlement_statement") == 0, (
        "a direction is still open"
    )
    await owner.execute("update mall.exchange_day set stated_at = now()")
    for _ in range(2):
        await state_all(context)
    rows = await owner.fetch("select tenant_id, party_id, owed_fen, lines from mall.settlement_statement")
    assert {tuple(row) for row in rows} == {(shop.tenant_id, other, 450, 2), (other, shop.tenant_id, -450, 2)}


async def test_statements_are_never_changed_and_sum_to_their_lines(received, run, clock, owner):
    clock.now += DAY
    await run()
    for table in ("settlement_statement", "settlement_line"):
        with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
            await owner.execute(f"delete from mall.{table}")
    with pytest.raises(asyncpg.CheckViolationError, match="does not sum"):
        await owner.execute(
            "insert into mall.settlement_statement (tenant_id, party_kind, party_id, day, lines, quantity, owed_fen, stated_at, "
            "due_on) select tenant_id, party_kind, party_id, '2026-03-09', 1, 1, 1, now(), '2026-03-10' "
            "from mall.settlement_statement"
        )


async def test_operators_run_it_and_change_working_days(operator, shop, received, clock, owner):
    url = f"/v1/platform/tenants/{shop.tenant_id}/settlements"
    days = {"days": [{"day": "2026-03-02", "is_working": False}], "changed_by": "wu.min"}
    assert (await operator.put("/v1/platform/working-days", json=days)).status_code == 200
    clock.now += DAY
    assert (await operator.post(f"{url}?dry_run=true")).json() == {"stated": 1}
    assert (await operator.post(url)).json() == {"stated": 1}
    assert str(await owner.fetchval("select due_on from mall.settlement_statement")) == "2026-03-03"
    assert (await operator.post(f"/v1/platform/tenants/{uuid4()}/settlements")).status_code == 404
    send = {
        "content": b"day,is_working\n2027-01-01,false\n2027-01-02,perhaps\n",
        "headers": {"Content-Type": "text/csv"},
    }
    refused = await operator.post("/v1/platform/working-days/import?changed_by=x", **send)
    assert [row["row"] for row in refused.json()["rows"]] == [2]
    listed = (await operator.get("/v1/platform/working-days")).json()["days"]
    assert {"day": "2026-03-02", "is_working": False} in listed
    assert not [one for one in listed if one["day"].startswith("2027")]


async def test_a_statement_is_settled_once_and_told(operator, client, shop, received, run, clock, owner):
    clock.now += DAY
    await run()
    (stated,) = (await client.get("/v1/settlements")).json()["statements"]
    assert stated["settled_at"] is None
    url = f"/v1/platform/tenants/{shop.tenant_id}/settlements/{stated['statement_id']}/payment"
    body = {"reference": "b-9", "settled_at": "2026-03-02T11:00:00+08:00", "recorded_by": "wu.min"}
    early = await operator.post(url, json=body | {"settled_at": "2026-03-03T11:00:00+08:00"})
    assert (early.status_code, early.json()["type"]) == (422, "urn:pointmart:problem:invalid-request")
    made = await operator.post(url, json=body)
    assert (made.status_code, made.json()["settled_by_reference"]) == (201, "b-9")
    again = await operator.post(url, json=body)
    assert (again.status_code, again.json()) == (200, made.json())
    other = await operator.post(url, json=body | {"reference": "b-10"})
    assert (other.status_code, other.json()["type"]) == (409, "urn:pointmart:problem:already-settled")
    told = await owner.fetch(
        "select topic, subject_id, payload ->> 'owed_fen' as owed_fen from mall.outbox where topic like 'settlement.%' "
        "order by outbox_id"
    )
    subject = UUID(stated["statement_id"])
    assert [tuple(row) for row in told] == [
        ("settlement.stated", subject, "1800"), ("settlement.settled", subject, "1800"),
    ]  # fmt: skip
    landed = await owner.fetchrow("select settled_at, xid from export.settlement_statement")
    assert landed["settled_at"] is not None
    assert landed["xid"] == await owner.fetchval("select xid from mall.settlement_payment")
    with pytest.raises(asyncpg.RestrictViolationError, match="append-only"):
        await owner.execute("delete from mall.settlement_payment")
