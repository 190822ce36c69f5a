"""What lends to several offers at once: an item to its neighbours, the closest most."""

from collections.abc import Callable

import numpy as np

from serving.recommendations.contributions import Contribution, Told
from serving.recommendations.shelf import NOWHERE, Floats, Integers, Shelf


def lent(
    shelf: Shelf,
    places: Integers,
    parts: Floats,
    numbers: Integers,
    told: Callable[[int], Told],
    *,
    is_personal: bool,
) -> Contribution:
    """Add up what signals or items lend, so that it never passes 1; the strongest of each offer tells why.

    Args:
        places, parts, numbers: to which offer how much is lent by the source of which number, side by side.
    """
    is_there = places != NOWHERE
    places, parts, numbers = places[is_there], parts[is_there], numbers[is_there]
    left = np.ones(len(shelf))
    np.multiply.at(left, places, 1 - parts)

    def told_of(n: int) -> Told:
        of_offer = np.flatnonzero(places == n)
        return told(int(numbers[of_offer[np.argmax(parts[of_offer])]]))

    return Contribution(1 - left, told_of, is_personal)
