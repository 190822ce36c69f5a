"""Window, limit per member and what is left: the pure rules of a flash sale."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.transactional.conftest import NOON
from transactional.flash_sales.domain import FlashSale, SaleLimitReached, SaleNotOpen, SaleSoldOut
from transactional.problems import Problem

HOUR = timedelta(hours=1)


def sale(**changed) -> FlashSale:
    terms = {
        "sale_id": UUID(int=1), "item_id": UUID(int=2), "price_points": 60, "starts_at": NOON,
        "ends_at": NOON + HOUR, "left_count": 5, "member_limit": 3,
    }  # fmt: skip
    return FlashSale(**{**terms, **changed})


def test_pieces_are_taken_up_to_the_limit():
    open_sale = sale()
    assert open_sale.take(2, bought=0, moment=NOON) == 2
    assert open_sale.take(1, bought=2, moment=NOON) == 3
    assert open_sale.left_count == 2


@pytest.mark.parametrize(
    ("changed", "quantity", "bought", "moment", "refusal", "says"),
    [
        ({}, 1, 0, NOON - timedelta(microseconds=1), SaleNotOpen, "runs from 2026-03-01T04:00"),
        ({}, 1, 0, NOON + HOUR, SaleNotOpen, "until before 2026-03-01T05:00"),
        ({"is_closed": True}, 1, 0, NOON, SaleNotOpen, "is closed"),
        ({}, 4, 0, NOON, SaleLimitReached, "may buy 3 pieces"),
        ({}, 1, 3, NOON, SaleLimitReached, "this one has 3"),
        ({"left_count": 1}, 2, 0, NOON, SaleSoldOut, "2 pieces were asked for"),
        ({"left_count": 0}, 1, 0, NOON, SaleSoldOut, "0 are left"),
    ],
)
def test_what_may_not_be_taken_is_refused_and_changes_nothing(
    changed, quantity, bought, moment, refusal, says
):
    tried = sale(**changed)
    left = tried.left_count
    with pytest.raises(refusal, match=says):
        tried.take(quantity, bought=bought, moment=moment)
    assert tried.left_count == left


def test_pieces_of_a_cancelled_redemption_are_to_be_had_again_while_the_sale_is_open():
    open_sale, closed = sale(), sale(is_closed=True)
    assert open_sale.give_back(2, bought=3) == (1, True)
    assert closed.give_back(2, bought=3) == (1, False)
    assert (open_sale.left_count, closed.left_count) == (7, 5)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4)), max_size=30))
def test_no_sequence_sells_more_than_is_left_or_a_member_more_than_its_limit(asked):
    tried, bought, sold = sale(), dict.fromkeys((1, 2, 3), 0), 0
    for member, quantity in asked:
        try:
            bought[member] = tried.take(quantity, bought=bought[member], moment=NOON)
        except Problem:
            continue
        sold += quantity
    assert sold == sum(bought.values()) == 5 - tried.left_count <= 5
    assert max(bought.values()) <= 3
