"""Amounts in yuan and fen."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transactional.payments.yuan import to_fen, to_yuan


@pytest.mark.parametrize(
    ("fen", "yuan"), [(0, "0.00"), (1, "0.01"), (10, "0.10"), (1230, "12.30"), (9999999999, "99999999.99")]
)
def test_fen_are_written_as_yuan(fen, yuan):
    assert to_yuan(fen) == yuan
    assert to_fen(yuan) == fen


@given(st.integers(0, 10**14))
def test_no_fen_is_lost_on_the_way(fen):
    assert to_fen(to_yuan(fen)) == fen


@pytest.mark.parametrize(("yuan", "fen"), [("12", 1200), ("12.3", 1230), ("0.5", 50)])
def test_missing_decimals_are_noughts(yuan, fen):
    assert to_fen(yuan) == fen


@pytest.mark.parametrize(
    "text", ["", ".", "1.", ".5", "01", "1.234", "-1", "+1", "1e2", " 1", "1 ", "1\n", "١", "1,00", "NaN"]
)
def test_anything_else_is_no_amount(text):
    with pytest.raises(ValueError, match="no amount"):
        to_fen(text)


@given(st.text(max_size=12))
def test_text_is_an_amount_only_if_it_is_digits_and_a_point(text):
    try:
        fen = to_fen(text)
    except ValueError:
        return
    assert set(text) <= set("0123456789.")
    assert to_fen(to_yuan(fen)) == fen


def test_a_negative_amount_is_refused():
    with pytest.raises(ValueError, match="no amount"):
        to_yuan(-1)
