"""What the service composes from the live shop: cash, points that come and go, sales, consent, experiments, draws."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.literal_release import ACORN, BIRCH, LAN, MEI, MUG, OTTO, RICE, TEA, TICKET, UMBRELLA, WATCH
from tests.serving.mall import NOW

NEW = [UUID(int=n) for n in range(1, 9)]


async def recommended(client, member_id, **parameters):
    headers = parameters.pop("headers", None)
    answer = await client.get(f"/v1/recommendations/{member_id}", params=parameters, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(answer):
    return [UUID(item["item_id"]) for item in answer["items"]]


def item_of(answer, item_id):
    return next(item for item in answer["items"] if item["item_id"] == str(item_id))


def told(item):
    return item["affordability"], item["points_due"], item["cash_fen"]


async def test_the_rest_may_be_paid_in_cash(acorn, mall):
    assert WATCH not in ids(await recommended(acorn, MEI))
    mall.take_cash(ACORN, 100, 1_000)
    watch = item_of(await recommended(acorn, MEI), WATCH)
    assert told(watch) == ("with_cash", 500, 495_000)
    assert watch["price_points"] == 50_000
    assert watch["position"] >= 3
    assert WATCH in ids(await recommended(acorn, MEI, reach="cash"))
    assert WATCH not in ids(await recommended(acorn, MEI, reach="now"))
    # Of 50,000 points at most nine tenths in cash: 5,000 in points, and there are 500.
    mall.take_cash(ACORN, 100, 1_000, share_max_bp=9_000)
    assert WATCH not in ids(await recommended(acorn, MEI))


async def test_points_that_become_spendable_bring_an_item_within_reach(acorn, mall):
    mall.earn(ACORN, MEI, 49_500, active_from=NOW + timedelta(days=30))
    answer = await recommended(acorn, MEI)
    assert answer["available_points"] == 500
    assert told(item_of(answer, WATCH)) == ("soon", 50_000, 0)
    assert ids(answer).index(WATCH) >= 2
    for reach in ("cash", "now"):
        assert WATCH not in ids(await recommended(acorn, MEI, reach=reach))


@pytest.mark.parametrize(("price", "is_within_reach"), [(433, True), (434, False)])
async def test_what_a_member_usually_earns_brings_an_item_within_reach(
    acorn, mall, as_birch, price, is_within_reach
):
    # Otto has 100 points and earned 1,000 in 90 days.
    mall.offer(BIRCH, MUG, 10)
    mall.execute(
        "update mall.offer set price_points = %s where tenant_id = %s and item_id = %s", price, BIRCH, TEA
    )
    answer = await recommended(acorn, OTTO, headers=as_birch)
    assert set(ids(answer)) == {UMBRELLA, MUG, *([TEA] if is_within_reach else [])}
    assert not is_within_reach or item_of(answer, TEA)["affordability"] == "soon"


async def test_without_points_nothing_is_shown(acorn, mall):
    mall.take_cash(ACORN, 100, 1_000)
    mall.hold(ACORN, MEI, 500, expires_at=NOW + timedelta(minutes=15))
    answer = await recommended(acorn, MEI)
    assert (answer["available_points"], answer["items"]) == (0, [])


async def test_points_about_to_expire_are_the_reason_of_what_they_pay_for(acorn, mall):
    mall.earn(ACORN, MEI, 200, expires_on="2026-04-20")
    answer = await recommended(acorn, MEI)
    assert item_of(answer, RICE)["reason"] == {
        "zh": "积分即将到期：200 积分4月20日到期",
        "en": "Points about to expire: 200 on 2026-04-20",
    }
    # A ticket for 50 uses up little of it.
    assert "到期" not in item_of(answer, TICKET)["reason"]["zh"]


async def test_a_flash_sale_has_its_price_and_its_reason(acorn, mall):
    mall.execute("update mall.stock set on_hand = 0 where tenant_id = %s and item_id = %s", ACORN, MUG)
    assert MUG not in ids(await recommended(acorn, MEI))
    sale_id = mall.sell(ACORN, MUG, 150)
    answer = await recommended(acorn, MEI)
    mug = item_of(answer, MUG)
    assert (mug["price_points"], mug["points_due"], mug["flash_sale_id"]) == (150, 150, str(sale_id))
    assert mug["reason"] == {"zh": "限时秒杀", "en": "Flash sale"}
    # In its sales so far the mug went 1.8 times as well.
    assert ids(answer)[0] == MUG


async def test_an_item_too_dear_comes_within_reach_by_a_sale(acorn, mall):
    mall.sell(ACORN, WATCH, 499)
    assert WATCH in ids(await recommended(acorn, MEI))


async def test_who_has_its_piece_of_a_sale_pays_the_shops_price(acorn, mall):
    sale_id = mall.sell(ACORN, MUG, 150, member_limit=2)
    bought = [mall.redeem(ACORN, member_id, MUG, 1) for member_id in (MEI, MEI, LAN)]
    mall.execute(
        "update mall.redemption set flash_sale_id = %s where redemption_id = any(%s)", sale_id, bought
    )
    assert item_of(await recommended(acorn, MEI), MUG)["price_points"] == 300
    mall.execute("update mall.redemption set status = 'cancelled' where redemption_id = %s", bought[0])
    assert item_of(await recommended(acorn, MEI), MUG)["price_points"] == 150


@pytest.mark.parametrize(
    "changed",
    [
        {"left": 0},
        {"ends_at": NOW},
        {"starts_at": NOW + timedelta(seconds=1)},
        {"price_points": 300},
    ],
    ids=["sold out", "over", "not begun", "no cheaper"],
)
async def test_a_sale_that_gives_nothing_is_not_told(acorn, mall, changed):
    mall.sell(ACORN, MUG, changed.pop("price_points", 150), **changed)
    mug = item_of(await recommended(acorn, MEI), MUG)
    assert (mug["price_points"], mug["flash_sale_id"]) == (300, None)


async def test_the_cheapest_of_several_sales_counts_and_a_closed_one_does_not(acorn, mall):
    cheap, _, closed = (mall.sell(ACORN, MUG, price) for price in (150, 200, 100))
    mall.execute("update mall.flash_sale set closed_at = %s where sale_id = %s", NOW, closed)
    assert item_of(await recommended(acorn, MEI), MUG)["flash_sale_id"] == str(cheap)


async def test_who_refused_gets_what_is_popular_or_on_sale(acorn, mall):
    mall.execute(
        "update mall.member set is_personalised = false, profile = 'young' where member_id = %s", MEI
    )
    mall.earn(ACORN, MEI, 200, expires_on="2026-04-20")
    mall.sell(ACORN, MUG, 150)
    before = await recommended(acorn, MEI)
    assert before["policy"] == "unpersonalised"
    assert [(item["stage"], item["slot"]) for item in before["items"]] == [
        ("campaign", "novel"),
        *[("popular", "novel")] * 3,
    ]
    assert ids(before) == [MUG, TEA, RICE, TICKET]
    mall.act(ACORN, MEI, "favourite", TICKET, NOW)
    mall.redeem(ACORN, MEI, TICKET, 1)
    assert (await recommended(acorn, MEI))["items"] == before["items"]


async def test_the_control_share_gets_what_is_popular(releases, settings, serve, mall):
    mall.act(ACORN, MEI, "favourite", TICKET, NOW)
    async with serve(settings.model_copy(update={"serving_control_share": 1.0})) as client:
        answer = await recommended(client, MEI)
    assert answer["policy"] == "popularity"
    assert ids(answer) == [TEA, RICE, MUG, TICKET]
    assert [item["slot"] for item in answer["items"]] == ["repeat", "repeat", "novel", "novel"]


def stock_up(mall, *, listed_from="2026-01-01"):
    for number, item_id in enumerate(NEW):
        mall.add_item(item_id, f"new {number}", f"category {number}")
        mall.offer(ACORN, item_id, 100)
        mall.execute("update mall.offer set listed_from = %s where item_id = %s", listed_from, item_id)


async def test_a_new_item_stands_in_the_fifth_place_now_and_then(releases, settings, serve, mall):
    stock_up(mall, listed_from=NOW - timedelta(days=27))
    async with serve(settings.model_copy(update={"serving_exploration_share": 1.0})) as client:
        answers = [await recommended(client, MEI, limit=5) for _ in range(12)]
    for answer in answers:
        *others, fifth = answer["items"]
        assert {item["propensity"] for item in others} == {1.0}
        # The chosen one is new as well, so each of the eight may be drawn, itself among them.
        assert fifth["propensity"] == 0.125
        assert UUID(fifth["item_id"]) in NEW
        assert fifth["slot"] in ("explore", "novel")
    drawn = {
        item["item_id"] for answer in answers for item in answer["items"][4:] if item["slot"] == "explore"
    }
    assert len(drawn) > 1
    assert {
        item["reason"]["zh"] for answer in answers for item in answer["items"] if item["slot"] == "explore"
    } == {"换个新选择"}


async def test_what_is_neither_new_nor_rare_is_not_drawn(releases, settings, serve, mall):
    stock_up(mall)
    async with serve(settings.model_copy(update={"serving_exploration_share": 1.0})) as client:
        answer = await recommended(client, MEI, limit=5)
    assert [item["propensity"] for item in answer["items"]] == [1.0] * 5
    assert {item["slot"] for item in answer["items"]} <= {"repeat", "novel"}


async def test_what_few_have_taken_is_drawn_and_never_at_a_price_out_of_reach(
    releases, settings, serve, mall
):
    # The release counts no redemption of the ticket and the watch, and 18 of the umbrella's kind elsewhere.
    stock_up(mall)
    for item_id in (TEA, RICE, MUG):
        mall.execute("update mall.stock set on_hand = 0 where item_id = %s", item_id)
    async with serve(settings.model_copy(update={"serving_exploration_share": 1.0})) as client:
        answer = await recommended(client, LAN, limit=50)
    # The ticket is few members' and stands first, so nothing is left to draw.
    assert WATCH not in ids(answer)
    assert {item["propensity"] for item in answer["items"]} == {1.0}


@pytest.mark.parametrize("reach", ["later", "", "NOW", "now,soon"])
async def test_a_reach_that_there_is_not_is_refused(still, reach):
    answer = await still.get(f"/v1/recommendations/{MEI}", params={"reach": reach})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == "reach"


async def test_positions_count_from_one(still):
    assert [item["position"] for item in (await recommended(still, MEI))["items"]] == [1, 2, 3, 4]


async def test_another_tenants_sale_changes_nothing(acorn, mall):
    mall.offer(BIRCH, MUG, 300)
    mall.sell(BIRCH, MUG, 100)
    assert item_of(await recommended(acorn, MEI), MUG)["price_points"] == 300


async def test_a_member_without_lots_is_answered(acorn, mall):
    member_id = uuid4()
    mall.add_member(ACORN, member_id)
    answer = await recommended(acorn, member_id)
    assert (answer["available_points"], answer["items"]) == (0, [])
