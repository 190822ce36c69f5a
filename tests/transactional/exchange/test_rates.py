"""Rates, fees and parts of reversals: literal values, and laws over many."""

from datetime import timedelta
from fractions import Fraction
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transactional.conftest import NOON
from transactional.exchange.domain import Agreement, Conversion, Link, Terms
from transactional.exchange.state import Exchange, Part

terms = st.builds(Terms, st.integers(1, 10**6), st.integers(1, 10**6), st.integers(0, 9_999))


@pytest.mark.parametrize(
    ("rate", "offered", "taken", "fee", "bought", "remainder"),
    [
        ((12, 1, 50), 1000, 989, 5, 82, 11),
        ((12, 1, 0), 1000, 996, 0, 83, 4),
        ((12, 1, 0), 11, 0, 0, 0, 11),
        ((1, 3, 0), 7, 7, 0, 21, 0),
        ((3, 2, 100), 100, 100, 1, 66, 0),
        # After the fee of 34, rounded up from 33.3, 66 points are left.
        ((1, 1, 3_333), 100, 99, 33, 66, 1),
        ((1, 1, 9_999), 10_000, 10_000, 9_999, 1, 0),
        ((1, 1, 9_999), 9_999, 0, 0, 0, 9_999),
    ],
)
def test_what_is_bought_is_rounded_down_and_the_fee_up(rate, offered, taken, fee, bought, remainder):
    assert Terms(*rate).convert(offered) == Conversion(taken, fee, bought, remainder)


@given(terms, st.integers(1, 10**9))
def test_no_fewer_points_would_buy_as_much_and_none_that_are_left_more(rate, offered):
    conversion = rate.convert(offered)
    points, fee, bought = conversion.points, conversion.fee_points, conversion.to_points
    assert points + conversion.remainder == offered
    # The fee is the least integer that covers the share; the rest buys so many and not one more.
    assert 0 <= fee - Fraction(points * rate.fee_bp, 10_000) < 1
    assert bought == (points - fee) * rate.to_points // rate.from_points
    after_fee = offered - -(-offered * rate.fee_bp // 10_000)
    assert bought == after_fee * rate.to_points // rate.from_points
    if points:
        assert rate.convert(points - 1).to_points < bought
        assert rate.least_for(bought) == points


def exchange(points: int, fee: int, to_points: int) -> Exchange:
    agreement = Agreement(UUID(int=1), "a", "b", Terms(1, 1, 0), 1, 1, NOON, None, NOON, None)
    link = Link(UUID(int=2), UUID(int=3), UUID(int=4), UUID(int=5), UUID(int=6), None)
    return Exchange(UUID(int=7), agreement, link, points, fee, to_points, NOON)


def test_thirds_of_an_exchange_give_back_the_whole():
    whole = exchange(points=100, fee=4, to_points=9)
    parts = []
    for _ in range(3):
        parts.append(whole.part(3))
        whole.reverse(parts[-1])
    assert parts == [Part(33, 1, 3), Part(33, 1, 3), Part(34, 2, 3)]
    assert whole.told_status == "in_review"  # it was never executed
    whole.execute(NOON)
    assert whole.told_status == "refunded"


@given(st.data())
def test_parts_are_never_negative_and_make_the_whole(data):
    points = data.draw(st.integers(1, 1000))
    fee = data.draw(st.integers(0, points - 1))
    left = to_points = data.draw(st.integers(1, 1000))
    whole = exchange(points, fee, to_points)
    while left:
        wanted = data.draw(st.integers(1, left))
        part = whole.part(wanted)
        assert 0 <= part.fee_points <= part.points
        whole.reverse(part)
        left -= wanted
        # Never more than its share.
        assert whole.reversed_points * to_points <= points * whole.reversed_to_points
    assert (whole.reversed_points, whole.reversed_fee_points) == (points, fee)


def test_an_agreement_counts_from_its_acceptance_until_it_is_ended():
    hour = timedelta(hours=1)
    agreed = Agreement(
        UUID(int=1), "a", "b", Terms(1, 1, 0), 1, 1, NOON, NOON + 9 * hour, NOON + hour, NOON + 5 * hour
    )
    counts = [agreed.in_force(NOON + n * hour - timedelta(microseconds=1)) for n in (1, 2, 5, 6)]
    assert counts == [False, True, True, False]
    assert agreed.in_force(NOON + hour)
    assert not agreed.in_force(NOON + 5 * hour)
