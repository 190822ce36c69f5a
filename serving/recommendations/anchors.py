"""What the items an answer is to go with lend to their neighbours, and how faint everything else is beside them."""

import numpy as np
from msgspec.structs import replace

from serving.recommendations.contexts import Anchors
from serving.recommendations.contributions import Contribution, Told
from serving.recommendations.domain import Motive, Reason
from serving.recommendations.neighbourhood import lent
from serving.recommendations.shelf import Shelf

# The member's first choice of all (about 1.1) counts less beside an item than a neighbour a quarter as close as the
# closest: it orders near equals, and fills the places that neighbours leave open.
_BESIDE = 0.2
# Of several items each lends a little less than all it has, so that what goes with two of them comes first.
_ANCHOR_SHARE = 0.9


def from_anchors(shelf: Shelf, anchors: Anchors) -> Contribution:
    """Return what items lend to their neighbours; what goes with several of them counts more."""
    places, parts, numbers = [np.empty(0, np.int64)], [np.empty(0)], [np.empty(0, np.int64)]
    names = list(anchors.names.items())
    for number, (item_id, _) in enumerate(names):
        if (near := anchors.neighbours.get(item_id)) is None:
            continue
        found = shelf.places(near.items)
        places.append(found)
        parts.append(_ANCHOR_SHARE * near.strengths)
        # Even numbers are taken together with the item, odd ones alike.
        numbers.append(2 * number + (np.arange(len(found)) >= len(near.together)))

    def told(number: int) -> Told:
        motive: Motive = "also_redeemed" if anchors.has_redeemed else "goes_with"
        return "neighbour", Reason("alike" if number % 2 else motive, anchor_name=names[number // 2][1])

    return lent(
        shelf, np.concatenate(places), np.concatenate(parts), np.concatenate(numbers), told, is_personal=False
    )  # fmt: skip


def beside(contribution: Contribution) -> Contribution:
    """Return what a source lends beside anchors."""
    return replace(contribution, values=_BESIDE * contribution.values)
