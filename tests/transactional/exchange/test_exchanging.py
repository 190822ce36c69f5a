"""Quotes, exchanges and reversals over HTTP, with literal values."""

import json
from datetime import timedelta
from uuid import UUID

import pytest

from tests.transactional.conftest import NOON, client_for, open_shop
from transactional.redemption.commands import TimeOut
from transactional.risk.defaults import NewRule
from transactional.risk.operations import add_rules
from transactional.webhooks.topics import TOPICS

from .conftest import agree, check_books, link, sums


def problem(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].removeprefix("urn:pointmart:problem:")


async def test_a_quote_names_fee_remainder_and_limits(route):
    quote = await route.quote(1000)
    assert quote["expires_at"] == "2026-03-01T04:10:00Z"
    wanted = {
        "partner": "crane", "points": 989, "fee_points": 5, "to_points": 82, "remainder_points": 11,
        "rate": {"from_points": 12, "to_points": 1, "fee_bp": 50}, "member_points_left": 5_000,
        "pair_points_left": 8_000, "link_id": route.link_id,
    }  # fmt: skip
    assert {name: quote[name] for name in wanted} == wanted
    assert await route.bank.available(route.member) == 10_000
    by_link = await route.quote(1000, link_id=route.link_id)
    assert by_link["to_points"] == 82


async def test_both_legs_and_the_fee_are_posted_at_once(route, owner):
    answer = await route.exchange(1000, "x1")
    told = answer.json()
    assert (answer.status_code, told["status"], told["direction"]) == (201, "completed", "out")
    assert (told["points"], told["fee_points"], told["to_points"]) == (989, 5, 82)
    assert told["available_points"] == 9_011
    assert await route.airline.available(route.flyer) == 82
    assert await sums(owner) == {
        ("acorn", "issuance"): -10_000, ("acorn", "member"): 9_011, ("acorn", "exchange"): 984, ("acorn", "fee"): 5,
        ("crane", "member"): 82, ("crane", "exchange"): -82,
    }  # fmt: skip
    # The fee has entries of its own on both accounts.
    entries = await owner.fetch(
        "select a.kind, e.amount from mall.entry e join mall.account a using (tenant_id, account_id) "
        "join mall.transfer t using (tenant_id, transfer_id) where t.kind = 'exchange_out' order by e.entry_no"
    )
    assert [tuple(row) for row in entries] == [
        ("fee", 5),
        ("exchange", 984),
        ("member", -984),
        ("member", -5),
    ]
    # The new lot follows the airline's rules: three years.
    lot = await owner.fetchrow(
        "select issued_points, expires_on::text from mall.lot where issued_points = 82"
    )
    assert tuple(lot) == (82, "2029-03-01")
    redemption = (await route.bank.get(f"/v1/redemptions/{told['exchange_id']}")).json()
    assert (redemption["mode"], redemption["status"], redemption["fee_points"]) == (
        "exchange",
        "completed",
        5,
    )
    await check_books(owner)


async def test_each_tenant_is_told_its_own_side(route, owner):
    told = (await route.exchange(1000, "x1")).json()
    there = (await route.airline.get(f"/v1/exchanges/{told['exchange_id']}")).json()
    assert (there["direction"], there["partner"], there["to_points"]) == ("in", "acorn", 82)
    assert there["member_id"] == str(route.flyer)
    here = (await route.bank.get(f"/v1/exchanges/{told['exchange_id']}")).json()
    assert here["member_id"] == str(route.member)
    assert str(route.flyer) not in json.dumps(told) + json.dumps(here)
    messages = await owner.fetch(
        "select t.code, o.topic, o.payload from mall.outbox o join mall.tenant t using (tenant_id) "
        "where o.topic like '%exchange%' or o.topic like 'redemption%' order by 1, 2"
    )
    assert [(row["code"], row["topic"]) for row in messages] == [
        ("acorn", "points.exchange_out"), ("acorn", "redemption.completed"), ("crane", "points.exchange_in"),
    ]  # fmt: skip
    assert {row["topic"] for row in messages} <= {topic.name for topic in TOPICS}
    for row in messages:
        other = route.member if row["code"] == "crane" else route.flyer
        assert str(other) not in row["payload"]
    listed = (await route.airline.get(f"/v1/exchanges?member_id={route.flyer}")).json()["exchanges"]
    assert [one["exchange_id"] for one in listed] == [told["exchange_id"]]


