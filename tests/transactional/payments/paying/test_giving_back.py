"""Cash that is paid back after a cancellation or a refund: exactly, once, and until the provider has done it."""

import asyncio
from datetime import timedelta

import pytest

from tests.transactional.payments.paying.conftest import MINUTE, SECOND
from transactional.payments.giving_back import wait_after
from transactional.tenants.domain import Rate

PAUSE = 5 * SECOND


@pytest.fixture
async def three(till, rules):
    """Three pieces for 300 points, 101 of them in points and 6.64 yuan for the rest: neither divides by three."""
    await rules(cash=Rate(300, 1000))
    paying = await till.started("r1", till.shop.tea, points=101, quantity=3)
    assert paying.made["cash_fen"] == 664
    await paying.pay()
    assert await paying.stands() == ("completed", "captured")
    return paying


async def refunds(owner):
    return [
        tuple(row) for row in await owner.fetch("select amount_fen, status from mall.cash_refund order by 1")
    ]


async def drain(till):
    """Let the worker go on until it finds nothing to do for a while."""
    for _ in range(6):
        await till.pay_back()
        till.clock.now += PAUSE


async def test_a_cancellation_pays_all_of_it_back(till, owner):
    paying = await till.started("r1", till.shop.pot, points=99)
    await paying.pay()
    cancelled = await till.client.change(paying.about, "cancellation", "c1", reason="changed my mind")
    assert (cancelled.json()["status"], cancelled.json()["refunded_cash_fen"]) == ("cancelled", 1510)
    assert await refunds(owner) == [(1510, "due")]
    assert await till.client.buckets(till.shop.member) == {"available": 1000, "balance": 1000}

    await till.pay_back()
    await paying.becomes("cancelled", "refunded")
    assert await refunds(owner) == [(1510, "done")]
    assert await paying.paid_back() == [1510]
    await drain(till)
    assert await paying.paid_back() == [1510]


async def test_parts_of_a_refund_add_up_to_the_whole(till, three, owner):
    told = []
    for n in range(3):
        part = [{"line_no": 1, "quantity": 1}]
        answer = (
            await till.client.change(three.about, "refunds", f"f{n}", lines=part, reason="broken")
        ).json()
        told.append((answer["status"], answer["returned_points"], answer["returned_cash_fen"]))
    assert told == [("partially_refunded", 33, 221), ("partially_refunded", 34, 221), ("refunded", 34, 222)]
    assert await till.client.buckets(till.shop.member) == {"available": 1000, "balance": 1000}
    await drain(till)
    await three.becomes("refunded", "refunded")
    assert sorted(await three.paid_back()) == [221, 221, 222]
    assert await refunds(owner) == [(221, "done"), (221, "done"), (222, "done")]


async def test_a_part_leaves_the_payment_captured(till, three):
    part = [{"line_no": 1, "quantity": 2}]
    await till.client.change(three.about, "refunds", "f1", lines=part, reason="broken")
    await drain(till)
    assert await three.stands() == ("partially_refunded", "captured")
    assert await three.paid_back() == [442]
    # Repeated under its key, it is the same refund.
    await till.client.change(three.about, "refunds", "f1", lines=part, reason="broken")
    await drain(till)
    assert await three.paid_back() == [442]


async def test_refunds_of_one_payment_keep_their_distance(till, three, owner):
    for n in range(2):
        part = [{"line_no": 1, "quantity": 1}]
        await till.client.change(three.about, "refunds", f"f{n}", lines=part, reason="broken")
    await till.pay_back()
    # WeChat Pay tells of it by news, which must have come before the clock goes on.
    async with asyncio.timeout(10):
        while (221, "done") not in await refunds(owner):
            await asyncio.sleep(0.01)
    till.clock.now += 4 * SECOND
    assert await till.pay_back() == 0
    assert await three.paid_back() == [221]
    # One that is asked for only now must wait no less.
    await till.client.change(three.about, "refunds", "f2", reason="broken")
    assert await till.pay_back() == 0
    till.clock.now += 1 * SECOND
    await till.pay_back()
    assert len(await three.paid_back()) == 2


