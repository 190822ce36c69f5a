"""Time that runs out, cash that comes too late, and news that got lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from tests.transactional.payments.paying.conftest import MINUTE, SECOND
from transactional.payments.settings import no_providers

WHOLE = {"available": 1000, "balance": 1000}


async def pieces(owner, item):
    return await owner.fetchval("select on_hand from mall.stock where item_id = $1", item)


async def test_a_timeout_frees_points_stock_and_payment(till, owner):
    paying = await till.started("r1", till.shop.pot, points=99)
    assert await pieces(owner, till.shop.pot) == 0
    till.clock.now += 15 * MINUTE - SECOND
    assert await till.time_out() == 0
    till.clock.now += SECOND
    assert await till.time_out() == 1
    assert await paying.stands() == ("cancelled", "closed")
    assert (await paying.told())["reason"] == "timeout"
    assert await till.client.buckets(till.shop.member) == WHOLE
    assert await pieces(owner, till.shop.pot) == 1
    assert await till.time_out() == 0


@pytest.mark.parametrize("is_swept", [True, False], ids=["swept", "not swept yet"])
async def test_cash_that_comes_too_late_is_paid_back(till, owner, is_swept):
    paying = await till.started("r1", till.shop.pot, points=99)
    till.clock.now += 16 * MINUTE
    if is_swept:
        await till.time_out()
    await paying.pay(late=True, notify={"times": 2})
    assert await paying.stands() == ("cancelled", "refund_due")
    assert await till.client.buckets(till.shop.member) == WHOLE
    assert await pieces(owner, till.shop.pot) == 1

    await till.pay_back()
    await paying.becomes("cancelled", "refunded")
    assert await paying.paid_back() == [1510]
    assert await till.pay_back() == 0
    topics = [row["topic"] for row in await owner.fetch("select topic from mall.outbox")]
    assert topics.count("payment.refund_due") == topics.count("payment.refunded") == 1


async def test_late_cash_is_paid_back_although_the_points_are_gone(till):
    paying = await till.started("r1", till.shop.pot, points=99)
    till.clock.now += 16 * MINUTE
    # Spent before anything has swept the redemption.
    spent = await till.client.redeem(till.shop.member, "r2", (till.shop.card, 2))
    assert (spent.status_code, spent.json()["available_points"]) == (201, 0)
    await paying.pay(late=True)
    assert await paying.stands() == ("cancelled", "refund_due")
    await till.pay_back()
    await paying.becomes("cancelled", "refunded")
    assert await paying.paid_back() == [1510]
    assert await till.client.buckets(till.shop.member) == {"spent": 1000}


async def test_cash_for_a_cancelled_redemption_is_paid_back(till, owner):
    paying = await till.started("r1", till.shop.pot, points=99)
    await till.client.change(paying.about, "cancellation", "c1", reason="changed my mind")
    assert await paying.stands() == ("cancelled", "closed")
    await paying.pay()
    assert await paying.stands() == ("cancelled", "refund_due")
    await till.pay_back()
    await paying.becomes("cancelled", "refunded")
    assert (await paying.paid_back(), await pieces(owner, till.shop.pot)) == ([1510], 1)


async def test_lost_news_is_asked_for_before_the_deadline(till):
    paying = await till.started("r1", till.shop.pot, points=99)
    await paying.pay(notify=None)
    till.clock.now += 15 * MINUTE - 21 * SECOND
    assert await till.settle() == 0
    till.clock.now += SECOND
    assert await till.settle() == 1
    assert await paying.stands() == ("allocated", "captured")
    assert await till.settle() == 0
    till.clock.now += MINUTE
    assert await till.time_out() == 0


async def test_what_nobody_paid_is_settled_once_and_closed(till, owner):
    paying = await till.started("r1", till.shop.pot, points=99)
    await till.http.get((await paying.link()).json()["code_url"])  # scanned, not paid
    never_asked = (await till.redeem("r2", till.shop.tea, points=50)).json()
    till.clock.now += 15 * MINUTE
    assert await till.settle() == 2
    assert await till.settle() == 0
    assert (await paying.order())["state"] == "closed"
    await till.time_out()
    assert await paying.stands() == ("cancelled", "closed")
    assert (await till.client.get(f"/v1/redemptions/{never_asked['redemption_id']}")).json()["status"] == (
        "cancelled"
    )


async def test_a_provider_that_is_away_delays_and_loses_nothing(till):
    paid = await till.started("r1", till.shop.pot, points=99)
    await paid.pay(notify=None)
    unpaid = await till.started("r2", till.shop.tea, points=50)
    await till.wish("switches", unavailable=True)
    till.clock.now += 15 * MINUTE
    assert await till.settle() == 0
    await till.time_out()
    assert await paid.stands() == await unpaid.stands() == ("cancelled", "closed")
    till.clock.now += timedelta(hours=3)
    assert await till.settle() == 0

    await till.wish("switches", unavailable=False)
    assert await till.settle() == 2
    assert await paid.stands() == ("cancelled", "refund_due")
    assert await unpaid.stands() == ("cancelled", "closed")
    await till.pay_back()
    await paid.becomes("cancelled", "refunded")
    assert await paid.paid_back() == [1510]


async def test_a_payment_that_cannot_be_settled_keeps_no_other_waiting(till, monkeypatch):
    """The provider says of one that another amount was paid; somebody has to look, but not before the rest goes on."""
    monkeypatch.setattr("transactional.payments.settling._STEP", 1)
    wrong = await till.started("r1", till.shop.pot, points=99)
    await wrong.pay(amount_fen=1, notify=None)
    good = await till.started("r2", till.shop.tea, points=50)
    await good.pay(notify=None)
    till.clock.now += 15 * MINUTE - 20 * SECOND
    assert await till.settle() == 1
    assert await good.stands() == ("completed", "captured")
    assert await wrong.stands() == ("created", "pending")


async def test_a_worker_without_the_accounts_gives_nothing_up_for_a_day(till):
    paying = await till.started("r1", till.shop.pot, points=99)
    await paying.pay(notify=None)
    accounts, till.worker = till.worker, replace(till.worker, providers=no_providers())
    till.clock.now += timedelta(hours=20)
    assert await till.settle() == 0
    till.worker = accounts
    assert await till.settle() == 1
    assert await paying.stands() == ("cancelled", "refund_due")


async def test_the_books_agree_after_payments_in_time_and_late(till):
    for n, minutes in enumerate((1, 16)):
        paying = await till.started(f"r{n}", till.shop.tea, points=60, quantity=2)
        till.clock.now += minutes * MINUTE
        await paying.pay(late=True)
        assert await paying.stands() == [("completed", "captured"), ("cancelled", "refund_due")][n]
    wrong = """
        select r.redemption_id from mall.redemption r join mall.payment p using (tenant_id, redemption_id)
        where (r.status = 'cancelled') <> (p.status = 'refund_due')
            or p.refunded_fen <> (select coalesce(sum(c.amount_fen), 0) from mall.cash_refund c
                where c.payment_id = p.payment_id)
    """
    assert await till.worker.pools.committer.fetch(wrong) == []


async def test_cash_for_what_may_not_be_sold_any_more_goes_back(till, owner, provider):
    paying = await till.started("r1", till.shop.pot, points=99)
    till.clock.now += MINUTE
    await owner.execute(
        "update mall.offer set authorised_until = $2 where item_id = $1", till.shop.pot, till.clock.now
    )
    await paying.pay(notify={"times": 2})
    assert await paying.stands() == ("cancelled", "refund_due")
    assert await till.client.buckets(till.shop.member) == {"available": 1000, "balance": 1000}
    assert await owner.fetchval("select on_hand from mall.stock where item_id = $1", till.shop.pot) == 1
    assert (await paying.told())["reason"] == "item barred"
