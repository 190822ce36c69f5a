"""What a member can have, held against the rule by which a redemption is priced."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.recommendations.affordability import NAMES, OUT, affordability, farthest_price, payment
from serving.recommendations.domain import CashRule, Offer, Purse
from serving.recommendations.shelf import Shelf
from transactional.problems import Problem
from transactional.redemption.pricing import CashShare, split
from transactional.tenants.domain import Program, Rate

# 100 points are worth 10 yuan, and cash pays a tenth to a half of a price.
CASH = CashRule(100, 1_000, 1_000, 5_000)


ANY = (0, 10_000)


def kind_of(price, purse, reach="soon", share=ANY):
    offer = Offer(UUID(int=1), "tea", "drinks", price, datetime(2026, 1, 1, tzinfo=UTC), cash_share_bp=share)
    (kind,) = affordability(Shelf([offer]), purse, reach)
    return None if kind == OUT else NAMES[kind]


@pytest.mark.parametrize(
    ("price", "kind"),
    [(1, "now"), (500, "now"), (501, "with_cash"), (1_000, "with_cash"), (1_001, "soon"), (1_200, "soon"), (1_201, None)],
)  # fmt: skip
def test_what_costs_more_is_less_within_reach(price, kind):
    assert kind_of(price, Purse(500, 700, cash=CASH)) == kind


@pytest.mark.parametrize(
    ("reach", "kinds"),
    [
        ("now", ["now", None, None]),
        ("cash", ["now", "with_cash", None]),
        ("soon", ["now", "with_cash", "soon"]),
    ],
)
def test_reach_bounds_how_far_it_goes(reach, kinds):
    purse = Purse(500, 700, cash=CASH)
    assert [kind_of(price, purse, reach) for price in (500, 900, 1_200)] == kinds


def test_without_a_rule_no_cash_is_taken():
    assert kind_of(501, Purse(500)) is None


def test_as_many_points_as_may_be_are_paid_and_the_fen_are_rounded_up():
    # 1,000 points at most 900 in points: of 950 available, 900.
    assert payment(1_000, ANY, NAMES.index("with_cash"), Purse(950, cash=CASH)) == (900, 1_000)
    assert payment(667, ANY, NAMES.index("with_cash"), Purse(500, cash=CashRule(3, 10, 0, 5_000))) == (
        500,
        557,
    )
    assert payment(300, ANY, NAMES.index("now"), Purse(950, cash=CASH)) == (300, 0)
    assert payment(3_000, ANY, NAMES.index("soon"), Purse(950, 5_000, cash=CASH)) == (3_000, 0)


shares = st.tuples(st.integers(0, 10_000), st.integers(1, 10_000)).map(sorted)
rules = st.builds(
    lambda points, fen, share: CashRule(points, fen, share[0], max(share[1], 1)),
    st.integers(1, 1_000_000),
    st.integers(1, 1_000_000),
    shares,
)
amounts = st.one_of(st.integers(0, 60), st.integers(0, 1_000_000_000))


bounds = st.just(ANY) | st.tuples(st.integers(0, 10_000), st.integers(0, 10_000)).map(
    lambda pair: tuple(sorted(pair))
)


@given(price=amounts.filter(bool), available=amounts, rule=rules, share=bounds)
def test_cash_is_offered_exactly_where_a_redemption_would_take_it(price, available, rule, share):
    program = Program(
        cash=Rate(rule.points, rule.fen),
        cash_share_min_bp=rule.share_min_bp,
        cash_share_max_bp=rule.share_max_bp,
    )

    def taken(points):
        try:
            return split([(price, CashShare(*share))], points, program)
        except Problem:
            return None

    purse = Purse(available, cash=rule)
    kind = kind_of(price, purse, "cash", share)
    if available >= price:
        assert kind == "now"
    elif kind == "with_cash":
        points, fen = payment(price, share, NAMES.index(kind), purse)
        assert points <= available
        assert taken(points) == (price - points, fen)
        # One point more is more than it has, or more than may be paid in points.
        assert points == available or taken(points + 1) is None
    else:
        # The bounds are an interval, so its ends and the balance tell whether any number of points would do.
        assert taken(available) is None
        if price < 60:
            assert not any(taken(points) for points in range(1, available + 1))


@given(price=amounts.filter(bool), available=amounts, coming=amounts, rule=st.none() | rules, share=bounds)
def test_nothing_within_reach_is_past_the_farthest_price(price, available, coming, rule, share):
    purse = Purse(available, coming, cash=rule)
    for reach in ("now", "cash", "soon"):
        if kind_of(price, purse, reach, share) is not None:
            assert price <= farthest_price(purse, reach)
