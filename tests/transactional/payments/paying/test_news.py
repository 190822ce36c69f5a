"""What providers tell, and what others tell in their name: nothing happens twice, and nothing wrong happens once."""

import asyncio
from uuid import UUID

import pytest

from tests.transactional.payments.paying.conftest import MINUTE, SECOND, Paying
from transactional.payments.domain import PaymentOrder

FREE = {"available": 901, "held": 99, "balance": 1000}
SPENT = {"available": 901, "spent": 99, "balance": 901}


@pytest.fixture
def taken(provider):
    """The status with which a provider hears that its news was taken."""
    return {"wechat": 204, "alipay": 200}[provider]


async def of_the_redemption(owner, paying):
    """How often points were taken and messages sent for a redemption."""
    transfers = await owner.fetchval(
        "select count(*) from mall.transfer where transfer_id = $1", paying.about
    )
    return transfers, await owner.fetchval(
        "select count(*) from mall.outbox where subject_id = $1", paying.about
    )


async def test_news_told_twice_replayed_and_told_anew_is_taken_once(till, owner, taken):
    paying = await till.started("r1", till.shop.pot, points=99)
    assert await paying.pay(notify={"times": 3}) == [taken] * 3
    assert await paying.notify(replay=True) == [taken]
    assert await paying.notify() == [taken]
    assert await paying.stands() == ("allocated", "captured")
    assert await till.client.buckets(till.shop.member) == SPENT
    # Created and allocated.
    assert await of_the_redemption(owner, paying) == (1, 2)


async def test_the_same_news_at_the_same_moment_is_taken_once(till, owner, taken):
    paying = await till.started("r1", till.shop.pot, points=99)
    await paying.pay(notify=None)
    told = await asyncio.gather(*(paying.notify() for _ in range(8)))
    assert told == [[taken]] * 8
    assert await of_the_redemption(owner, paying) == (1, 2)
    assert await till.client.buckets(till.shop.member) == SPENT


@pytest.mark.parametrize(
    ("fault", "status"), [("signature", 401), ("body", 401), ("foreign_key", 401), ("merchant", 404)]
)
async def test_spoilt_news_changes_nothing_and_good_news_still_does(till, owner, taken, fault, status):
    paying = await till.started("r1", till.shop.pot, points=99)
    assert await paying.pay(notify={"fault": fault}) == [status]
    assert await paying.stands() == ("created", "pending")
    assert await till.client.buckets(till.shop.member) == FREE
    assert await of_the_redemption(owner, paying) == (0, 1)
    assert await paying.notify() == [taken]
    assert await paying.stands() == ("allocated", "captured")


async def test_stale_news_changes_nothing(till, provider):
    paying = await till.started("r1", till.shop.pot, points=99)
    window = {"wechat": 300, "alipay": 26 * 3600}[provider]
    assert await paying.pay(notify={"age_seconds": window + 1}) == [401]
    assert await paying.notify(age_seconds=-301) == [401]
    assert await paying.stands() == ("created", "pending")
    assert await till.client.buckets(till.shop.member) == FREE


async def test_a_replay_is_stale_once_its_window_is_over(till, provider):
    paying = await till.started("r1", till.shop.pot, points=99)
    await paying.pay()
    till.clock.now += {"wechat": 301, "alipay": 26 * 3600 + 1}[provider] * SECOND
    assert await paying.notify(replay=True) == [401]


@pytest.mark.parametrize("fen", [1, 1509, 1511])
async def test_another_amount_than_was_asked_for_changes_nothing(till, owner, fen):
    paying = await till.started("r1", till.shop.pot, points=99)
    assert await paying.pay(amount_fen=fen) == [409]
    assert await paying.stands() == ("created", "pending")
    assert await till.client.buckets(till.shop.member) == FREE
    assert await owner.fetchval("select provider_reference from mall.payment") is None
    assert await of_the_redemption(owner, paying) == (0, 1)


async def test_news_told_at_another_tenants_door_is_refused_there(till, other_shop, provider):
    """The signature is good, so only the merchant inside tells whom it is for."""
    paying = Paying(till, (await till.redeem("r1", till.shop.pot, points=99)).json())
    providers = till.worker.providers
    order = PaymentOrder(
        payment_id=UUID(hex=paying.number),
        amount_fen=1510,
        description="elsewhere",
        expires_at=till.clock.now + MINUTE,
        notify_url=providers.notify_url(provider, other_shop.tenant_id),
    )
    await providers.of("acorn", provider).create(order)
    # WeChat Pay's news is sealed under the merchant's key; Alipay's names the application.
    assert await paying.pay() == [{"wechat": 400, "alipay": 404}[provider]]
    assert await paying.stands() == ("created", "pending")


async def test_nobody_is_listened_to_without_a_signature(till, provider):
    paying = await till.started("r1", till.shop.pot, points=99)
    here = f"/v1/payments/{provider}/notifications/{till.shop.tenant_id}"
    for body in (b"", b"{}", b"a=b", b"\xff", b"out_trade_no=" + paying.number.encode()):
        assert (await till.client.post(here, content=body)).status_code in (400, 401)
    unknown = f"/v1/payments/{provider}/notifications/{paying.about}"
    assert (await till.client.post(unknown, content=b"{}")).status_code == 404
    stranger = f"/v1/payments/paypal/notifications/{till.shop.tenant_id}"
    assert (await till.client.post(stranger, content=b"{}")).status_code == 404
    assert await paying.stands() == ("created", "pending")
