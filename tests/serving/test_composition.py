"""A whole slate: what it may never show, what decides it, and how often it shows what it says."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from serving.recommendations.composition import Question, Sources, compose
from serving.recommendations.domain import (
    CashRule,
    ListedItem,
    MemberState,
    Offer,
    Purse,
    Shop,
    Signal,
)
from serving.recommendations.items import Neighbours
from serving.recommendations.shelf import Shelf

NOW = datetime(2026, 4, 1, tzinfo=UTC)
SOURCES = Sources(NOW - timedelta(days=28))
ITEMS = [UUID(int=n) for n in range(1, 25)]
REQUEST = UUID(int=7)


def offer(number, price=100, *, age=90, category=None):
    item_id = ITEMS[number]
    return Offer(item_id, f"item {number}", category or str(number), price, NOW - timedelta(days=age), 50)


def composed(policy="recipe", offers=(), sources=SOURCES, member=None, purse=None, shop=None, **question):
    asked = Question(**{"request_id": REQUEST, "limit": 10} | question)
    return compose(
        policy,
        asked,
        Shelf(offers),
        sources,
        member=member or MemberState(),
        purse=purse or Purse(1_000),
        shop=shop or Shop(),
    )


def requests(number):
    random = Random(3)
    return [UUID(int=random.getrandbits(128), version=4) for _ in range(number)]


def test_what_the_member_has_taken_is_a_repeat_also_if_it_did_so_just_now():
    signals = [Signal("redemption", ITEMS[1], "item", timedelta(0), True)]
    member = MemberState(redemption_counts={ITEMS[0]: 2}, signals=signals)
    found = composed(offers=[offer(0), offer(1), offer(2)], member=member)
    assert {shown.offer.item_id: shown.slot for shown in found} == {
        ITEMS[0]: "repeat", ITEMS[1]: "repeat", ITEMS[2]: "novel",
    }  # fmt: skip


@pytest.mark.parametrize("policy", ["recipe", "popularity"])
def test_new_or_rare_items_that_it_can_have_and_has_not_taken_are_drawn(policy):
    offers = [
        *(offer(n) for n in range(6)),
        offer(6, age=28),  # new
        offer(7, age=29),  # not any more
        offer(8),  # rare
        offer(9, age=1, price=1_001),  # soon within reach
        offer(10, age=1),  # taken before
    ]
    member = MemberState(
        [ListedItem(item_id, "personal") for item_id in ITEMS[:6]], redemption_counts={ITEMS[10]: 1}
    )
    sources = replace(SOURCES, popular=ITEMS[:6], explorable=frozenset({ITEMS[8], ITEMS[10]}))
    drawn = set()
    for request_id in requests(40):
        found = composed(
            policy, offers, sources, member, Purse(1_000, 500),
            limit=5, request_id=request_id, exploration_share=1.0,
        )  # fmt: skip
        assert [shown.slot for shown in found[:4]].count("explore") == 0
        drawn.add((found[4].offer.item_id, found[4].slot, found[4].stage, found[4].reason.motive))
        assert found[4].propensity == 0.5
    assert drawn == {(ITEMS[n], "explore", "explore", "new") for n in (6, 8)}


def test_a_whole_slate_is_shown_as_often_as_it_tells():
    offers = [offer(n, age=5 if n % 3 == 0 else 90, category=str(n % 5)) for n in range(24)]
    member = MemberState(
        [ListedItem(item_id, "personal") for item_id in ITEMS[:12]], redemption_counts={ITEMS[1]: 1}
    )
    seen, told = Counter(), {}
    asked = requests(3_000)
    for request_id in asked:
        found = composed(offers=offers, member=member, limit=20, request_id=request_id, exploration_share=0.4)
        assert len({shown.offer.item_id for shown in found}) == 20
        for position, shown in enumerate(found):
            seen[position, shown.offer.item_id] += 1
            told.setdefault((position, shown.offer.item_id), set()).add(shown.propensity)
    assert len(told) > 20
    for where, (propensity,) in told.items():
        deviation = (propensity * (1 - propensity) * len(asked)) ** 0.5
        assert abs(seen[where] - propensity * len(asked)) <= 5 * deviation


def test_nothing_the_member_did_moves_what_is_unpersonalised():
    offers = [offer(n, age=1) for n in range(12)]
    sources = replace(
        SOURCES,
        popular=ITEMS[3:6],
        neighbours={ITEMS[0]: Neighbours([(ITEMS[1], 1.0)])},
        explorable=frozenset(ITEMS),
    )
    member = MemberState(
        [ListedItem(ITEMS[9], "personal")], [ListedItem(ITEMS[8], "neighbour")], {ITEMS[9]: 3}, 100.0, "young",
        [Signal("click", ITEMS[0], "item", timedelta(0), True)],
    )  # fmt: skip
    shop = Shop({"any": {ITEMS[7]: 1.0}, "young": {ITEMS[7]: 1.0}})
    known, unknown = (
        composed("unpersonalised", offers, sources, one, shop=shop, exploration_share=1.0)
        for one in (member, MemberState())
    )
    assert known == unknown
    assert [shown.offer.item_id for shown in known[:3]] == ITEMS[3:6]
    assert {(shown.slot, shown.propensity) for shown in known} == {("novel", 1.0)}


offers = st.lists(
    st.builds(
        offer,
        st.integers(0, 23),
        st.sampled_from([10, 100, 400, 900, 2_000]),
        age=st.sampled_from([1, 90]),
        category=st.sampled_from(["food", "home"]),
    ),
    max_size=30,
)
listed = st.lists(
    st.builds(ListedItem, st.sampled_from(ITEMS), st.sampled_from(["personal", "neighbour", "popular"])),
    max_size=10,
)
members = st.builds(
    MemberState,
    listed,
    listed,
    st.dictionaries(st.sampled_from(ITEMS), st.integers(1, 9), max_size=9),
    st.none() | st.floats(1, 1_000),
    st.none() | st.sampled_from(["young", "senior"]),
    st.lists(
        st.builds(
            Signal,
            st.sampled_from(["redemption", "favourite", "click", "view"]),
            st.sampled_from(ITEMS),
            st.just("thing"),
            st.timedeltas(timedelta(0), timedelta(days=9)),
            st.booleans(),
        ),
        max_size=5,
    ),
)
purses = st.builds(
    Purse,
    st.sampled_from([0, 50, 500, 5_000]),
    st.sampled_from([0, 600]),
    st.none(),
    st.none() | st.just(CashRule(100, 1_000, 1_000, 5_000)),
)


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(
    policy=st.sampled_from(["recipe", "popularity", "unpersonalised"]),
    offers=offers,
    member=members,
    purse=purses,
    limit=st.integers(1, 22),
    reach=st.sampled_from(["now", "cash", "soon"]),
    share=st.sampled_from([0.0, 0.5, 1.0]),
    request_id=st.uuids(version=4),
)
def test_every_slate_is_of_offers_within_reach_each_once(
    policy, offers, member, purse, limit, reach, share, request_id
):
    sources = replace(SOURCES, popular=ITEMS[:8], explorable=frozenset(ITEMS[10:14]))
    question = {"limit": limit, "reach": reach, "exploration_share": share, "request_id": request_id}
    found = composed(policy, offers, sources, member, purse, **question)
    assert found == composed(policy, offers, sources, member, purse, **question)
    ids = [shown.offer.item_id for shown in found]
    assert len(set(ids)) == len(ids) <= limit
    assert set(ids) <= {one.item_id for one in offers}
    for place, shown in enumerate(found):
        price = shown.offer.price_points
        if shown.affordability == "now":
            assert (shown.points_due, shown.cash_fen) == (price, 0)
            assert price <= purse.available
        else:
            assert place % 10 >= 2
            assert reach == "soon" or (reach == "cash" and shown.affordability == "with_cash")
        if shown.affordability == "with_cash":
            assert 0 < shown.points_due <= purse.available
            assert shown.cash_fen == (price - shown.points_due) * 10
        if shown.slot == "explore":
            assert place % 10 == 4
            assert shown.affordability == "now"
        assert shown.slot != "repeat" or policy != "unpersonalised"
        assert shown.propensity == 1 or place % 10 == 4
        assert shown.score > 0
