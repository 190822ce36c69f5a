"""Where an answer is shown, and what that place asks for beside the member: an item's page, a basket, points that expire."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal
from uuid import UUID

from msgspec import Struct, field

from serving.recommendations.domain import ItemKind, MemberState, Offer, Policy, Shop
from serving.recommendations.items import Neighbours

ContextKind = Literal["home", "goes_with", "basket", "after_redemption", "expiring"]
# Two redemptions of its own make an item one that the member takes again.
_REPEATED = 2


class Context(Struct, frozen=True):
    """Where an answer is shown.

    Attributes:
        item_ids: the item of the page, those in the basket or those just redeemed.
        within: how soon points expire that are to be used up.
    """

    kind: ContextKind = "home"
    item_ids: tuple[UUID, ...] = ()
    within: timedelta = timedelta(days=30)


class Filter(Struct, frozen=True):
    """What an answer is narrowed to; empty: everything.

    Attributes:
        price_from, price_to: points, both included.
    """

    categories: frozenset[str] = frozenset()
    kinds: frozenset[ItemKind] = frozenset()
    price_from: int = 0
    price_to: int | None = None

    def admits(self, offer: Offer) -> bool:
        """Return whether an offer, at the price it has now, is asked for."""
        return (
            (not self.categories or offer.category in self.categories)
            and (not self.kinds or offer.kind in self.kinds)
            and self.price_from <= offer.price_points
            and (self.price_to is None or offer.price_points <= self.price_to)
        )


class Anchors(Struct, frozen=True):
    """The items that an answer is to go with.

    Attributes:
        names: item → its name, in the order they were given; none without a name.
        neighbours: item → its neighbours.
        has_redeemed: the member has just redeemed them.
    """

    names: Mapping[UUID, str] = field(default_factory=dict)
    neighbours: Mapping[UUID, Neighbours] = field(default_factory=dict)
    has_redeemed: bool = False


def anchor_ids(context: Context, member: MemberState, policy: Policy) -> tuple[UUID, ...]:
    """Return the items that an answer is to go with.

    After a redemption of which the items are not told, those of the newest one; not of a member who wants nothing
    told from what it did.
    """
    if context.item_ids or context.kind != "after_redemption" or policy == "unpersonalised":
        return context.item_ids
    redeemed = [signal for signal in member.signals if signal.kind == "redemption"]
    newest = min((signal.age for signal in redeemed), default=None)
    return tuple(dict.fromkeys(signal.item_id for signal in redeemed if signal.age == newest))


def barred(context: Context, anchors: Anchors, member: MemberState, shop: Shop) -> set[UUID]:
    """Return the items not to show: those at hand, unless they were redeemed and are what one takes again."""
    if context.kind != "after_redemption":
        return {*context.item_ids, *anchors.names}
    counts = member.own_counts
    return {
        item_id
        for item_id in (*context.item_ids, *anchors.names)
        if item_id not in shop.repeat_goods and counts.get(item_id, 0) < _REPEATED
    }
