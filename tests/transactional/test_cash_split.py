"""Laws of a price that is paid in points and cash, and of giving it back in parts."""

from hypothesis import assume, given
from hypothesis import strategies as st

from transactional.redemption.pricing import CashShareOutOfBounds, split
from transactional.tenants.domain import Program, Rate

rates = st.builds(Rate, st.integers(1, 1_000_000), st.integers(1, 1_000_000))
shares = st.tuples(st.integers(0, 10_000), st.integers(1, 10_000)).map(sorted)


@st.composite
def programs(draw: st.DrawFn) -> Program:
    least, most = draw(shares)
    return Program(cash=draw(rates), cash_share_min_bp=least, cash_share_max_bp=most)


@given(programs(), st.integers(1, 10_000_000), st.data())
def test_a_split_keeps_to_its_bounds_and_rounds_against_the_payer(program, price, data):
    edges = [price * (10_000 - bp) // 10_000 for bp in (program.cash_share_min_bp, program.cash_share_max_bp)]
    near = st.sampled_from([edge + step for edge in edges for step in (-1, 0, 1)])
    points = data.draw(near.filter(lambda points: 1 <= points <= price) | st.integers(1, price))
    share = (price - points) * 10_000
    fits = (
        0 < points < price and price * program.cash_share_min_bp <= share <= price * program.cash_share_max_bp
    )
    try:
        cash_points, fen = split(price, points, program)
    except CashShareOutOfBounds as refusal:
        assert not fits
        least, most = refusal.extra["least_points"], refusal.extra["most_points"]
        assert not least <= points <= most
        return
    assert fits
    assert cash_points + points == price
    # Never less than it is worth, and less than a fen more.
    assert 0 <= fen * program.cash.points - cash_points * program.cash.fen < program.cash.points
    assert fen >= 1


@given(programs(), st.integers(2, 10_000_000), st.data())
def test_bounds_that_are_told_are_kept(program, price, data):
    """Whoever takes the bounds a refusal tells is not refused again."""
    try:
        split(price, price, program)
    except CashShareOutOfBounds as refusal:
        least, most = refusal.extra["least_points"], refusal.extra["most_points"]
        assume(least <= most)
        split(price, data.draw(st.sampled_from([least, most])), program)
