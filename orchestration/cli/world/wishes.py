"""What members want on a day, and how they look around before they ask."""

from dataclasses import dataclass

import numpy as np

from orchestration.cli.world.catalogue import BoolArray, Catalogue, FloatArray, IntArray, price_effect
from orchestration.cli.world.events import KINDS, NO_ITEM
from orchestration.cli.world.members import Members
from orchestration.cli.world.presets import CATEGORIES

# Share of receipts on which points are spent; points earned in percent of spend. Real loyalty receipts.
SPENT_ON_RECEIPTS = 0.069
EARNED_OF_SPEND = 0.0097
# A sale draws this many times the look that its price alone would.
_SALE_ATTENTION = 3.0
# Visits that lead to no wish, for each wish that is usual.
IDLE_VISITS = 0.8
# Who has many points thinks of spending them more often: between so many times the mean and the rest above it.
_POOR, _RICH, _HALF_WAY_POINTS = 0.75, 1.5, 3_000
# So many of those who see that an item is out ask anyway; the others leave without a trace.
ASKS_ANYWAY = 0.4
_ASKS_UNAFFORDABLE = 0.04
_HOURS = np.array([1, 0.5, 0.3, 0.2, 0.2, 0.4, 1, 2, 3.5, 5, 6, 6, 7, 5.5, 5, 5, 5, 5, 6, 7.5, 8.5, 8, 6, 3])
_QUANTITIES = (0.92, 0.06, 0.02)


@dataclass(frozen=True)
class Wishes:
    """What is wanted on a day, one element per wish, in the order of time.

    Attributes:
        second: seconds of the day.
        is_affordable: whether the member has the points for it.
        in_sale: whether it is meant at the price of a flash sale.
    """

    member: IntArray
    second: IntArray
    item: IntArray
    quantity: IntArray
    is_affordable: BoolArray
    in_sale: BoolArray

    def __len__(self) -> int:
        return len(self.member)


@dataclass(frozen=True)
class Sale:
    """A flash sale of the day: the item, its price, and the seconds between which it is open."""

    item: int
    price: int
    opens: int
    closes: int


def usual_prices(catalogue: Catalogue) -> FloatArray:
    """Return the price that each item is compared with: the median of its category."""
    usual = np.array([np.median(catalogue.price[catalogue.category == c]) for c in range(len(CATEGORIES))])
    prices: FloatArray = usual[catalogue.category]
    return prices


def item_weights(
    catalogue: Catalogue, price: FloatArray, category_factor: FloatArray, day: int
) -> FloatArray:
    """Return how many times as much as others each item is wanted on a day by someone who likes all alike."""
    listed = (catalogue.listed_from <= day) & (day < catalogue.listed_until)
    weights: FloatArray = (
        np.exp(catalogue.appeal)
        * price_effect(price, usual_prices(catalogue))
        * category_factor[catalogue.category]
        * listed
    )
    return weights


def expected_shares(members: Members, catalogue: Catalogue, rng: np.random.Generator) -> FloatArray:
    """Return the share of each item in what a sample of members wants on an ordinary day."""
    sample = rng.integers(0, len(members), 500)
    weights = item_weights(catalogue, catalogue.price.astype(float), np.ones(len(CATEGORIES)), 0)
    wanted = members.tastes[sample][:, catalogue.category] * weights
    shares: FloatArray = (wanted / wanted.sum(axis=1, keepdims=True)).mean(axis=0)
    return shares


def seconds_of_day(count: int, rng: np.random.Generator) -> IntArray:
    """Return moments of the day, in ascending order, as members are awake."""
    hours = rng.choice(24, count, p=_HOURS / _HOURS.sum())
    return np.sort(hours * 3_600 + rng.integers(0, 3_600, count))


def eagerness(balance: IntArray) -> FloatArray:
    """Return how many times as often as usual members with so many points want something."""
    wealth = balance / (balance + _HALF_WAY_POINTS)
    times: FloatArray = _POOR + (_RICH - _POOR) * wealth
    return times


