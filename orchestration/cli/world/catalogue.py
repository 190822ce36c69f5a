"""The goods of a simulated shop: what there is, what it costs and how much it appeals."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from orchestration.cli.world.presets import CATEGORIES, Preset

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

ITEMS = 240
NEVER_DELISTED = 1 << 40
CLASSES = ("staple", "quality", "scarce")
# The platform's promise of its catalogue: 60/30/10.
CLASS_SHARES = (0.6, 0.3, 0.1)
_CLASS_PRICE = (1.25, 2.5, 5.5)
FEN_PER_YUAN = 100
# One in so many items joins the shop later, and as many leave it.
_LATE_SHARE, _GONE_SHARE = 0.12, 0.06
# Wanted pieces change by so many times their percentage of price. Between the store-level elasticities of groceries
# (-2.6 in the mean of a meta-analysis: Bijmolt, van Heerde and Pieters 2005) and none: points are spent more freely.
ELASTICITY = -1.4


@dataclass(frozen=True)
class Catalogue:
    """The items of a shop, one element of each array per item.

    Attributes:
        category: index into the categories.
        class_: index into CLASSES.
        price: in points.
        appeal: log of how many times as much as others it is wanted at the same price.
        listed_from, listed_until: day numbers of the world; NEVER_DELISTED means that it stays.
    """

    category: IntArray
    class_: IntArray
    price: IntArray
    appeal: FloatArray
    listed_from: IntArray
    listed_until: IntArray

    def __len__(self) -> int:
        return len(self.category)

    @property
    def is_shipped(self) -> BoolArray:
        """Return which items a carrier brings."""
        shipped = np.array([category.handover == "shipping" for category in CATEGORIES])
        chosen: BoolArray = shipped[self.category]
        return chosen

    def name(self, item: int) -> str:
        """Return what an item is called."""
        return f"{CATEGORIES[self.category[item]].name} {self.price[item] / FEN_PER_YUAN:g}元 {item + 1:03d}"


def make_catalogue(preset: Preset, days: int, rng: np.random.Generator) -> Catalogue:
    """Make the items of a tenant: kinds by category, classes exactly 60/30/10."""
    weights = np.array([preset.favours.get(category.code, 1.0) for category in CATEGORIES])
    category = rng.choice(len(CATEGORIES), ITEMS, p=weights / weights.sum())
    # Every category is there.
    category[: len(CATEGORIES)] = np.arange(len(CATEGORIES))
    counts = [round(ITEMS * share) for share in CLASS_SHARES]
    class_ = rng.permutation(np.repeat(np.arange(len(CLASSES)), counts))
    yuan = np.array([c.yuan for c in CATEGORIES])[category] * np.array(_CLASS_PRICE)[class_]
    # Prices end in round figures, as in a shop: tens of points below 1,000, hundreds above.
    raw = yuan * FEN_PER_YUAN * rng.lognormal(0.0, 0.35, ITEMS)
    step = np.where(raw < 1_000, 10, 100)
    price = np.maximum(np.round(raw / step) * step, 100).astype(np.int64)
    fate = rng.random(ITEMS)
    moment = rng.integers(days // 10 + 1, days + 1, ITEMS)
    late, gone = fate < _LATE_SHARE, fate > 1.0 - _GONE_SHARE
    return Catalogue(
        category=category.astype(np.int64),
        class_=class_.astype(np.int64),
        price=price,
        appeal=rng.normal(0.0, 0.9, ITEMS),
        listed_from=np.where(late, moment - days // 10, 0),
        listed_until=np.where(gone, moment, NEVER_DELISTED),
    )


def price_effect(price: FloatArray, usual: FloatArray) -> FloatArray:
    """Return how many times as much is wanted at a price as at the usual one."""
    effect: FloatArray = (price / usual) ** ELASTICITY
    return effect


def category_factors(festival_distance: dict[str, bool]) -> FloatArray:
    """Return how many times as much of each category is wanted on a day.

    Args:
        festival_distance: for each festival, whether the day is one of those on which it is felt.
    """
    return np.array(
        [
            float(
                np.prod(
                    [factor for name, factor in c.festivals.items() if festival_distance.get(name)] or [1.0]
                )
            )
            for c in CATEGORIES
        ]
    )
