import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.literal_release import (
    ACORN,
    BIRCH,
    LAN,
    LOTS,
    MEI,
    MUG,
    OTTO,
    RELEASE_ID,
    RICE,
    TEA,
    TICKET,
    UMBRELLA,
    WATCH,
    publish,
)
from tests.serving.mall import NOW, Mall


async def recommended(client, member_id, **parameters):
    answer = await client.get(f"/v1/recommendations/{member_id}", params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def until_served(client, release_id):
    async with asyncio.timeout(10):
        while (await recommended(client, MEI))["release_id"] != release_id:
            await asyncio.sleep(0.02)


def ids(answer):
    return [UUID(item["item_id"]) for item in answer["items"]]


def item_of(answer, item_id):
    return next(item for item in answer["items"] if item["item_id"] == str(item_id))


async def test_the_released_list_is_shown_with_variety_then_what_is_popular(acorn):
    answer = await recommended(acorn, MEI)
    assert answer["available_points"] == 500
    assert answer["release_id"] == RELEASE_ID
    assert answer["degraded"] is False
    assert answer["generated_at"] == "2026-04-01T03:00:00Z"
    assert UUID(answer["request_id"])
    assert answer["policy"] == "recipe"
    # The rice is food like the tea, so the mug goes before it.
    assert ids(answer) == [TEA, MUG, RICE, TICKET]
    assert answer["items"][0] == {
        "position": 1,
        "item_id": str(TEA),
        "name": "茶叶礼盒",
        "category": "食品",
        "price_points": 100,
        "flash_sale_id": None,
        "affordability": "now",
        "points_due": 100,
        "cash_fen": 0,
        "slot": "repeat",
        "propensity": 1.0,
        # First of the list; half of the half of what two groups of newcomers lend it; within reach.
        "score": 1.126,
        "stage": "personal",
        "reason": {"zh": "常换好物：您兑换过 2 次", "en": "A favourite of yours: you redeemed it 2 times"},
    }
    assert [(item["stage"], item["slot"]) for item in answer["items"]] == [
        ("personal", "repeat"),
        ("neighbour", "novel"),
        ("personal", "repeat"),
        ("popular", "novel"),
    ]


async def test_every_answer_has_its_own_request_id(acorn):
    answers = [await recommended(acorn, MEI) for _ in range(3)]
    assert len({answer["request_id"] for answer in answers}) == 3


async def test_a_click_changes_the_next_answer(acorn, mall):
    before = await recommended(acorn, LAN)
    mall.act(ACORN, LAN, "click", TICKET, NOW - timedelta(minutes=1))
    answer = await recommended(acorn, LAN)
    assert (ids(before)[0], ids(answer)[0]) == (TEA, TICKET)
    assert answer["items"][0]["stage"] == "live"
    assert answer["items"][0]["reason"]["en"] == "You just opened it"
    mall.act(ACORN, LAN, "favourite", TEA, NOW)
    mug = item_of(await recommended(acorn, LAN), MUG)
    assert mug["stage"] == "live"
    assert mug["reason"]["en"] == "Because you just saved “茶叶礼盒”"


async def test_being_shown_an_item_is_no_act_and_changes_no_answer(acorn, mall):
    before = await recommended(acorn, LAN)
    for minute in range(60):
        mall.show(ACORN, LAN, TEA, NOW - timedelta(minutes=minute))
    after = await recommended(acorn, LAN)
    assert after["items"] == before["items"]
    # Nor do they push out of the newest 50 what the member did before them.
    mall.act(ACORN, LAN, "click", TEA, NOW - timedelta(hours=2))
    assert (await recommended(acorn, LAN))["items"] != before["items"]


async def test_a_redemption_changes_the_next_answer(acorn, mall):
    mall.earn(ACORN, LAN, 1_000)
    before = await recommended(acorn, LAN)
    assert before["available_points"] == 1_300
    assert ids(before) == [MUG, TEA, RICE, TICKET]
    assert {item["stage"] for item in before["items"]} == {"starting"}

    mall.redeem(ACORN, LAN, TEA, 100)
    after = await recommended(acorn, LAN)
    assert after["available_points"] == 1_200
    assert ids(after)[0] == MUG
    mug, tea = item_of(after, MUG), item_of(after, TEA)
    assert mug["stage"] == "live"
    assert mug["reason"] == {"zh": "因为您刚刚兑换了“茶叶礼盒”", "en": "Because you just redeemed “茶叶礼盒”"}
    assert tea["stage"] == "personal"
    assert tea["reason"]["en"] == "You redeemed it once"


async def test_a_cancelled_redemption_is_no_signal(acorn, mall):
    redemption_id = mall.redeem(ACORN, LAN, TEA, 100)
    mall.execute("update mall.redemption set status = 'cancelled' where redemption_id = %s", redemption_id)
    answer = await recommended(acorn, LAN)
    assert {item["stage"] for item in answer["items"]} <= {"starting", "popular"}


async def test_events_older_than_a_week_are_no_signal(acorn, mall):
    mall.act(ACORN, LAN, "click", TICKET, NOW - timedelta(days=8))
    answer = await recommended(acorn, LAN)
    assert {item["stage"] for item in answer["items"]} <= {"starting", "popular"}


async def test_another_members_redemption_changes_nothing(acorn, mall):
    before = await recommended(acorn, LAN)
    mall.redeem(ACORN, MEI, MUG, 300)
    after = await recommended(acorn, LAN)
    assert after["items"] == before["items"]
    assert after["available_points"] == before["available_points"]


async def test_what_runs_out_of_stock_disappears_at_once(acorn, mall):
    mall.execute("update mall.stock set on_hand = 0 where tenant_id = %s and item_id = %s", ACORN, TEA)
    assert ids(await recommended(acorn, MEI)) == [RICE, MUG, TICKET]


async def test_pieces_set_aside_are_not_shown(acorn, mall):
    mall.execute("update mall.stock set on_hand = 0, allotted = 5 where item_id = %s", TEA)
    assert ids(await recommended(acorn, MEI)) == [RICE, MUG, TICKET]


async def test_what_is_delisted_disappears_at_once(acorn, mall):
    mall.execute(
        "update mall.offer set listed_until = %s where tenant_id = %s and item_id = %s", NOW, ACORN, TEA
    )
    assert ids(await recommended(acorn, MEI)) == [RICE, MUG, TICKET]


async def test_what_is_not_listed_yet_is_not_shown(acorn, mall):
    later = NOW + timedelta(seconds=1)
    mall.execute(
        "update mall.offer set listed_from = %s where tenant_id = %s and item_id = %s", later, ACORN, TEA
    )
    assert ids(await recommended(acorn, MEI)) == [RICE, MUG, TICKET]


async def test_what_costs_more_than_is_available_disappears(acorn, mall):
    mall.execute("update mall.offer set price_points = 501 where tenant_id = %s and item_id = %s", ACORN, TEA)
    mall.execute(
        "update mall.offer set price_points = 500 where tenant_id = %s and item_id = %s", ACORN, RICE
    )
    assert set(ids(await recommended(acorn, MEI))) == {RICE, MUG, TICKET}
    mall.redeem(ACORN, MEI, TICKET, 1)
    assert set(ids(await recommended(acorn, MEI))) == {MUG, TICKET}


async def test_an_expired_lot_cannot_be_spent(acorn, mall, clock):
    mall.earn(ACORN, MEI, 60_000, expires_on="2026-04-01")
    assert WATCH in ids(await recommended(acorn, MEI))
    clock.now = NOW + timedelta(days=1)
    answer = await recommended(acorn, MEI)
    assert answer["available_points"] == 500
    assert WATCH not in ids(answer)


async def test_a_landed_lot_that_expired_cannot_be_spent(acorn, mall):
    mall.execute(
        "update mall.lot set expires_on = '2026-03-31', xid = pg_current_xact_id() where lot_id = %s",
        LOTS[MEI],
    )
    answer = await recommended(acorn, MEI)
    assert (answer["available_points"], answer["items"]) == (0, [])


async def test_a_lot_not_yet_active_cannot_be_spent(acorn, mall):
    mall.earn(ACORN, MEI, 60_000, active_from=NOW + timedelta(minutes=1))
    assert (await recommended(acorn, MEI))["available_points"] == 500


async def test_held_points_cannot_be_spent_until_their_hold_ends(acorn, mall, clock):
    mall.hold(ACORN, MEI, 450, expires_at=NOW + timedelta(minutes=15))
    mall.hold(ACORN, LAN, 7, expires_at=NOW + timedelta(minutes=15))
    answer = await recommended(acorn, MEI)
    assert (answer["available_points"], ids(answer)) == (50, [TICKET])
    clock.now = NOW + timedelta(minutes=15)
    assert (await recommended(acorn, MEI))["available_points"] == 500


@pytest.mark.parametrize("status", ["captured", "released"])
async def test_a_hold_that_has_ended_holds_nothing(acorn, mall, status):
    mall.hold(ACORN, MEI, 450, expires_at=NOW + timedelta(minutes=15))
    mall.execute("update mall.hold set status = %s, resolved_at = %s", status, NOW)
    assert (await recommended(acorn, MEI))["available_points"] == 500


async def test_what_was_open_at_the_landing_counts_from_its_commit_on(acorn, mall, releases, database_url):
    lot_id = uuid4()
    with psycopg.connect(database_url) as late:
        Mall(late).earn(ACORN, MEI, 1_000, lot_id=lot_id)
        mall.earn(ACORN, MEI, 30)  # of a later transaction that ended before the landing
        publish(releases, "between", _with_lot_of(30), snapshot=mall.snapshot())
        await until_served(acorn, "between")
        assert (await recommended(acorn, MEI))["available_points"] == 530
        late.commit()
    assert (await recommended(acorn, MEI))["available_points"] == 1_530


def _with_lot_of(points):
    """Return what the landing of the newest lot does to a release: its entry, on the member's first lot."""
    return lambda release: release.execute(
        "insert into marts.fct_entries select * replace (? as amount_points) from marts.fct_entries "
        "where lot_id = ? limit 1",
        [points, LOTS[MEI]],
    )


@pytest.mark.parametrize(
    ("recorded_at", "reason"),
    [("2026-04-01 01:00+00", "Members like you like it"), ("2026-04-01 02:30+00", "You redeemed it once")],
    ids=["redeemed before the landing", "redeemed after it"],
)
async def test_a_partly_refunded_redemption_counts_once(acorn, mall, recorded_at, reason):
    redemption_id = mall.redeem(ACORN, LAN, TICKET, 100)
    mall.execute(
        "update mall.redemption set status = 'partially_refunded', recorded_at = %s where redemption_id = %s",
        *(recorded_at, redemption_id),
    )
    mall.execute(
        "update mall.redemption_line set quantity = 2, refunded_quantity = 1 where redemption_id = %s",
        redemption_id,
    )
    ticket = item_of(await recommended(acorn, LAN), TICKET)
    assert ticket["reason"]["en"] == reason


async def test_what_was_given_back_whole_and_what_was_drawn_is_no_signal(acorn, mall):
    given_back, drawn = mall.redeem(ACORN, LAN, TEA, 100), mall.redeem(ACORN, LAN, MUG, 1)
    mall.execute(
        "update mall.redemption_line set refunded_quantity = quantity where redemption_id = %s", given_back
    )
    mall.execute("update mall.redemption set mode = 'draw' where redemption_id = %s", drawn)
    answer = await recommended(acorn, LAN)
    assert {item["stage"] for item in answer["items"]} <= {"starting", "popular"}


async def test_a_newcomer_starts_with_what_its_group_likes(acorn, mall):
    member_id = uuid4()
    mall.add_member(ACORN, member_id)
    mall.earn(ACORN, member_id, 250)
    answer = await recommended(acorn, member_id)
    assert answer["available_points"] == 250
    assert ids(answer) == [TEA, TICKET, RICE]
    assert answer["items"][0]["reason"] == {"zh": "同类会员喜欢", "en": "Members like you like it"}
    mall.execute("update mall.member set profile = 'family' where member_id = %s", member_id)
    assert ids(await recommended(acorn, member_id)) == [TEA, RICE, TICKET]


async def test_a_test_member_has_all_of_its_points(acorn, mall, releases):
    member_id = uuid4()
    mall.add_member(ACORN, member_id, is_test=True)
    mall.earn(ACORN, member_id, 250)
    publish(releases, "after-the-test-member", snapshot=mall.snapshot())
    await until_served(acorn, "after-the-test-member")
    answer = await recommended(acorn, member_id)
    assert answer["available_points"] == 250


async def test_a_member_the_release_leaves_out_has_all_of_its_points(acorn, mall, releases):
    member_id = uuid4()
    mall.add_member(ACORN, member_id)
    mall.earn(ACORN, member_id, 250, lot_id=(lot_id := uuid4()))
    mall.redeem(ACORN, member_id, TICKET, 50, lot_id=lot_id)
    # Not among those it counts, as one that was erased when it landed.
    publish(releases, "without-the-member", snapshot=mall.snapshot())
    await until_served(acorn, "without-the-member")
    answer = await recommended(acorn, member_id)
    assert answer["available_points"] == 200
    assert item_of(answer, TICKET)["reason"]["en"] == "You redeemed it once"


async def test_a_new_offer_is_within_reach_before_any_release_knows_it(acorn, mall):
    item_id = uuid4()
    mall.add_item(item_id, "月饼", "食品")
    mall.offer(ACORN, item_id, 80)
    answer = await recommended(acorn, MEI)
    assert ids(answer)[-1] == item_id
    assert answer["items"][-1]["reason"]["zh"] == "您的积分可以兑换"


@pytest.mark.parametrize("limit", [1, 2, 50])
async def test_the_limit_holds_and_nothing_repeats(acorn, mall, limit):
    for item_id in (TEA, MUG, TEA, RICE):
        mall.act(ACORN, MEI, "view", item_id, NOW)
    shown = ids(await recommended(acorn, MEI, limit=limit))
    assert len(shown) == len(set(shown)) == min(limit, 4)


@pytest.mark.parametrize("limit", ["0", "51", "-1", "many", "1.5"])
async def test_a_limit_out_of_range_is_refused(acorn, limit):
    answer = await acorn.get(f"/v1/recommendations/{MEI}", params={"limit": limit})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "urn:pointmart:problem:invalid-request"
    assert answer.json()["errors"][0]["field"] == "limit"


async def test_a_malformed_member_is_refused(acorn):
    answer = await acorn.get("/v1/recommendations/nobody")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "member_id"


async def test_an_unknown_or_erased_member_is_not_found(acorn, mall):
    mall.execute("update mall.member set erased_at = now() where member_id = %s", LAN)
    for member_id in (uuid4(), LAN):
        answer = await acorn.get(f"/v1/recommendations/{member_id}")
        assert answer.status_code == 404
        assert answer.json()["type"] == "urn:pointmart:problem:unknown-member"


async def test_another_tenants_member_is_not_found(acorn, as_birch):
    assert (await acorn.get(f"/v1/recommendations/{OTTO}")).status_code == 404
    assert (await acorn.get(f"/v1/recommendations/{MEI}", headers=as_birch)).status_code == 404


async def test_a_tenant_shows_its_own_offers_at_its_own_prices(acorn, mall, as_birch):
    mall.earn(BIRCH, OTTO, 100)
    answer = (await acorn.get(f"/v1/recommendations/{OTTO}", headers=as_birch)).json()
    assert answer["available_points"] == 200
    assert [(UUID(item["item_id"]), item["price_points"]) for item in answer["items"]] == [
        (UMBRELLA, 90),
        (TEA, 120),
    ]


async def test_neighbours_are_the_tenants_own(acorn, mall, as_birch):
    mall.earn(BIRCH, OTTO, 1_000)
    mall.offer(BIRCH, MUG, 10)
    mall.act(BIRCH, OTTO, "click", TEA, NOW)
    answer = (await acorn.get(f"/v1/recommendations/{OTTO}", headers=as_birch)).json()
    # Among acorn's members the mug is the tea's closest neighbour.
    assert item_of(answer, MUG)["reason"]["en"] == "Within reach of your points"
