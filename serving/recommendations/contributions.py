"""What each source lends to the offers of an answer, between 0 and 1, and the reason it would give.

An item's score is the sum of what it was lent; its stage and reason are those of the largest part. Scores compare
items of one answer, not answers with each other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from serving.recommendations.domain import ListedItem, MemberState, Reason, Stage
from serving.recommendations.items import item_ids
from serving.recommendations.items import stages as stages_of
from serving.recommendations.shelf import NOWHERE, Floats, Shelf

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


@dataclass(frozen=True)
class Contribution:
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


def by_place(place: int) -> float:
    """Return 1 for the first place, a half for the eleventh, a sixth for the fiftieth."""
    return 10 / (10 + place)


def from_lists(shelf: Shelf, member: MemberState) -> Contribution:
    """Return what the member's lists lend; what is on both counts once, where it stands higher."""
    found, stages = dict[int, float](), dict[int, Stage]()
    for listed, share in ((member.listed, 1.0), (member.novel, _NOVEL_SHARE)):
        places = shelf.places(item_ids(listed)).tolist()
        for place, (n, stage) in enumerate(zip(places, stages_of(listed), strict=True)):
            if n != NOWHERE and (value := share * by_place(place)) > found.get(n, 0.0):
                found[n], stages[n] = value, stage
    values = shelf.zeros()
    values[list(found)] = list(found.values())
    counts = member.own_counts

    def told(n: int) -> Told:
        item = ListedItem(shelf.offers[n].item_id, stages[n])
        return item.stage, _listed_reason(item, counts)

    return Contribution(values, told, is_personal=True)


def from_popularity(
    shelf: Shelf, popular: Sequence[UUID], listed: Contribution | None = None
) -> Contribution:
    """Return what popularity lends; nothing to what the member's own lists hold, which needs no help."""
    values = shelf.zeros()
    places = shelf.places(popular)
    lent = _POPULAR_SHARE * 10 / (10 + np.arange(len(places)))
    values[places[places != NOWHERE]] = lent[places != NOWHERE]
    if listed is not None:
        values[listed.values > 0] = 0
    return Contribution(values, lambda _: ("popular", Reason("popular")))


def from_own_redemptions(shelf: Shelf, member: MemberState) -> Contribution:
    """Return what redemptions lend to their items that no release has counted yet."""
    counts = member.own_counts
    values = {
        item_id: 1 - (1 - _OWN_REDEMPTION) ** count for item_id, count in member.unlanded_counts.items()
    }

    def told(n: int) -> Told:
        return "personal", Reason("redeemed", redemption_count=counts[shelf.offers[n].item_id])

    return Contribution(shelf.spread(values), told, is_personal=True)


def from_prior(shelf: Shelf, prior: Mapping[UUID, float]) -> Contribution:
    """Return what the day-one prior lends (see `starting`)."""
    return Contribution(shelf.spread(prior), lambda _: ("starting", Reason("starting")))


def from_sales(shelf: Shelf) -> Contribution:
    """Return what a running flash sale lends to its item."""
    values = shelf.zeros()
    values[shelf.on_sale] = _SALE_SHARE
    return Contribution(values, lambda _: ("campaign", Reason("sale")))


def from_reach(shelf: Shelf) -> Contribution:
    """Return what every item that can be had is lent, so that those nobody took come last instead of never."""
    values = np.full(len(shelf), _AFFORDABLE_SHARE)
    return Contribution(values, lambda _: ("popular", Reason("affordable")))


def _listed_reason(listed: ListedItem, counts: Mapping[UUID, int]) -> Reason:
    if listed.stage == "personal":
        return Reason("redeemed", redemption_count=counts.get(listed.item_id, 0))
    return Reason("bought_together" if listed.stage == "neighbour" else "popular")
