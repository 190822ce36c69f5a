"""Points and cash, paid in time: what is held, what is taken, what is handed over, and who is refused."""

import pytest

from tests.transactional.conftest import client_for
from tests.transactional.payments.paying.conftest import MINUTE
from tests.transactional.test_codes import add, empty_card


async def test_cash_that_comes_in_time_takes_the_points_and_hands_over(till, provider):
    paying = await till.started("r1", till.shop.pot, points=99)
    # 250 - 99 = 151 points at 10 yuan a hundred.
    assert (paying.made["points"], paying.made["cash_fen"]) == (99, 1510)
    assert await till.client.buckets(till.shop.member) == {"available": 901, "held": 99, "balance": 1000}

    till.clock.now += 14 * MINUTE
    assert await paying.pay() == [204 if provider == "wechat" else 200]

    assert await paying.stands() == ("allocated", "captured")
    assert await till.client.buckets(till.shop.member) == {"available": 901, "spent": 99, "balance": 901}
    told = await paying.told()
    assert (told["paid_at"], told["deadline"]) == ("2026-03-01T04:14:00Z", None)


async def test_what_is_picked_up_is_complete_at_once(till):
    paying = await till.started("r1", till.shop.tea, points=60, quantity=2)
    await paying.pay()
    assert await paying.stands() == ("completed", "captured")


async def test_codes_are_issued_only_once_the_cash_is_there(till, owner):
    await empty_card(owner, till.shop)
    await add(till.client, till.shop, ["AAA-1", "BBB-2", "CCC-3"])
    paying = await till.started("r1", till.shop.card, points=400, quantity=2)
    assert "codes" not in paying.made
    assert not (await paying.told())["codes"]
    assert await owner.fetchval("select count(*) from mall.voucher_code where redemption_id is not null") == 0

    await paying.pay(notify={"times": 2})
    assert [code["code"] for code in (await paying.told())["codes"]] == ["AAA-1", "BBB-2"]
    assert await paying.stands() == ("completed", "captured")


async def test_the_link_asked_for_twice_is_one_payment(till):
    answer = await till.redeem("r1", till.shop.pot, points=99)
    url = f"/v1/redemptions/{answer.json()['redemption_id']}/payment-link"
    first = await till.client.post(url)
    till.clock.now += MINUTE
    again = await till.client.post(url)
    assert (again.status_code, again.json()) == (200, first.json())
    assert first.json()["payment_id"] == answer.json()["payment"]["payment_id"]
    # Half a minute before the deadline of a quarter of an hour.
    assert first.json()["expires_at"] == "2026-03-01T04:14:30Z"
    assert first.json()["code_url"].startswith(f"{till.sandbox_url}/pay/")


async def test_a_person_who_scans_the_code_and_pays_gets_the_goods(till):
    paying = await till.started("r1", till.shop.pot, points=99)
    url = (await paying.link()).json()["code_url"]
    page = await till.http.get(url)
    assert "15.10" in page.text
    await till.http.post(url, data={"action": "pay"})
    await paying.becomes("allocated", "captured")


async def test_nothing_is_to_be_paid_twice_or_after_the_end(till):
    paying = await till.started("r1", till.shop.pot, points=99)
    await paying.pay()
    refused = await paying.link()
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:pointmart:problem:nothing-to-pay")
    assert "it is allocated" in refused.json()["detail"]

    late = await till.started("r2", till.shop.tea, points=50)
    till.clock.now += 15 * MINUTE - MINUTE / 2
    refused = await late.link()
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:pointmart:problem:nothing-to-pay")
    assert "redeem again" in refused.json()["detail"]


async def test_a_link_asked_for_while_the_news_is_on_its_way_says_that_it_was_paid(till):
    paying = await till.started("r1", till.shop.pot, points=99)
    await paying.pay(notify={"times": 0})
    refused = await paying.link()
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:pointmart:problem:already-paid")
    assert "goes on by itself" in refused.json()["detail"]


async def test_points_alone_need_no_link(till):
    made = (await till.client.redeem(till.shop.member, "r1", (till.shop.tea, 1))).json()
    refused = await till.client.post(f"/v1/redemptions/{made['redemption_id']}/payment-link")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:pointmart:problem:nothing-to-pay")


async def test_another_tenant_gets_no_link(till, other_shop):
    paying = await till.started("r1", till.shop.pot, points=99)
    headers = {"Authorization": f"Bearer {other_shop.key}"}
    url = f"/v1/redemptions/{paying.about}/payment-link"
    refused = await till.client.post(url, headers=headers)
    assert (refused.status_code, refused.json()["type"]) == (404, "urn:pointmart:problem:unknown-redemption")
    nobody = await till.client.post(url, headers={"Authorization": "Bearer nobody"})
    assert nobody.status_code == 401


async def test_an_unavailable_provider_is_told_and_the_link_works_later(till):
    await till.wish("switches", unavailable=True)
    answer = await till.redeem("r1", till.shop.pot, points=99)
    url = f"/v1/redemptions/{answer.json()['redemption_id']}/payment-link"
    refused = await till.client.post(url)
    assert (refused.status_code, refused.json()["type"]) == (
        503,
        "urn:pointmart:problem:provider-unavailable",
    )
    assert "ask again in a moment" in refused.json()["detail"]
    await till.wish("switches", unavailable=False)
    assert (await till.client.post(url)).status_code == 200


async def test_a_dry_run_tells_points_and_cash_and_does_nothing(till, owner):
    told = (await till.redeem("", till.shop.pot, points=99, query="?dry_run=true")).json()
    assert (told["dry_run"], told["points"], told["cash_fen"], told["fee_points"]) == (True, -99, 1510, 0)
    assert (told["answer"]["status"], told["answer"]["payment"]["status"]) == ("created", "pending")
    assert await owner.fetchval("select count(*) from mall.payment") == 0
    assert await till.client.buckets(till.shop.member) == {"available": 1000, "balance": 1000}
    over = await till.redeem("", till.shop.pot, points=226, query="?dry_run=true")
    assert (over.status_code, over.json()["most_points"]) == (409, 225)


@pytest.mark.parametrize("provider", ["wechat", "alipay"])
async def test_a_tenant_without_an_account_is_told_which_is_missing(app, shop, rules, provider):
    """The service of this test has no accounts at all."""
    from transactional.tenants.domain import Rate

    await rules(cash=Rate(100, 1000))
    async with client_for(app, shop.key) as client:
        await client.earn(shop.member, 100, "e1")
        body = {
            "member_id": str(shop.member),
            "lines": [{"item_id": str(shop.tea), "quantity": 1}],
            "cash": {"provider": provider, "points": 60},
        }
        made = await client.post("/v1/redemptions", json=body, headers={"Idempotency-Key": "r1"})
        refused = await client.post(f"/v1/redemptions/{made.json()['redemption_id']}/payment-link")
    assert (refused.status_code, refused.json()["type"]) == (404, "urn:pointmart:problem:unknown-merchant")
    assert f"no account at {provider} is configured for acorn" in refused.json()["detail"]