def draw_wishes(
    members: Members,
    catalogue: Catalogue,
    rates: FloatArray,
    balance: IntArray,
    weights: FloatArray,
    sales: list[Sale],
    rng: np.random.Generator,
) -> Wishes:
    """Draw who wants what on a day.

    Args:
        rates: expected wishes of each member.
        balance: points that each member can spend.
        weights: of the items, at their usual prices.
    """
    member = np.repeat(np.arange(len(members)), rng.poisson(rates * eagerness(balance)))
    rng.shuffle(member)
    second = seconds_of_day(len(member), rng)
    price = np.broadcast_to(catalogue.price, (len(member), len(catalogue))).copy()
    wanted = members.tastes[member][:, catalogue.category] * weights
    for sale in sales:
        is_open = (sale.opens <= second) & (second < sale.closes)
        usual = float(catalogue.price[sale.item])
        wanted[is_open, sale.item] *= (
            _SALE_ATTENTION * price_effect(np.array([sale.price]), np.array([usual]))[0]
        )
        price[is_open, sale.item] = sale.price
    affordable = wanted * (price <= balance[member][:, None])
    can: BoolArray = np.asarray(affordable.any(axis=1))
    item = _choose(np.where(can[:, None], affordable, wanted), rng)
    cost = price[np.arange(len(member)), item]
    quantity = rng.choice(3, len(member), p=_QUANTITIES) + 1
    quantity = np.where(quantity * cost <= balance[member], quantity, 1)
    in_sale = np.zeros(len(member), dtype=bool)
    for sale in sales:
        in_sale |= (item == sale.item) & (sale.opens <= second) & (second < sale.closes)
    return Wishes(member, second, item, quantity, can, in_sale)


def asks(wishes: Wishes, is_out: BoolArray, rng: np.random.Generator) -> BoolArray:
    """Tell which wishes become requests: few where points do not suffice, not all where the shelf is seen empty."""
    chance = rng.random(len(wishes))
    limit = np.where(wishes.is_affordable, 1.0, _ASKS_UNAFFORDABLE)
    limit = np.where(is_out[wishes.item] & ~wishes.in_sale, limit * ASKS_ANYWAY, limit)
    asked: BoolArray = chance < limit
    return asked


def browse(
    wishes: Wishes, weights: FloatArray, rng: np.random.Generator
) -> tuple[IntArray, IntArray, IntArray, IntArray]:
    """Return kind, member, item and second of what members do in the minutes before a wish.

    Each visits and views the item; some search, view another one first, click, or keep it as a favourite.
    """
    count = len(wishes)
    total = weights.sum()
    other = rng.choice(len(weights), count, p=weights / total) if total else np.zeros(count, dtype=np.int64)
    lead = rng.integers(120, 900, count)
    steps = (
        ("visit", 1.0, None, 1.0),
        ("search", 0.4, None, 0.8),
        ("view", 0.7, other, 0.6),
        ("view", 1.0, wishes.item, 0.4),
        ("click", 0.6, wishes.item, 0.2),
        ("favourite", 0.08, wishes.item, 0.1),
    )
    columns: list[tuple[IntArray, IntArray, IntArray, IntArray]] = []
    for name, share, item, before in steps:
        chosen = np.flatnonzero(rng.random(count) < share)
        columns.append(
            (
                np.full(len(chosen), KINDS.index(name)),
                wishes.member[chosen],
                np.full(len(chosen), NO_ITEM) if item is None else item[chosen],
                np.maximum(wishes.second[chosen] - (lead[chosen] * before).astype(np.int64), 0),
            )
        )
    kind, member, item_, second = (np.concatenate(part) for part in zip(*columns, strict=True))
    return kind, member, item_, second


def _choose(weights: FloatArray, rng: np.random.Generator) -> IntArray:
    """Return a column of each row, chosen in proportion to its weights."""
    cumulated = weights.cumsum(axis=1)
    mark = rng.random(len(weights)) * cumulated[:, -1]
    chosen: IntArray = np.minimum((cumulated <= mark[:, None]).sum(axis=1), weights.shape[1] - 1)
    return chosen
