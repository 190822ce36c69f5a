from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from serving.recommendations.domain import ListedItem, MemberState, Offer, Signal, combine

A, B, C, D = (UUID(int=n) for n in range(1, 5))
OFFERS = [Offer(item_id, f"item {item_id.int}", "food", 10) for item_id in (D, C, B, A)]
NOTHING = MemberState()


def signal(kind, item_id, age=timedelta(0), is_unlanded=True):
    return Signal(kind, item_id, "thing", age, is_unlanded)


def scores(found):
    return {one.offer.item_id: one.score for one in found}


def test_a_list_without_signals_keeps_its_order_and_stages():
    member = MemberState(
        (ListedItem(C, "personal"), ListedItem(A, "neighbour"), ListedItem(B, "popular")), {C: 3}
    )
    found = combine(member, popular=[], neighbours={}, offers=OFFERS[1:], limit=10)
    assert [(one.offer.item_id, one.stage) for one in found] == [
        (C, "personal"),
        (A, "neighbour"),
        (B, "popular"),
    ]
    assert [one.score for one in found] == pytest.approx([1, 10 / 11, 10 / 12])
    assert found[0].reason.redemption_count == 3


def test_popularity_ranks_below_the_fiftieth_place_of_a_list():
    others = (ListedItem(UUID(int=100 + n), "personal") for n in range(49))
    listed = (*others, ListedItem(A, "neighbour"))
    found = combine(MemberState(listed), popular=[B], neighbours={}, offers=OFFERS, limit=10)
    assert [one.offer.item_id for one in found[:2]] == [A, B]


def test_a_member_without_a_list_gets_what_is_popular():
    found = combine(NOTHING, popular=[B, A], neighbours={}, offers=OFFERS[2:], limit=10)
    assert [(one.offer.item_id, one.stage, one.reason.motive) for one in found] == [
        (B, "popular", "popular"),
        (A, "popular", "popular"),
    ]


def test_what_nobody_redeemed_comes_last_as_affordable():
    found = combine(NOTHING, popular=[B], neighbours={}, offers=OFFERS[2:], limit=10)
    assert [(one.offer.item_id, one.reason.motive) for one in found] == [(B, "popular"), (A, "affordable")]


def test_a_fresh_redemption_lifts_its_neighbours_by_their_weight():
    member = MemberState(signals=[signal("redemption", A, is_unlanded=False)])
    found = combine(member, popular=[], neighbours={A: [(B, 4.0), (C, 1.0)]}, offers=OFFERS, limit=2)
    assert [(one.offer.item_id, one.stage, one.reason.motive) for one in found] == [
        (B, "live", "follows"),
        (C, "live", "follows"),
    ]
    assert [one.score for one in found] == pytest.approx([0.6, 0.15])


def test_a_signal_loses_half_its_weight_in_a_day():
    member = MemberState(signals=[signal("click", A, timedelta(days=1))])
    found = combine(member, popular=[], neighbours={A: [(B, 1.0)]}, offers=OFFERS, limit=10)
    assert scores(found)[A] == pytest.approx(0.2)
    assert scores(found)[B] == pytest.approx(0.2)


def test_a_signal_from_a_clock_ahead_of_ours_counts_as_fresh():
    member = MemberState(signals=[signal("click", A, timedelta(seconds=-30))])
    assert scores(combine(member, popular=[], neighbours={}, offers=OFFERS, limit=1)) == {A: 0.4}


def test_signals_add_up_without_passing_one_and_the_strongest_is_the_reason():
    member = MemberState(signals=[signal("view", A), signal("favourite", B)] + [signal("view", A)] * 30)
    found = combine(member, popular=[], neighbours={A: [(C, 1.0)], B: [(C, 1.0)]}, offers=OFFERS, limit=1)
    assert found[0].offer.item_id == C
    assert found[0].score <= 1
    assert found[0].reason.signal == signal("favourite", B)


def test_a_redemption_the_release_lacks_counts_as_the_members_own():
    member = MemberState((), {A: 2}, [signal("redemption", A), signal("redemption", A)])
    found = combine(member, popular=[], neighbours={}, offers=OFFERS, limit=1)
    assert (found[0].offer.item_id, found[0].stage) == (A, "personal")
    assert found[0].score == pytest.approx(1 - 0.6**2)
    assert found[0].reason.redemption_count == 4


def test_a_redemption_the_release_has_is_not_counted_again():
    member = MemberState((), {A: 2}, [signal("redemption", A, is_unlanded=False)])
    found = combine(member, popular=[A], neighbours={}, offers=OFFERS, limit=1)
    assert (found[0].offer.item_id, found[0].stage) == (A, "popular")


items = st.integers(1, 12).map(lambda n: UUID(int=n))
signals = st.builds(
    Signal,
    st.sampled_from(["redemption", "favourite", "click", "view"]),
    items,
    st.just("thing"),
    st.timedeltas(timedelta(0), timedelta(days=9)),
    st.booleans(),
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    listed=st.lists(items, unique=True),
    popular=st.lists(items, unique=True),
    signals=st.lists(signals),
    neighbours=st.dictionaries(
        items, st.lists(st.tuples(items, st.floats(0.01, 9)), unique_by=lambda n: n[0])
    ),
    offers=st.lists(items),
    limit=st.integers(1, 8),
)
def test_an_answer_is_within_the_limit_without_repeats_and_only_of_offers(
    listed, popular, signals, neighbours, offers, limit
):
    member = MemberState([ListedItem(item_id, "personal") for item_id in listed], {}, signals)
    offered = [Offer(item_id, "thing", "food", 10) for item_id in offers]
    found = combine(member, popular=popular, neighbours=neighbours, offers=offered, limit=limit)
    shown = [one.offer.item_id for one in found]
    assert len(shown) == len(set(shown)) == min(limit, len(set(offers)))
    assert set(shown) <= set(offers)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
