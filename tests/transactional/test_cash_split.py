"""Laws of a price that is paid in points and cash, and of giving it back in parts."""

from hypothesis import assume, given
from hypothesis import strategies as st

from transactional.redemption.pricing import CashShare, CashShareOutOfBounds, PointsOnly, split
from transactional.tenants.domain import Program, Rate

ANY = CashShare(0, 10_000)
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
        cash_points, fen = split([(price, ANY)], points, program)
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
        split([(price, ANY)], price, program)
    except CashShareOutOfBounds as refusal:
        least, most = refusal.extra["least_points"], refusal.extra["most_points"]
        assume(least <= most)
        split([(price, ANY)], data.draw(st.sampled_from([least, most])), program)


lines = st.lists(
    st.tuples(st.integers(1, 100_000), shares.map(lambda pair: CashShare(*pair))), min_size=1, max_size=5
)


@given(programs(), lines, st.data())
def test_each_line_keeps_to_its_own_bounds_within_the_programs(program, priced, data):
    """What is paid in cash lies between what all lines together ask for at least and let at most, to a point each."""
    price = sum(one for one, _ in priced)
    points = data.draw(st.integers(1, price))
    least = most = 0
    for one, own in priced:
        lower, upper = max(own.min_bp, program.cash_share_min_bp), min(own.max_bp, program.cash_share_max_bp)
        if lower <= upper:
            least, most = least + one * lower, most + one * upper
    cash = (price - points) * 10_000
    try:
        cash_points, _ = split(priced, points, program)
    except PointsOnly:
        assert most == 0
    except CashShareOutOfBounds:
        spread = 10_000 * len(priced)
        assert not least + spread <= cash <= most - spread or not 0 < points < price
    else:
        assert least <= cash <= most
        assert cash_points == price - points


@given(programs(), st.lists(st.integers(1, 100_000), min_size=1, max_size=5), st.data())
def test_lines_without_bounds_of_their_own_are_split_as_one_price(program, prices, data):
    points = data.draw(st.integers(1, sum(prices)))

    def told(priced):
        try:
            return split(priced, points, program)
        except CashShareOutOfBounds as refusal:
            return refusal.extra

    assert told([(one, ANY) for one in prices]) == told([(sum(prices), ANY)])