async def test_a_quote_is_good_once_and_for_ten_minutes(route, clock):
    quote = (await route.quote(1000))["quote_id"]
    first = await route.take(quote, "x1")
    again = await route.take(quote, "x1")
    assert (again.json(), again.headers["idempotent-replayed"]) == (first.json(), "true")
    assert problem(await route.take(quote, "x2")) == (409, "quote-used")
    other = (await route.quote(1000))["quote_id"]
    third = (await route.quote(1000))["quote_id"]
    clock.now += timedelta(minutes=10, microseconds=-1)
    assert (await route.take(third, "x4")).status_code == 201
    clock.now += timedelta(microseconds=1)
    assert problem(await route.take(other, "x3")) == (409, "quote-expired")
    assert await route.airline.available(route.flyer) == 164


async def test_nothing_is_quoted_or_exchanged_beyond_the_limits_of_the_day(route, owner, clock):
    other = await link(
        route.bank, route.bank_shop.other_member, route.airline, route.airline_shop.other_member
    )
    assert other
    await route.bank.earn(route.bank_shop.other_member, 10_000, "e2")
    three = [(await route.quote(3_000))["quote_id"] for _ in range(2)]
    assert (await route.take(three[0], "x1")).status_code == 201
    # The second quote was made before the first was taken up: the limit counts where points move.
    refused = await route.take(three[1], "x2")
    assert problem(refused) == (409, "daily-limit-reached")
    assert refused.json()["member_points_left"] == 5_000 - 2_991
    pair = await route.quote(5_000, route.bank_shop.other_member)
    assert pair["pair_points_left"] == 8_000 - 2_991
    assert (await route.take(pair["quote_id"], "x3")).status_code == 201
    asked = await route.quote(1_000)
    assert (asked["status"], asked["pair_points_left"]) == (409, 8_000 - 2_991 - pair["points"])
    # 16:00 UTC is midnight in Shanghai.
    clock.now = NOON.replace(hour=16)
    assert (await route.exchange(3_000, "x4")).status_code == 201


async def test_without_consent_or_agreement_nothing_moves(route, clock):
    quote = (await route.quote(1000))["quote_id"]
    assert (await route.airline.delete(f"/v1/members/{route.flyer}/links/{route.link_id}")).status_code == 204
    assert problem(await route.take(quote, "x1")) == (409, "link-withdrawn")
    assert (await route.quote(1000))["title"] == "The link is no longer active"
    await link(route.bank, route.member, route.airline, route.flyer)
    quote = (await route.quote(1000))["quote_id"]
    clock.now += timedelta(minutes=1)
    assert (await route.airline.delete(f"/v1/exchanges/agreements/{route.agreement_id}")).status_code == 204
    assert problem(await route.take(quote, "x2")) == (409, "no-agreement")
    assert (await route.quote(1000))["title"] == "There is no agreement that counts now"
    assert (await route.bank.available(route.member), await route.airline.available(route.flyer)) == (
        10_000,
        0,
    )


async def test_what_was_exchanged_can_be_reversed_after_the_consent_is_gone(route):
    exchange_id = (await route.exchange(1000, "x1")).json()["exchange_id"]
    await route.bank.delete(f"/v1/members/{route.member}/links/{route.link_id}")
    await route.bank.delete(f"/v1/exchanges/agreements/{route.agreement_id}")
    assert (await route.reverse(exchange_id, "r1")).json()["status"] == "refunded"
    assert await route.bank.available(route.member) == 10_000


async def test_a_reversal_gives_back_points_and_fee_in_parts_that_make_the_whole(route, owner, clock):
    exchange_id = (await route.exchange(1000, "x1")).json()["exchange_id"]
    # 984 points were exchanged for 82, and 5 were the fee: 30 of 82 are 360 and 1.
    first = (await route.reverse(exchange_id, "r1", to_points=30)).json()
    assert (first["returned_points"], first["returned_fee_points"], first["status"]) == (
        361,
        1,
        "partially_refunded",
    )
    assert first["available_points"] == 9_372
    assert await route.airline.available(route.flyer) == 52
    assert problem(await route.reverse(exchange_id, "r2", to_points=53)) == (409, "reversal-too-large")
    clock.now += timedelta(minutes=1)
    there = (await route.reverse(exchange_id, "r3", client=route.airline, reason="fraud at our end")).json()
    assert (there["status"], there["taken_to_points"], there["returned_points"]) == ("refunded", 52, 628)
    assert (there["member_id"], there["available_points"]) == (str(route.flyer), 0)
    assert str(route.member) not in json.dumps(there)
    assert problem(await route.reverse(exchange_id, "r4")) == (409, "illegal-move")
    assert await route.bank.available(route.member) == 10_000
    assert await sums(owner) == {("acorn", "issuance"): -10_000, ("acorn", "member"): 10_000}
    # The airline's words stay with the airline.
    reasons = await owner.fetch(
        "select t.code, array_agg(x.reason order by x.effective_at, x.transfer_id) from mall.transfer x "
        "join mall.tenant t using (tenant_id) where x.reason is not null group by 1 order by 1"
    )
    assert [tuple(row) for row in reasons] == [
        ("acorn", ["mistake", "reversed by the other tenant"]),
        ("crane", ["reversed by the other tenant", "fraud at our end"]),
    ]
    shown = (await route.bank.get(f"/v1/redemptions/{exchange_id}")).json()
    assert (shown["status"], shown["refunded_points"]) == ("refunded", 989)
    await check_books(owner)


