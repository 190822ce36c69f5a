"""What each source lends and what moves it, by rows written by hand; the order alone, without the rules of a slate."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest

from serving.recommendations.domain import (
    Expiring,
    ListedItem,
    MemberState,
    Offer,
    Purse,
    Sale,
    Shop,
    Signal,
)
from serving.recommendations.items import Neighbours
from serving.recommendations.scoring import score
from serving.recommendations.shelf import Shelf
from serving.recommendations.starting import evidence, groups_of, prior, prior_weight
from serving.recommendations.weights import price_fit, stock_cover, uses_expiring

A, B, C, D = (UUID(int=n) for n in range(1, 5))
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
REACH = 0.001
NOTHING = MemberState()


def offer(item_id, price=10, **changed):
    return Offer(item_id, f"item {item_id.int}", "food", price, SINCE, **changed)


OFFERS = [offer(item_id) for item_id in (D, C, B, A)]


def signal(kind, item_id, age=timedelta(0), is_unlanded=True):
    return Signal(kind, item_id, "thing", age, is_unlanded)


def scored(
    member=NOTHING, offers=OFFERS, popular=(), neighbours=None, purse=None, shop=None, policy="recipe"
):
    """Return item → (score, stage, reason); a balance of twice the price of 10 fits it exactly."""
    shelf = Shelf(offers)
    found = score(
        policy,
        shelf,
        popular=popular,
        neighbours=neighbours or {},
        member=member,
        purse=purse or Purse(20),
        shop=shop or Shop(),
    )
    return {shown.item_id: (found.scores[n], *found.told(n)) for n, shown in enumerate(shelf.offers) if shown}


def scores(**given):
    return {item_id: value for item_id, (value, _, _) in scored(**given).items()}


def listed(*pairs):
    return [ListedItem(*pair) for pair in pairs]


def test_a_list_keeps_its_order_its_stages_and_its_reasons():
    member = MemberState(listed((C, "personal"), (A, "neighbour"), (B, "popular")), (), {C: 3})
    found = scored(member=member)
    assert [found[item][0] for item in (C, A, B, D)] == pytest.approx(
        [1 + REACH, 10 / 11 + REACH, 10 / 12 + REACH, REACH]
    )
    assert [(found[item][1], found[item][2].motive) for item in (C, A, B, D)] == [
        ("personal", "redeemed"),
        ("neighbour", "bought_together"),
        ("popular", "popular"),
        ("popular", "affordable"),
    ]
    assert found[C][2].redemption_count == 3


def test_an_item_of_both_lists_counts_once_where_it_stands_higher():
    others = [(UUID(int=100 + n), "personal") for n in range(30)]
    member = MemberState(
        listed((C, "personal"), *others, (A, "popular")), listed((B, "neighbour"), (A, "neighbour"))
    )
    found = scored(member=member)
    assert found[B][0] == pytest.approx(0.5 + REACH)
    assert (found[A][0], found[A][1]) == (pytest.approx(0.5 * 10 / 11 + REACH), "neighbour")


def test_popularity_ranks_below_the_fiftieth_place_of_a_list_and_helps_nothing_on_it():
    others = [(UUID(int=100 + n), "personal") for n in range(49)]
    found = scores(member=MemberState(listed(*others, (A, "neighbour"))), popular=[A, B])
    assert found[A] == pytest.approx(10 / 59 + REACH)
    assert found[B] == pytest.approx(0.16 * 10 / 11 + REACH)


def test_a_fresh_redemption_lifts_its_neighbours_by_their_weight_and_alike_ones_by_half():
    member = MemberState(signals=[signal("redemption", A, is_unlanded=False)])
    near = {A: Neighbours(together=[(B, 4.0), (C, 1.0)], content=[(D, 0.9)])}
    found = scored(member=member, neighbours=near)
    assert [found[item][0] for item in (B, C, D)] == pytest.approx([0.601, 0.151, 0.301])
    assert {found[item][1:] for item in (B, C, D)} == {found[B][1:]}
    assert (found[B][1], found[B][2].motive, found[B][2].signal) == ("live", "follows", member.signals[0])


def test_a_signal_loses_half_its_weight_in_a_day():
    member = MemberState(signals=[signal("click", A, timedelta(days=1))])
    found = scores(member=member, neighbours={A: Neighbours([(B, 1.0)])})
    assert (found[A], found[B]) == (pytest.approx(0.201), pytest.approx(0.201))


def test_a_signal_from_a_clock_ahead_of_ours_counts_as_fresh():
    member = MemberState(signals=[signal("click", A, timedelta(seconds=-30))])
    assert scores(member=member)[A] == pytest.approx(0.401)


def test_signals_add_up_without_passing_one_and_the_strongest_is_the_reason():
    member = MemberState(signals=[signal("view", A), signal("favourite", B)] + [signal("view", A)] * 30)
    found = scored(member=member, neighbours={A: Neighbours([(C, 1.0)]), B: Neighbours([(C, 1.0)])})
    assert 0.99 < found[C][0] <= 1 + REACH
    assert found[C][2].signal == signal("favourite", B)


def test_a_redemption_the_release_lacks_counts_as_the_members_own():
    member = MemberState((), (), {A: 2}, signals=[signal("redemption", A), signal("redemption", A)])
    value, stage, reason = scored(member=member)[A]
    assert (value, stage) == (pytest.approx(1 - 0.6**2 + REACH), "personal")
    assert reason.redemption_count == 4


def test_a_redemption_the_release_has_is_not_counted_again():
    member = MemberState((), (), {A: 2}, signals=[signal("redemption", A, is_unlanded=False)])
    assert scored(member=member, popular=[A])[A][1] == "popular"


SHOP = Shop(
    starting={"any": {A: 1.0, B: 0.5}, "low": {B: 1.0}, "high": {C: 1.0}, "young": {D: 0.9}},
    balance_groups={"low": (0, 100), "high": (500, None)},
)


@pytest.mark.parametrize(
    ("available", "profile", "groups"),
    [
        (99, None, ["any", "low"]),
        (100, None, ["any"]),
        (499, "young", ["any", "young"]),
        (500, None, ["any", "high"]),
    ],
)
def test_a_newcomer_belongs_to_groups_by_balance_and_profile(available, profile, groups):
    assert groups_of(MemberState(profile=profile), SHOP, available) == groups


def lent_by_groups(member, available):
    started, share = prior(member, SHOP, available)
    return {item_id: share * score for item_id, score in started.items()}


def test_a_newcomer_starts_with_what_its_groups_like():
    assert lent_by_groups(NOTHING, 20) == pytest.approx({A: 0.25, B: 0.375})
    found = scored(shop=SHOP)
    assert (found[B][1], found[B][2].motive) == ("starting", "starting")
    assert found[B][0] > found[A][0] > found[C][0]
    assert lent_by_groups(MemberState(profile="young"), 200)[D] == pytest.approx(0.225)
    # Of a group without items nothing is known: it takes nothing from the others.
    assert lent_by_groups(MemberState(profile="senior"), 200)[A] == pytest.approx(0.5)


def test_the_day_one_rule_fades_with_evidence():
    member = MemberState(
        redemption_counts={A: 2},
        signals=[
            signal("redemption", B),
            signal("redemption", B, is_unlanded=False),
            signal("view", C),
            signal("click", C),
        ],
    )
    assert evidence(member) == pytest.approx(3.6)
    assert [prior_weight(known) for known in (0, 3, 27)] == pytest.approx([1, 0.5, 0.1])
    assert lent_by_groups(member, 200)[A] == pytest.approx(0.5 / (1 + 1.2))


def test_prices_far_from_the_usual_count_less_but_never_nothing():
    fit = price_fit(np.array([30, 90, 270, 1_000_000_000]), 90.0, 5)
    assert fit == pytest.approx([0.6 + 0.4 * np.exp(-0.5), 1, 0.6 + 0.4 * np.exp(-0.5), 0.6])
    # Without a history half the balance is usual; without a balance nothing is.
    assert price_fit(np.array([50, 500]), None, 100)[0] == 1
    assert list(price_fit(np.array([50, 500]), None, 0)) == [1, 1]


def test_price_weighs_what_is_not_the_members_own():
    dear = [offer(item_id, 1_000_000_000) for item_id in (A, B, C, D)]
    member = MemberState(listed((A, "popular")), usual_points=10, signals=[signal("click", B)])
    found = scores(member=member, offers=dear, popular=[C], neighbours={B: Neighbours([(D, 1.0)])})
    assert found[A] == pytest.approx(1 + 0.6 * REACH)
    assert found[B] == pytest.approx(0.4 + 0.6 * REACH)
    assert found[C] == pytest.approx(0.6 * (0.16 + REACH))
    assert found[D] == pytest.approx(0.6 * (0.4 + REACH))


def test_the_last_pieces_are_not_for_everybody():
    offers = [offer(A, stock=3), offer(B, stock=30), offer(C, stock=1), offer(D)]
    shop = Shop(daily_demand={A: 10.0, B: 10.0, C: 1_000.0, D: 10.0})
    assert stock_cover(Shelf(offers), shop) == pytest.approx([0.3, 1, 0.2, 1])
    assert list(stock_cover(Shelf(offers), Shop())) == [1, 1, 1, 1]
    found = scores(offers=offers, popular=[A], shop=shop)
    assert found[A] == pytest.approx(0.3 * (0.16 + REACH))


def test_points_that_expire_lift_what_they_pay_for():
    expiring = Expiring(100, date(2026, 4, 20), True)
    prices = [49, 50, 100, 200, 201]
    assert list(uses_expiring(np.array(prices), expiring, 1_000)) == [False, True, True, True, False]
    assert list(uses_expiring(np.array(prices), expiring, 199)) == [False, True, True, False, False]
    offers = [offer(A, 100), offer(B, 49)]
    with_expiry = scores(offers=offers, purse=Purse(200, expiring=expiring))
    without = scores(offers=offers, purse=Purse(200))
    assert with_expiry[A] == pytest.approx(1.3 * without[A])
    assert with_expiry[B] == without[B]


@pytest.mark.parametrize(
    ("lifts", "usual", "lift"),
    [({A: 1.8}, 1.2, 1.8), ({A: 9.0}, None, 2), ({A: 0.4}, None, 1), ({B: 1.8}, 1.2, 1.2), ({}, None, 1.5)],
    ids=["measured", "at most doubled", "never lowered", "as the shop's other sales", "before any sale"],
)
def test_a_running_sale_lifts_its_item_as_sales_do(lifts, usual, lift):
    sale = Sale(UUID(int=9), A, 10, SINCE, 5)
    shop = Shop(sale_lifts=lifts, sale_lift=usual)
    found = scored(offers=[offer(A, sale=sale), offer(B)], shop=shop)
    assert found[A][0] == pytest.approx(lift * (0.3 + REACH))
    assert (found[A][1], found[A][2].motive) == ("campaign", "sale")
    assert found[B][0] == pytest.approx(REACH)


def test_the_control_policy_knows_popularity_alone():
    member = MemberState(listed((A, "personal")), signals=[signal("click", B)])
    offers = [offer(A, stock=1), offer(B, 1_000_000), offer(C)]
    found = scores(
        member=member, offers=offers, popular=[C, A], shop=Shop({"any": {B: 1.0}}, daily_demand={A: 50.0}),
        policy="popularity",
    )  # fmt: skip
    assert found == pytest.approx({C: 0.16 + REACH, A: 0.16 * 10 / 11 + REACH, B: REACH})


def test_who_refused_gets_what_is_popular_or_on_sale():
    member = MemberState(
        listed((A, "personal")), signals=[signal("click", A)], profile="young", usual_points=10
    )
    offers = [offer(A), offer(B, 1_000_000), offer(C, sale=Sale(UUID(int=9), C, 10, SINCE, 5))]
    purse = Purse(2_000_000, expiring=Expiring(10, date(2026, 4, 2), True))
    shop = Shop({"any": {A: 1.0}, "young": {A: 1.0}})
    found = scores(member=member, offers=offers, popular=[B], shop=shop, purse=purse, policy="unpersonalised")
    assert found == pytest.approx({A: REACH, B: 0.16 + REACH, C: 1.5 * (0.3 + REACH)})
