"""The day-one rule: what a newcomer of whom nothing else is known is likely to want, by group and industry.

The factors are chosen, not learnt: they say which goods the rule puts first, and what newcomers really take outweighs
them as soon as it is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.traits import Traits

Floats = NDArray[np.float64]
Factors = Mapping[str, float]


@dataclass(frozen=True)
class Leaning:
    """How many times as much as others goods of a kind, class, price band or topic are wanted; unnamed ones once."""

    kind: Factors = field(default_factory=dict)
    class_: Factors = field(default_factory=dict)
    band: Factors = field(default_factory=dict)
    topic: Factors = field(default_factory=dict)

    def weights(self, traits: Traits) -> Floats:
        """Return the product of an item's factors; shape (items,), above 0."""
        weights = np.ones(len(traits.kind))
        for name, factors in vars(self).items():
            weights *= [factors.get(value, 1.0) for value in getattr(traits, name)]
        return weights


# What the mall promises newcomers on their first day: a high balance is shown premium rights, a low one small
# staples, the young virtual goods, families household goods, the elderly food and health, travellers services.
GROUPS: Mapping[str, Leaning] = {
    "any": Leaning(),
    "high": Leaning(
        kind={"virtual": 1.5, "service": 1.5},
        class_={"staple": 0.5, "quality": 2.0, "scarce": 3.0},
        band={"low": 0.3, "high": 3.0},
    ),
    "low": Leaning(
        class_={"staple": 2.0, "scarce": 0.3},
        band={"low": 4.0, "high": 0.1},
    ),
    "young": Leaning(
        kind={"virtual": 3.0},
        topic={"entertainment": 2.0, "dining": 1.5, "digital": 2.0, "phone": 1.5, "baby": 0.3, "health": 0.3},
    ),
    "family": Leaning(
        kind={"physical": 1.5},
        class_={"staple": 1.5},
        topic={"household": 3.0, "food": 3.0, "baby": 4.0, "care": 2.0, "appliance": 2.0},
    ),
    "senior": Leaning(
        class_={"staple": 1.5},
        topic={"food": 4.0, "health": 4.0, "household": 2.0, "entertainment": 0.3, "digital": 0.3},
    ),
    "traveller": Leaning(
        kind={"service": 3.0},
        topic={"travel": 4.0, "dining": 2.0, "car": 2.0, "baby": 0.3},
    ),
}

# What each industry's mall opens with: banks premium rights, airlines miles, lounges and travel, retailers staples,
# e-commerce daily goods, employers gifts and goods for the home.
INDUSTRIES: Mapping[str, Leaning] = {
    "bank": Leaning(
        kind={"virtual": 1.5, "service": 2.0},
        class_={"quality": 1.5, "scarce": 2.0},
        topic={"gift_card": 1.5, "dining": 1.5, "car": 1.5, "travel": 1.5},
    ),
    "airline": Leaning(kind={"service": 2.0}, topic={"travel": 4.0, "dining": 1.5}),
    "retail": Leaning(class_={"staple": 2.0}, topic={"food": 2.0, "household": 2.0, "care": 1.5}),
    "ecommerce": Leaning(
        kind={"physical": 1.5}, topic={"household": 2.0, "care": 2.0, "digital": 2.0, "food": 1.5}
    ),
    "employee_benefit": Leaning(
        topic={"food": 2.0, "gift_card": 2.0, "household": 1.5, "health": 1.5, "entertainment": 1.5}
    ),
}


def preset(industry: str, traits: Traits) -> Floats:
    """Return what an industry's mall opens with, as weights of the items; all alike for an unknown industry."""
    return INDUSTRIES.get(industry, Leaning()).weights(traits)