async def test_points_go_back_to_the_lots_they_came_from(route, clock, owner):
    clock.now += timedelta(days=31)
    await route.bank.earn(route.member, 500, "e2")
    lots = "select lot_id, remaining_points from mall.lot where expires_on is not null order by expires_on"
    before = [tuple(row) for row in await owner.fetch(lots)]
    two = [(await route.exchange(points, f"x{points}")).json()["exchange_id"] for points in (4_000, 900)]
    for n, exchange_id in enumerate(two):
        await route.reverse(exchange_id, f"a{n}", to_points=7)
        await route.reverse(exchange_id, f"b{n}")
    after = [tuple(row) for row in await owner.fetch(lots) if row["remaining_points"]]
    assert after == before


async def test_spent_or_held_points_cannot_be_taken_back(route):
    exchange_id = (await route.exchange(2_500, "x1")).json()["exchange_id"]
    assert await route.airline.available(route.flyer) == 207
    await route.airline.redeem(route.flyer, "t1", (route.airline_shop.tea, 1))
    refused = await route.reverse(exchange_id, "r1")
    assert problem(refused) == (409, "points-not-free")
    assert "107" not in refused.text
    # Other points of the member make it up.
    await route.airline.earn(route.flyer, 100, "e1")
    assert (await route.reverse(exchange_id, "r2")).status_code == 200
    assert await route.airline.available(route.flyer) == 0


async def test_so_little_that_nothing_would_come_back_is_not_taken(route, owner):
    await route.bank.delete(f"/v1/exchanges/agreements/{route.agreement_id}")
    await agree(route.bank, route.airline, from_points=1, to_points=10, fee_bp=0)
    exchange_id = (await route.exchange(3, "x1")).json()["exchange_id"]
    assert problem(await route.reverse(exchange_id, "r1", to_points=9)) == (409, "reversal-too-small")
    assert (await route.reverse(exchange_id, "r2", to_points=10)).json()["returned_points"] == 1


async def test_a_redemption_of_an_exchange_is_not_refunded_alone(route):
    exchange_id = (await route.exchange(1000, "x1")).json()["exchange_id"]
    assert (await route.bank.change(exchange_id, "refunds", "f1", reason="no")).status_code == 409
    assert (await route.bank.change(exchange_id, "cancellation", "c1", reason="no")).status_code == 409


async def test_too_few_points_name_the_least_that_buy_anything(route):
    answer = await route.quote(12)
    assert (answer["type"], answer["least_points"]) == ("urn:pointmart:problem:too-few-points", 13)
    assert (await route.quote(13))["to_points"] == 1


async def test_an_exchange_beyond_the_balance_is_refused_and_leaves_the_quote(route):
    poor = route.bank_shop.other_member
    await link(route.bank, poor, route.airline, route.airline_shop.other_member)
    quote = (await route.quote(1000, poor))["quote_id"]
    await route.bank.earn(poor, 988, "e2")
    refused = await route.take(quote, "x1")
    assert (problem(refused), refused.json()["needed_points"]) == ((409, "insufficient-points"), 989)
    await route.bank.earn(poor, 1, "e3")
    assert (await route.take(quote, "x2")).json()["available_points"] == 0


async def test_a_dry_run_tells_only_ones_own_side_and_does_nothing(route, owner):
    quote = (await route.quote(1000))["quote_id"]
    told = (await route.take(quote, "none", query="?dry_run=true")).json()
    assert (told["dry_run"], told["points"], told["fee_points"]) == (True, -989, 5)
    assert {lot["member_id"] for lot in told["lots"]} == {str(route.member)}
    assert told["answer"]["to_points"] == 82
    assert str(route.flyer) not in json.dumps(told)
    assert await owner.fetchval("select count(*) from mall.exchange_day") == 0
    exchange_id = (await route.take(quote, "x1")).json()["exchange_id"]
    back = (await route.reverse(exchange_id, "none", client=route.airline, query="?dry_run=true")).json()
    assert (back["points"], {lot["member_id"] for lot in back["lots"]}) == (-82, {str(route.flyer)})
    assert str(route.member) not in json.dumps(back)
    assert await route.airline.available(route.flyer) == 82


