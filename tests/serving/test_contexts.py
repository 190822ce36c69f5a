"""Where recommendations are shown beside home: an item's page, a basket, after a redemption, points that expire."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from tests.literal_release import ACORN, LAN, MEI, MUG, OTTO, RICE, TEA, TICKET, UMBRELLA, WATCH, publish
from tests.serving.gate import running_gate
from tests.serving.mall import NOW

GOES_WITH_TEA = f"/v1/items/{TEA}/goes-with"
BASKET = f"/v1/recommendations/{MEI}?context=basket&item_id={TEA}"
AFTER = f"/v1/recommendations/{MEI}?context=after_redemption&item_id={TEA}"
EXPIRING = f"/v1/recommendations/{MEI}?context=expiring"
HOME = f"/v1/recommendations/{MEI}"
EVERYWHERE = {
    "home": HOME,
    "an item's page": f"{GOES_WITH_TEA}?member_id={MEI}",
    "an item's page, somebody": GOES_WITH_TEA,
    "basket": BASKET,
    "after a redemption": AFTER,
    "expiring": EXPIRING,
}


async def answered(client, path, headers=None):
    answer = await client.get(path, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


def ids(answer):
    return [UUID(item["item_id"]) for item in answer["items"]]


def item_of(answer, item_id):
    return next(item for item in answer["items"] if item["item_id"] == str(item_id))


def expire(mall, points=300, expires_on="2026-04-20"):
    """Give MEI points that expire: it has 500 that do not."""
    return mall.earn(ACORN, MEI, points, expires_on=expires_on)


async def test_an_items_page_shows_anybody_what_goes_with_it(acorn):
    answer = await answered(acorn, GOES_WITH_TEA)
    assert (answer["context"], answer["item_ids"]) == ("goes_with", [str(TEA)])
    assert (answer["member_id"], answer["available_points"]) == (None, None)
    # Taken together with the tea, alike and taken together, then what is popular; never the tea, dear as one is.
    assert ids(answer) == [MUG, RICE, TICKET, WATCH]
    assert [(item["stage"], item["affordability"]) for item in answer["items"]] == [
        ("neighbour", None), ("neighbour", None), ("popular", None), ("popular", None),
    ]  # fmt: skip
    assert answer["items"][0]["reason"] == {
        "zh": "常与“茶叶礼盒”一起被兑换",
        "en": "Often redeemed together with “茶叶礼盒”",
    }
    assert UUID(answer["request_id"])


async def test_a_members_item_page_is_cut_to_its_points_and_keeps_its_policy(acorn):
    answer = await answered(acorn, f"{GOES_WITH_TEA}?member_id={MEI}&reach=now")
    assert (answer["member_id"], answer["available_points"], answer["policy"]) == (str(MEI), 500, "recipe")
    assert ids(answer) == [MUG, RICE, TICKET]
    assert {item["affordability"] for item in answer["items"]} == {"now"}


async def test_a_stranger_and_another_tenants_member_see_the_page_as_anybody_does(acorn):
    anybody = await answered(acorn, GOES_WITH_TEA)
    for member_id in (uuid4(), OTTO):
        answer = await answered(acorn, f"{GOES_WITH_TEA}?member_id={member_id}")
        assert (answer["member_id"], answer["items"]) == (None, anybody["items"])


@pytest.mark.parametrize("item_id", [uuid4(), UMBRELLA], ids=["nobody's", "another tenant's"])
async def test_a_page_about_what_the_tenant_never_offered_is_not_found(acorn, item_id):
    answer = await acorn.get(f"/v1/items/{item_id}/goes-with")
    assert (answer.status_code, answer.json()["type"]) == (404, "urn:pointmart:problem:unknown-item")


async def test_neighbours_of_an_item_are_the_tenants_own(acorn, as_birch):
    answer = await answered(acorn, GOES_WITH_TEA, as_birch)
    assert [(UUID(item["item_id"]), item["stage"]) for item in answer["items"]] == [(UMBRELLA, "popular")]


async def test_the_page_of_a_delisted_item_still_says_what_goes_with_it(acorn, mall):
    mall.execute("update mall.offer set listed_until = %s where item_id = %s", NOW, TEA)
    assert ids(await answered(acorn, GOES_WITH_TEA))[0] == MUG


async def test_what_only_resembles_the_item_says_so(acorn, releases):
    publish(releases, "alike", lambda release: release.execute(
        "delete from marts.fct_item_neighbours where kind = 'together'"))  # fmt: skip
    async with asyncio.timeout(10):
        while (answer := await answered(acorn, GOES_WITH_TEA))["release_id"] != "alike":
            await asyncio.sleep(0.02)
    assert item_of(answer, RICE)["reason"] == {"zh": "与“茶叶礼盒”相似", "en": "Similar to “茶叶礼盒”"}


async def test_a_basket_is_complemented_by_what_goes_with_its_items(acorn):
    answer = await answered(acorn, f"{BASKET}&item_id={MUG}")
    # The ticket goes with the mug, the rice with the tea; neither of the two in the basket is shown.
    assert set(ids(answer)) == {RICE, TICKET}
    assert item_of(answer, TICKET)["reason"]["en"] == "Often redeemed together with “Travel mug”"
    assert answer["item_ids"] == [str(TEA), str(MUG)]


async def test_an_item_nobody_knows_adds_nothing_to_a_basket(acorn):
    known = await answered(acorn, BASKET)
    answer = await answered(acorn, f"{BASKET}&item_id={uuid4()}&item_id={UMBRELLA}")
    assert (answer["item_ids"], answer["items"]) == ([str(TEA)], known["items"])


async def test_after_a_redemption_comes_what_goes_with_it_and_not_the_same_again(acorn, mall):
    mall.earn(ACORN, LAN, 1_000)
    mall.redeem(ACORN, LAN, MUG, 300, at=NOW - timedelta(hours=5))
    mall.redeem(ACORN, LAN, TEA, 100, at=NOW - timedelta(seconds=1))
    answer = await answered(acorn, f"/v1/recommendations/{LAN}?context=after_redemption")
    assert answer["item_ids"] == [str(TEA)]
    # The mug was taken before, but not now: it goes with the tea.
    assert ids(answer)[0] == MUG
    assert TEA not in ids(answer)
    assert answer["items"][0]["reason"] == {
        "zh": "兑换“茶叶礼盒”的会员也兑换了",
        "en": "Members who redeemed “茶叶礼盒” redeemed it too",
    }


async def test_what_a_member_takes_again_and_again_is_shown_after_its_redemption(acorn, mall):
    # MEI has taken the tea twice, the mug never.
    assert TEA in ids(await answered(acorn, AFTER))
    after_mug = f"/v1/recommendations/{MEI}?context=after_redemption&item_id={MUG}"
    assert MUG not in ids(await answered(acorn, after_mug))
    mall.redeem(ACORN, MEI, MUG, 1)
    assert MUG not in ids(await answered(acorn, after_mug))
    mall.redeem(ACORN, MEI, MUG, 1)
    assert MUG in ids(await answered(acorn, after_mug))


async def test_after_no_redemption_the_answer_goes_with_nothing(acorn):
    answer = await answered(acorn, f"/v1/recommendations/{LAN}?context=after_redemption")
    assert answer["item_ids"] == []
    assert ids(answer)


async def test_who_refused_is_not_asked_what_it_redeemed(acorn, mall):
    mall.execute("update mall.member set is_personalised = false where member_id = %s", LAN)
    mall.redeem(ACORN, LAN, TEA, 100)
    answer = await answered(acorn, f"/v1/recommendations/{LAN}?context=after_redemption")
    assert (answer["policy"], answer["item_ids"]) == ("unpersonalised", [])
    # What is on the page is no secret of the member.
    beside = await answered(acorn, f"{GOES_WITH_TEA}?member_id={LAN}&reach=now")
    assert "Often redeemed together" in beside["items"][0]["reason"]["en"] or beside["items"][0][
        "item_id"
    ] == str(RICE)


async def test_points_that_expire_are_used_up_by_what_they_pay_for(acorn, mall):
    expire(mall, 250)
    answer = await answered(acorn, EXPIRING)
    assert answer["expiring"] == {"points": 250, "first_on": "2026-04-20", "is_at_once": True}
    # Not the mug for 300, which would take other points too.
    assert set(ids(answer)) == {TEA, RICE, TICKET}
    assert {item["reason"]["en"] for item in answer["items"]} == {"Points about to expire: 250 on 2026-04-20"}
    assert answer["items"][0]["reason"]["zh"] == "积分即将到期：250 积分4月20日到期"
    scores = {UUID(item["item_id"]): item["score"] for item in answer["items"]}
    home = {UUID(item["item_id"]): item["score"] for item in (await answered(acorn, HOME))["items"]}
    assert scores[RICE] / scores[TICKET] > home[RICE] / home[TICKET]


@pytest.mark.parametrize(("days", "points"), [(18, None), (19, 250), (366, 250)])
async def test_only_what_expires_within_the_days_asked_for_is_used_up(acorn, mall, days, points):
    expire(mall, 250)
    answer = await answered(acorn, f"{EXPIRING}&days={days}")
    assert (answer["expiring"] or {}).get("points") == points
    assert bool(answer["items"]) == (points is not None)


FILTERS = {
    "category=食品": {TEA, RICE},
    "category=食品&category=Leisure": {TEA, RICE, TICKET, WATCH},
    "kind=virtual": {TICKET},
    "kind=physical&kind=service": {TEA, RICE, MUG, WATCH},
    "price_from=100&price_to=200": {TEA, RICE},
    "price_to=99": {TICKET},
    "category=食品&price_from=101": {RICE},
    "category=nothing": set(),
}


@pytest.mark.parametrize("where", EVERYWHERE)
async def test_filters_narrow_every_answer(acorn, mall, where):
    expire(mall, 300)
    path = EVERYWHERE[where]
    whole = set(ids(await answered(acorn, path)))
    for filters, left in FILTERS.items():
        answer = await answered(acorn, f"{path}{'&' if '?' in path else '?'}{filters}")
        assert (filters, set(ids(answer))) == (filters, whole & left)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("context=basket", "item_id"),
        (f"item_id={TEA}", "item_id"),
        (f"context=expiring&item_id={TEA}", "item_id"),
        ("days=3", "days"),
        ("context=expiring&days=0", "days"),
        ("context=somewhere", "context"),
        ("kind=heavy", "0"),
        ("price_from=5&price_to=4", "price_from"),
        ("price_from=-1", "price_from"),
    ],
)
async def test_what_does_not_belong_to_a_context_is_refused_by_name(still, query, field):
    answer = await still.get(f"/v1/recommendations/{MEI}?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize("where", EVERYWHERE)
async def test_what_is_gone_disappears_at_once_everywhere(acorn, mall, where):
    expire(mall)
    path = EVERYWHERE[where]
    assert {MUG, RICE} <= set(ids(await answered(acorn, path)))
    mall.execute("update mall.stock set on_hand = 0 where item_id = %s", MUG)
    assert MUG not in ids(await answered(acorn, path))
    mall.execute("update mall.offer set listed_until = %s where item_id = %s", NOW, RICE)
    assert not {MUG, RICE} & set(ids(await answered(acorn, path)))
    mall.execute("update mall.stock set on_hand = 1 where item_id = %s", MUG)
    assert MUG in ids(await answered(acorn, path))


@pytest.mark.parametrize("where", [where for where in EVERYWHERE if "somebody" not in where])
async def test_an_act_of_the_member_changes_the_next_answer_everywhere(acorn, mall, where):
    expire(mall)
    path = EVERYWHERE[where]
    before = await answered(acorn, path)
    mall.act(ACORN, MEI, "click", TICKET, NOW)
    clicked = await answered(acorn, path)
    assert item_of(clicked, TICKET)["score"] > item_of(before, TICKET)["score"]
    mall.redeem(ACORN, MEI, TEA, 100)
    redeemed = await answered(acorn, path)
    assert redeemed["available_points"] == clicked["available_points"] - 100
    mall.execute("update mall.member set erased_at = now() where member_id = %s", MEI)
    assert (await acorn.get(path)).status_code == (200 if "page" in where else 404)


@pytest.mark.parametrize("where", EVERYWHERE)
async def test_without_the_database_every_answer_comes_from_the_release(
    releases, settings, serve, database_url, where
):
    path = EVERYWHERE[where]
    async with (
        running_gate(database_url) as gate,
        serve(settings.model_copy(update={"database_url": gate.url})) as client,
    ):
        live = await answered(client, path)
        await gate.close()
        answer = await answered(client, path)
        unknown = await client.get(f"/v1/items/{UMBRELLA}/goes-with")
        stranger = await answered(client, f"{GOES_WITH_TEA}?member_id={uuid4()}")
    assert (live["degraded"], answer["degraded"]) == (False, True)
    assert (answer["item_ids"], answer["context"]) == (live["item_ids"], live["context"])
    assert ids(answer)[:2] == ids(live)[:2]
    assert (unknown.status_code, stranger["member_id"]) == (404, None)
