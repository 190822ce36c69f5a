"""Lowered prices: what a redemption pays, what the budget covers, and what comes back with its pieces."""

from datetime import timedelta

from tests.transactional.conftest import NOON
from transactional.tenants.domain import Rate


async def ask(client, member, key, item, quantity, *, query="", **more):
    body = {"member_id": str(member), "lines": [{"item_id": str(item), "quantity": quantity}], **more}
    return await client.post(f"/v1/redemptions{query}", json=body, headers={"Idempotency-Key": key})


def tea_for(price, shop):
    return [{"item_id": str(shop.tea), "price_points": price}]


async def test_a_redemption_pays_the_campaigns_price_and_the_quote_shows_it(client, shop, campaign, used):
    one = await campaign(discount_bp=1500, categories=["demo"], items=tea_for(77, shop))
    await client.earn(shop.member, 1000, "k1", kind="grant")
    quote = (await ask(client, shop.member, "q", shop.tea, 2, query="?dry_run=true")).json()
    line = quote["answer"]["lines"][0]
    assert (line["unit_points"], line["list_points"], line["campaign_id"], quote["points"]) == (
        77, 100, one, -154,
    )  # fmt: skip
    assert await used(one) == 0
    told = (await ask(client, shop.member, "k2", shop.tea, 2)).json()
    assert (told["points"], told["available_points"]) == (154, 846)
    # By the category's discount: 85 % of 250, rounded up.
    assert (await ask(client, shop.member, "k3", shop.pot, 1)).json()["points"] == 213
    assert await used(one) == 2 * 23 + 37
    shown = (await client.get(f"/v1/redemptions/{told['redemption_id']}")).json()
    assert shown["lines"][0]["list_points"] == 100


async def test_a_price_that_is_not_covered_is_plain_unless_a_lower_one_was_expected(
    client, shop, campaign, used
):
    one = await campaign(items=tea_for(60, shop), budget_points=100)
    await client.earn(shop.member, 5000, "k1", kind="grant")
    assert (await ask(client, shop.member, "k2", shop.tea, 2, expected_points=120)).json()["points"] == 120
    refused = await ask(client, shop.member, "k3", shop.tea, 1, expected_points=60)
    assert refused.status_code == 409
    assert refused.json()["type"].endswith("campaign-budget-spent")
    assert refused.json()["price_points"] == 100
    plain = (await ask(client, shop.member, "k4", shop.tea, 1)).json()
    assert (plain["points"], plain["campaigns_spent"]) == (100, [one])
    assert await used(one) == 80


async def test_the_budget_is_spent_to_the_last_point_and_a_member_has_no_more_than_their_part(
    client, shop, campaign, used
):
    one = await campaign(items=tea_for(60, shop), budget_points=120, member_limit_points=80)
    for member in (shop.member, shop.other_member):
        await client.earn(member, 5000, f"earn {member}", kind="grant")
    prices = [
        (await ask(client, member, f"k{number}", shop.tea, 1)).json()["points"]
        for number, member in enumerate([shop.member] * 3 + [shop.other_member] * 2)
    ]
    assert prices == [60, 60, 100, 60, 100]
    assert await used(one) == 120


async def test_a_price_that_rose_is_refused_where_no_campaign_is_the_reason(client, shop, clock, campaign):
    await campaign(items=tea_for(60, shop))
    await client.earn(shop.member, 1000, "k1", kind="grant")
    clock.now = NOON + timedelta(days=10)
    refused = await ask(client, shop.member, "k2", shop.tea, 1, expected_points=60)
    assert refused.json()["type"].endswith("price-rose")


async def test_a_refund_after_the_end_returns_what_was_paid_and_the_budget_what_was_saved(
    client, shop, clock, campaign, used
):
    one = await campaign(items=tea_for(60, shop))
    await client.earn(shop.member, 1000, "k1", kind="grant")
    told = (await ask(client, shop.member, "k2", shop.tea, 3)).json()
    clock.now = NOON + timedelta(days=11)
    first = await client.change(
        told["redemption_id"], "refunds", "r1", lines=[{"line_no": 1, "quantity": 1}], reason="broken"
    )
    assert first.status_code == 200, first.text
    assert first.json()["refunded_points"] == 60
    assert await used(one) == 80
    whole = await client.change(told["redemption_id"], "refunds", "r2", reason="broken")
    assert whole.json()["available_points"] == 1000
    assert await used(one) == 0


async def test_a_cancelled_redemption_gives_its_part_of_the_budget_back_to_the_next(
    client, shop, campaign, used
):
    one = await campaign(items=[{"item_id": str(shop.pot), "price_points": 200}], budget_points=50)
    await client.earn(shop.member, 1000, "k1", kind="grant")
    told = (await ask(client, shop.member, "k2", shop.pot, 1, expected_points=200)).json()
    assert await used(one) == 50
    cancelled = await client.change(told["redemption_id"], "cancellation", "c1", reason="changed my mind")
    assert cancelled.json()["available_points"] == 1000
    assert await used(one) == 0
    assert (await ask(client, shop.member, "k3", shop.pot, 1, expected_points=200)).status_code == 201


async def test_points_and_cash_are_split_from_the_lowered_price(client, shop, rules, campaign, used):
    await rules(cash=Rate(10, 100))
    one = await campaign(items=tea_for(60, shop))
    await client.earn(shop.member, 1000, "k1", kind="grant")
    told = (
        await ask(client, shop.member, "k2", shop.tea, 1, cash={"provider": "wechat", "points": 20})
    ).json()
    assert (told["points"], told["cash_fen"]) == (20, 400)
    assert await used(one) == 40


async def test_of_two_prices_the_lower_one_is_paid_and_a_draft_or_a_stopped_campaign_lowers_nothing(
    client, shop, campaign
):
    await campaign(items=tea_for(70, shop), reference="seventy")
    sixty = await campaign(items=tea_for(60, shop), reference="sixty")
    await campaign(items=tea_for(10, shop), reference="draft", approve=False)
    await client.earn(shop.member, 1000, "k1", kind="grant")
    assert (await ask(client, shop.member, "k2", shop.tea, 1)).json()["points"] == 60
    stopped = await client.post(
        f"/v1/campaigns/{sixty}/stop", json={"stopped_by": "boss", "reason": "enough"}
    )
    assert stopped.json()["status"] == "stopped"
    assert (await ask(client, shop.member, "k3", shop.tea, 1)).json()["points"] == 70