async def parked(route, owner, shop) -> dict:
    rule = NewRule(
        kind="velocity", dimension="member", measure="count", threshold=0, window_seconds=60, verdict="review"
    )
    await add_rules(owner, tenant_id=shop.tenant_id, rules=[rule], valid_from=NOON - timedelta(days=60))
    made = (await route.exchange(1000, "x1")).json()
    assert (made["status"], made["deadline"]) == ("in_review", "2026-03-03T04:00:00Z")
    return made


async def test_a_parked_exchange_holds_points_and_limits_and_both_legs_wait(route, owner, shop):
    made = await parked(route, owner, shop)
    about = made["exchange_id"]
    assert (made["available_points"], await route.airline.available(route.flyer)) == (9_011, 0)
    assert (await route.airline.get(f"/v1/exchanges/{about}")).status_code == 404
    assert (await route.quote(1000))["member_points_left"] == 4_011
    assert problem(await route.reverse(about, "r1")) == (409, "illegal-move")
    approved = await route.bank.change(about, "review", "k1", verdict="approve", reviewer="li.na")
    assert approved.json()["status"] == "completed"
    assert (await route.bank.available(route.member), await route.airline.available(route.flyer)) == (
        9_011,
        82,
    )
    assert (await sums(owner))["acorn", "fee"] == 5
    assert (await route.reverse(about, "r2")).json()["status"] == "refunded"
    assert await route.bank.available(route.member) == 10_000
    await check_books(owner)


@pytest.mark.parametrize("how", ["reject", "cancel", "time_out"])
async def test_a_parked_exchange_that_ends_lets_go_of_points_and_limits(route, owner, shop, app, clock, how):
    about = (await parked(route, owner, shop))["exchange_id"]
    if how == "reject":
        await route.bank.change(about, "review", "k1", verdict="reject", reviewer="li.na")
    elif how == "cancel":
        await route.bank.change(about, "cancellation", "k1", reason="changed my mind")
    else:
        clock.now += timedelta(hours=48)
        await app.state.committer.submit(
            TimeOut(
                tenant_id=shop.tenant_id, key=None, body_hash=b"", at=clock.now, redemption_id=UUID(about)
            )
        )
    shown = (await route.bank.get(f"/v1/exchanges/{about}")).json()
    assert shown["status"] == "cancelled"
    assert (await route.bank.available(route.member), await route.airline.available(route.flyer)) == (
        10_000,
        0,
    )
    quote = await route.quote(1000)
    assert (quote["member_points_left"], quote["pair_points_left"]) == (5_000, 8_000)
    assert await owner.fetchval("select points from mall.exchange_day order by day limit 1") == 0


async def test_a_parked_exchange_is_not_approved_without_consent(route, owner, shop):
    about = (await parked(route, owner, shop))["exchange_id"]
    await route.airline.delete(f"/v1/members/{route.flyer}/links/{route.link_id}")
    approved = await route.bank.change(about, "review", "k1", verdict="approve", reviewer="li.na")
    assert problem(approved) == (409, "link-withdrawn")
    rejected = await route.bank.change(about, "review", "k2", verdict="reject", reviewer="li.na")
    assert rejected.json()["status"] == "cancelled"


async def test_a_denied_exchange_takes_nothing_and_leaves_the_quote(route, owner, shop):
    rule = NewRule(
        kind="velocity", dimension="ip", measure="count", threshold=0, window_seconds=60, verdict="deny"
    )
    await add_rules(owner, tenant_id=shop.tenant_id, rules=[rule], valid_from=NOON - timedelta(days=60))
    quote = (await route.quote(1000))["quote_id"]
    context = {"ip": "203.0.113.7"}
    assert problem(await route.take(quote, "x1", context=context)) == (403, "risk-denied")
    assert (await route.quote(1000))["member_points_left"] == 5_000
    assert (await route.take(quote, "x2")).status_code == 201


async def test_an_erased_receiver_cannot_be_credited(route, owner):
    quote = (await route.quote(1000))["quote_id"]
    await owner.execute("update mall.member set erased_at = now() where member_id = $1", route.flyer)
    assert problem(await route.take(quote, "x1")) == (409, "partner-cannot-take")
    assert await route.bank.available(route.member) == 10_000


async def test_a_third_tenant_is_no_party(route, app, owner):
    stranger = await open_shop(owner, "birch")
    exchange_id = (await route.exchange(1000, "x1")).json()["exchange_id"]
    async with client_for(app, stranger.key) as foreign:
        assert problem(await route.reverse(exchange_id, "r1", client=foreign)) == (404, "unknown-exchange")
