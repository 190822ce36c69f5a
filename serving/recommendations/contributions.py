"""What each source lends to the offers of an answer, between 0 and 1, and the reason it would give.

An item's score is the sum of what it was lent; its stage and reason are those of the largest part. Scores compare
items of one answer, not answers with each other.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from uuid import UUID

import numpy as np
from msgspec import Struct

from serving.recommendations.domain import MemberState, Reason, Stage
from serving.recommendations.items import item_ids, stage_at
from serving.recommendations.shelf import Floats, Shelf

# The first of the novel list counts like the eleventh of the list of anything, which a general ranker ordered.
_NOVEL_SHARE = 0.5
# One new redemption of the member's own counts like the sixteenth place of the list; more add up.
_OWN_REDEMPTION = 0.4
# Below the last of 50 places (10/59 = 0.17): popularity fills what the list leaves open.
_POPULAR_SHARE = 0.16
_AFFORDABLE_SHARE = 0.001
# A running sale is news like an item that was just looked at.
_SALE_SHARE = 0.3

Told = tuple[Stage, Reason]

_POPULAR: Told = ("popular", Reason("popular"))
_AFFORDABLE: Told = ("popular", Reason("affordable"))
_STARTING: Told = ("starting", Reason("starting"))
_SALE: Told = ("campaign", Reason("sale"))
# Of a list, by whether it is from neighbours.
_LISTED = (Reason("popular"), Reason("bought_together"))


class Contribution(Struct, frozen=True):
    """What one source lends.

    Attributes:
        values: one per offer, 0 where it lends nothing.
        told: the stage and reason of the offer at a place.
        is_personal: it follows what the member takes and looks at, whose prices it accepted, so price does not weigh
            it once more.
    """

    values: Floats
    told: Callable[[int], Told]
    is_personal: bool = False


@cache
def by_place(count: int) -> Floats:
    """Return for the places of a list 1 for the first, a half for the eleventh, a sixth for the fiftieth."""
    return 10 / (10 + np.arange(count))


def from_lists(shelf: Shelf, member: MemberState) -> Contribution:
    """Return what the member's lists lend; what is on both counts once, where it stands higher."""
    lists = (member.listed, member.novel)
    places = [shelf.places(item_ids(listed)) for listed in lists]
    values = [
        shelf.put(of_list, share * by_place(len(of_list)))
        for of_list, share in zip(places, (1.0, _NOVEL_SHARE), strict=True)
    ]
    counts = member.own_counts
    # Listed only where it is looked at.
    order: list[list[int]] = [[], []]

    def told(n: int) -> Told:
        higher = values[1].item(n) > values[0].item(n)
        order[higher] = order[higher] or places[higher].tolist()
        stage = stage_at(lists[higher], order[higher].index(n))
        if stage == "personal":
            return stage, Reason("redeemed", redemption_count=counts.get(shelf.offers[n].item_id, 0))
        return stage, _LISTED[stage == "neighbour"]

    return Contribution(np.maximum(*values), told, is_personal=True)


def from_popularity(
    shelf: Shelf, popular: Sequence[UUID], listed: Contribution | None = None
) -> Contribution:
    """Return what popularity lends; nothing to what the member's own lists hold, which needs no help."""
    places = shelf.places(popular)
    values = shelf.put(places, _POPULAR_SHARE * by_place(len(places)))
    if listed is not None:
        values[listed.values > 0] = 0
    return Contribution(values, lambda _: _POPULAR)


def from_own_redemptions(shelf: Shelf, member: MemberState) -> Contribution:
    """Return what redemptions lend to their items that no release has counted yet."""
    counts = member.own_counts
    values = {
        item_id: 1 - (1 - _OWN_REDEMPTION) ** count for item_id, count in member.unlanded_counts.items()
    }

    def told(n: int) -> Told:
        return "personal", Reason("redeemed", redemption_count=counts[shelf.offers[n].item_id])

    return Contribution(shelf.spread(values), told, is_personal=True)


def from_prior(shelf: Shelf, started: Mapping[UUID, float], share: float) -> Contribution:
    """Return what the day-one prior lends (see `starting`)."""
    return Contribution(share * shelf.lasting(started), lambda _: _STARTING)


def from_sales(shelf: Shelf) -> Contribution:
    """Return what a running flash sale lends to its item."""
    values = shelf.zeros()
    values[shelf.on_sale] = _SALE_SHARE
    return Contribution(values, lambda _: _SALE)


def from_reach(shelf: Shelf) -> Contribution:
    """Return what every item that can be had is lent, so that those nobody took come last instead of never."""
    return Contribution(shelf.zeros() + _AFFORDABLE_SHARE, lambda _: _AFFORDABLE)
