"""Both adapters against the sandbox, over real HTTP, with real signatures in every direction."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from tests.transactional.payments.conftest import ACORN
from transactional.clock import system_clock
from transactional.payments import alipay, wechat
from transactional.payments.domain import Outcome, RefundOrder, RefundOutcome
from transactional.payments.keys import read_private_key
from transactional.payments.refusals import (
    AlreadyPaid,
    BadSignature,
    ProviderRefused,
    ProviderUnavailable,
    StaleNotice,
    UnknownMerchant,
    UnknownPayment,
)


def refund_of(order, providers, provider, amount_fen=None) -> RefundOrder:
    return RefundOrder(
        refund_id=uuid4(),
        payment_id=order.payment_id,
        amount_fen=amount_fen or order.amount_fen,
        total_fen=order.amount_fen,
        reason="兑换已取消",
        notify_url=providers.notify_url(provider.name, ACORN),
    )


async def test_a_payment_is_asked_for_paid_and_told(world, provider, order):
    asked = order()
    link = await provider.create(asked)
    assert link.code_url.startswith(f"{world.sandbox_url}/pay/")
    assert (await provider.query(asked.payment_id)).outcome is Outcome.PENDING

    done = world.wish(f"orders/{asked.payment_id.hex}/pay").json()
    assert done["deliveries"] == [
        {"status": 204, "answer": ""} if provider.name == "wechat" else {"status": 200, "answer": "success"}
    ]
    (news,) = world.counter.notices
    assert (news.payment_id, news.outcome, news.amount_fen) == (asked.payment_id, Outcome.SUCCEEDED, 1230)
    assert abs((datetime.now(UTC) - news.occurred_at).total_seconds()) < 5

    found = await provider.query(asked.payment_id)
    assert (found.outcome, found.amount_fen) == (Outcome.SUCCEEDED, 1230)
    assert found.provider_reference == news.provider_reference != ""


async def test_a_person_pays_on_the_page(world, provider, order):
    asked = order()
    url = (await provider.create(asked)).code_url
    async with httpx.AsyncClient(trust_env=False, verify=False, follow_redirects=True) as phone:
        page = (await phone.get(url)).text
        assert "支付 Pay" in page
        assert "取消 Cancel" in page
        assert "¥12.30" in re.sub("<[^>]*>", "", page)
        assert "已支付 Paid" in (await phone.post(url, data={"action": "pay"})).text
        # Pressed again from a page that was left open.
        assert "已支付 Paid" in (await phone.post(url, data={"action": "pay"})).text
    assert [news.outcome for news in world.counter.await_notices(1)] == [Outcome.SUCCEEDED]


async def test_a_person_cancels_on_the_page(world, provider, order):
    asked = order()
    url = (await provider.create(asked)).code_url
    async with httpx.AsyncClient(trust_env=False, verify=False, follow_redirects=True) as phone:
        page = (await phone.post(url, data={"action": "cancel"})).text
        assert "已关闭 Closed" in page
        assert "<button" not in page
        assert (await phone.get(f"{world.sandbox_url}/pay/nothing")).status_code == 404
    assert (await provider.query(asked.payment_id)).outcome is Outcome.CLOSED


async def test_asking_twice_is_asking_once(provider, order):
    asked = order()
    first = await provider.create(asked)
    assert await provider.create(asked) == first
    with pytest.raises(ProviderRefused):
        await provider.create(replace(asked, amount_fen=1))


async def test_a_paid_order_cannot_be_asked_for_again(world, provider, order):
    asked = order()
    await provider.create(asked)
    world.wish(f"orders/{asked.payment_id.hex}/pay")
    with pytest.raises(AlreadyPaid):
        await provider.create(asked)


async def test_a_closed_payment_cannot_be_paid(world, provider, order):
    asked = order()
    await provider.create(asked)
    world.control.get((await provider.create(asked)).code_url)  # scanned
    await provider.close(asked.payment_id)
    await provider.close(asked.payment_id)
    assert (await provider.query(asked.payment_id)).outcome is Outcome.CLOSED
    assert world.wish(f"orders/{asked.payment_id.hex}/pay").status_code == 409


async def test_closing_what_was_never_asked_for_is_no_error(provider):
    await provider.close(uuid4())


async def test_closing_a_paid_payment_says_so(world, provider, order):
    asked = order()
    await provider.create(asked)
    world.wish(f"orders/{asked.payment_id.hex}/pay")
    with pytest.raises(AlreadyPaid):
        await provider.close(asked.payment_id)


async def test_an_expired_payment_is_closed_yet_may_be_paid_late_by_a_tester(world, provider, order):
    asked = order(seconds=-1)
    with pytest.raises(ProviderRefused):
        await provider.create(asked)
    assert world.wish(f"orders/{asked.payment_id.hex}/pay").status_code == 409
    assert world.wish(f"orders/{asked.payment_id.hex}/pay", late=True).status_code == 200
    assert world.counter.notices[0].outcome is Outcome.SUCCEEDED


async def test_another_amount_is_told_as_it_was_paid(world, provider, order):
    asked = order()
    await provider.create(asked)
    world.wish(f"orders/{asked.payment_id.hex}/pay", amount_fen=1)
    assert world.counter.notices[0].amount_fen == 1


async def test_a_repeated_notification_has_the_same_identifier(world, provider, order):
    asked = order()
    await provider.create(asked)
    number = asked.payment_id.hex
    world.wish(f"orders/{number}/pay", notify={"times": 2})
    world.wish(f"orders/{number}/notify", replay=True)
    first, *others = [news.notice_id for news in world.counter.notices]
    assert others == [first, first]
    world.wish(f"orders/{number}/notify")
    assert world.counter.notices[-1].notice_id != first


@pytest.mark.parametrize(
    ("fault", "refusal"),
    [
        ("signature", BadSignature),
        ("body", BadSignature),
        ("foreign_key", BadSignature),
        ("merchant", UnknownMerchant),
    ],
)
async def test_a_spoilt_notification_is_refused(world, provider, order, fault, refusal):
    asked = order()
    await provider.create(asked)
    done = world.wish(f"orders/{asked.payment_id.hex}/pay", notify={"fault": fault}).json()
    assert [type(problem) for problem in world.counter.refusals] == [refusal]
    # A notification of another test's refund may still come in, for the sandbox sends those by itself.
    assert [notice for notice in world.counter.notices if notice.payment_id == asked.payment_id] == []
    assert done["deliveries"][0]["status"] == refusal.status


async def test_a_notification_signed_long_ago_is_refused(world, provider, order):
    asked = order()
    await provider.create(asked)
    window = {"wechat": 300, "alipay": 26 * 3600}[provider.name]
    world.wish(f"orders/{asked.payment_id.hex}/pay", notify={"age_seconds": window + 5})
    world.wish(f"orders/{asked.payment_id.hex}/notify", age_seconds=-330)
    assert [type(problem) for problem in world.counter.refusals] == [StaleNotice, StaleNotice]


async def test_a_delayed_notification_arrives_later(world, provider, order):
    asked = order()
    await provider.create(asked)
    done = world.wish(f"orders/{asked.payment_id.hex}/pay", notify={"delay_seconds": 0.3}).json()
    assert done["deliveries"] == []
    assert world.counter.notices == []
    assert len(world.counter.await_notices(1)) == 1


async def test_news_that_was_not_taken_is_told_again(world, provider, order):
    asked = order()
    url = (await provider.create(asked)).code_url
    world.counter.failures_to_come = 1
    async with httpx.AsyncClient(trust_env=False, verify=False) as phone:
        await phone.post(url, data={"action": "pay"})
    assert len(world.counter.await_notices(1)) == 1
    assert world.counter.failures_to_come == 0


async def test_a_refund_comes_back_in_parts_and_only_once_each(world, providers, provider, order):
    asked = order()
    await provider.create(asked)
    world.wish(f"orders/{asked.payment_id.hex}/pay")
    part = refund_of(asked, providers, provider, 1000)
    ids = {"payment_id": asked.payment_id, "refund_id": part.refund_id}
    first = await provider.refund(part)
    assert (first.refund_id, first.amount_fen) == (part.refund_id, 1000)
    again = await provider.refund(part)
    assert (again.outcome, again.amount_fen) == (RefundOutcome.SUCCEEDED, 1000)
    assert (await provider.query_refund(**ids)).outcome is RefundOutcome.SUCCEEDED

    with pytest.raises(ProviderRefused):
        await provider.refund(refund_of(asked, providers, provider, 231))
    await provider.refund(refund_of(asked, providers, provider, 230))
    assert (await provider.query(asked.payment_id)).outcome is Outcome.REFUNDED
    told = {news.refund_id: news for news in world.counter.await_notices(2) if news.refund_id}
    assert told[part.refund_id].outcome is Outcome.REFUNDED
    assert told[part.refund_id].amount_fen == 1230


async def test_a_refund_waits_until_it_is_settled(world, providers, provider, order):
    world.wish("switches", refunds="manual")
    asked = order()
    await provider.create(asked)
    world.wish(f"orders/{asked.payment_id.hex}/pay", notify=None)
    refund = refund_of(asked, providers, provider)
    assert (await provider.refund(refund)).outcome is RefundOutcome.PENDING
    assert (await provider.refund(refund)).outcome is RefundOutcome.PENDING
    assert world.counter.notices == []

    world.wish(f"refunds/{refund.refund_id.hex}/settle")
    assert [(n.outcome, n.refund_id) for n in world.counter.notices] == [(Outcome.REFUNDED, refund.refund_id)]
    found = await provider.query_refund(payment_id=asked.payment_id, refund_id=refund.refund_id)
    assert (found.outcome, found.amount_fen) == (RefundOutcome.SUCCEEDED, 1230)
    assert found.occurred_at is not None


async def test_a_failed_refund_is_told_by_wechat(world, providers, order):
    provider = providers.of("acorn", "wechat")
    world.wish("switches", refunds="manual")
    asked = replace(order(), notify_url=providers.notify_url("wechat", ACORN))
    await provider.create(asked)
    world.wish(f"orders/{asked.payment_id.hex}/pay", notify=None)
    refund = refund_of(asked, providers, provider)
    await provider.refund(refund)
    world.wish(f"refunds/{refund.refund_id.hex}/settle", succeeds=False)
    assert world.counter.notices[0].outcome is Outcome.REFUND_FAILED
    found = await provider.query_refund(payment_id=asked.payment_id, refund_id=refund.refund_id)
    assert found.outcome is RefundOutcome.FAILED


async def test_what_was_never_paid_cannot_be_refunded(world, providers, provider, order):
    asked = order()
    await provider.create(asked)
    with pytest.raises(UnknownPayment):
        await provider.refund(refund_of(asked, providers, provider))
    with pytest.raises(UnknownPayment):
        await provider.query_refund(payment_id=asked.payment_id, refund_id=uuid4())


async def test_an_unknown_payment_is_unknown_to_wechat_and_unscanned_to_alipay(providers):
    with pytest.raises(UnknownPayment):
        await providers.of("acorn", "wechat").query(uuid4())
    assert (await providers.of("acorn", "alipay").query(uuid4())).outcome is Outcome.PENDING


async def test_an_unavailable_provider_says_so(world, provider, order):
    world.wish("switches", unavailable=True)
    with pytest.raises(ProviderUnavailable):
        await provider.create(order())


async def test_another_tenant_neither_sees_nor_takes_the_payment(world, providers, provider, order):
    asked = order()
    await provider.create(asked)
    other = providers.of("birch", provider.name)
    world.wish(f"orders/{asked.payment_id.hex}/pay", notify=None)
    if provider.name == "wechat":
        with pytest.raises(UnknownPayment):
            await other.query(asked.payment_id)
    else:
        assert (await other.query(asked.payment_id)).outcome is Outcome.PENDING


async def test_a_notification_for_one_tenant_is_refused_by_another(world, providers, provider, order):
    asked = replace(
        order(), notify_url=order().notify_url.replace(str(ACORN), "00000000-0000-0000-0000-000000000002")
    )
    await provider.create(asked)
    world.wish(f"orders/{asked.payment_id.hex}/pay")
    assert world.counter.notices == []
    # WeChat Pay's news is sealed under the merchant's own key; Alipay's names the application.
    assert len(world.counter.refusals) == 1


async def test_a_merchant_with_another_key_is_refused(world, providers, provider, order):
    wrong = read_private_key(world.keys / "birch_wechat.pem")
    async with httpx.AsyncClient(trust_env=False, verify=False) as client:
        account = replace(provider._account, private_key=wrong)
        forger = (
            wechat.WeChatPay(account, client, system_clock, lambda: "a" * 32)
            if provider.name == "wechat"
            else alipay.Alipay(account, client, system_clock)
        )
        with pytest.raises(ProviderRefused, match=r"SIGN_ERROR|isv\.invalid-signature"):
            await forger.create(order())


def test_wishes_in_another_form_are_refused(world):
    assert world.wish("switches", refunds="never").status_code == 422
    assert world.wish("orders/none/pay").status_code == 404
    assert world.wish("refunds/none/settle").status_code == 404


async def test_the_list_shows_what_was_asked(world, provider, order):
    asked = order()
    await provider.create(asked)
    rows = world.control.get(f"{world.sandbox_url}/control/orders").json()
    (row,) = [row for row in rows if row["number"] == asked.payment_id.hex]
    assert (row["provider"], row["tenant"], row["amount_fen"], row["state"]) == (
        provider.name,
        "acorn",
        1230,
        "open",
    )