async def test_a_refund_is_pending_until_the_provider_has_paid_and_tells_nobody(till, owner):
    """As Alipay does with whole refunds, and anyone whose news gets lost."""
    paying = await till.started("r1", till.shop.pot, points=99)
    await paying.pay()
    await till.wish("switches", refunds="manual")
    await till.client.change(paying.about, "cancellation", "c1", reason="changed my mind")
    assert await till.pay_back() == 0
    assert await refunds(owner) == [(1510, "due")]
    assert await paying.stands() == ("cancelled", "captured")
    assert await till.pay_back() == 0

    (number,) = [refund["number"] for refund in (await paying.order())["refunds"]]
    await till.wish(f"refunds/{number}/settle", notify=None)
    till.clock.now += 30 * SECOND
    assert await till.pay_back() == 1
    assert await paying.stands() == ("cancelled", "refunded")
    assert await refunds(owner) == [(1510, "done")]
    assert await paying.paid_back() == [1510]


async def test_news_of_a_refund_is_taken_once(till, three, owner):
    await till.wish("switches", refunds="manual")
    part = [{"line_no": 1, "quantity": 1}]
    await till.client.change(three.about, "refunds", "f1", lines=part, reason="broken")
    await till.pay_back()
    (number,) = [refund["number"] for refund in (await three.order())["refunds"]]
    told = await till.wish(f"refunds/{number}/settle", notify={"times": 2})
    assert len({delivery["status"] for delivery in told.json()["deliveries"]} - {200, 204}) == 0
    assert await refunds(owner) == [(221, "done")]
    await till.wish(f"refunds/{number}/notify", fault="signature")
    assert await owner.fetchval("select count(*) from mall.outbox where topic = 'payment.refunded'") == 1
    till.clock.now += MINUTE
    assert await till.pay_back() == 0


async def test_a_provider_that_is_away_delays_refunds_and_loses_none(till, owner):
    paying = await till.started("r1", till.shop.pot, points=99)
    await paying.pay()
    await till.client.change(paying.about, "cancellation", "c1", reason="changed my mind")
    await till.wish("switches", unavailable=True)
    assert await till.pay_back() == 0
    row = await owner.fetchrow("select attempts, next_attempt_at, last_error from mall.cash_refund")
    assert (row["attempts"], row["next_attempt_at"]) == (1, till.clock.now + 30 * SECOND)
    assert "ask again in a moment" in row["last_error"]
    till.clock.now += 30 * SECOND
    assert await till.pay_back() == 0
    await till.wish("switches", unavailable=False)
    till.clock.now += 59 * SECOND
    assert await till.pay_back() == 0
    till.clock.now += SECOND
    await till.pay_back()
    await paying.becomes("cancelled", "refunded")
    assert await paying.paid_back() == [1510]


@pytest.mark.parametrize("provider", ["wechat"])
async def test_a_refund_that_failed_says_where_to_finish_it(till, owner):
    paying = await till.started("r1", till.shop.pot, points=99)
    await paying.pay()
    await till.wish("switches", refunds="manual")
    await till.client.change(paying.about, "cancellation", "c1", reason="changed my mind")
    await till.pay_back()
    (number,) = [refund["number"] for refund in (await paying.order())["refunds"]]
    told = await till.wish(f"refunds/{number}/settle", succeeds=False)
    assert told.json()["deliveries"] == [{"status": 204, "answer": ""}]
    till.clock.now += 30 * SECOND
    assert await till.pay_back() == 0
    assert "merchant's own console" in await owner.fetchval("select last_error from mall.cash_refund")
    assert await paying.stands() == ("cancelled", "captured")


async def test_a_dry_run_of_a_refund_tells_the_cash_and_pays_nothing(till, three, owner):
    url = f"/v1/redemptions/{three.about}/refunds?dry_run=true"
    body = {"lines": [{"line_no": 1, "quantity": 1}], "reason": "broken"}
    told = (await till.client.post(url, json=body)).json()
    assert (told["points"], told["cash_fen"]) == (33, -221)
    assert await refunds(owner) == []


def test_waits_double_up_to_an_hour():
    assert [wait_after(n) for n in (0, 1, 6, 7, 500)] == [
        timedelta(seconds=30),
        timedelta(seconds=60),
        timedelta(minutes=32),
        timedelta(hours=1),
        timedelta(hours=1),
    ]
