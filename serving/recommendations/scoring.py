"""Scores the offers of an answer by a policy: what sources lend, moved by price, stock, sales and expiring points."""

from collections.abc import Mapping, Sequence
from uuid import UUID

import numpy as np
from msgspec import Struct

from serving.recommendations.anchors import beside, from_anchors
from serving.recommendations.contexts import Anchors
from serving.recommendations.contributions import (
    Contribution,
    Told,
    from_lists,
    from_own_redemptions,
    from_popularity,
    from_prior,
    from_reach,
    from_sales,
)
from serving.recommendations.domain import MemberState, Policy, Purse, Shop
from serving.recommendations.items import Neighbours
from serving.recommendations.shelf import Flags, Floats, Shelf
from serving.recommendations.signals import from_looks, from_neighbours
from serving.recommendations.starting import prior
from serving.recommendations.weights import expiry_lift, price_fit, sale_lift, stock_cover, uses_expiring


class Scored(Struct, frozen=True):
    """Scores, one per offer, with what they came from.

    Attributes:
        sources: what lent something.
        fit: by how much price moves what is lent by those that are not personal.
        uses_expiring: which offers are lifted because they use up points that expire.
    """

    scores: Floats
    sources: Sequence[Contribution]
    fit: Floats
    uses_expiring: Flags

    def told(self, n: int) -> Told:
        """Return the stage and reason of the source that lent an offer most."""
        fit = self.fit.item(n)
        lent = [source.values.item(n) * (1.0 if source.is_personal else fit) for source in self.sources]
        return self.sources[lent.index(max(lent))].told(n)


def score(
    policy: Policy,
    shelf: Shelf,
    *,
    popular: Sequence[UUID],
    neighbours: Mapping[UUID, Neighbours],
    member: MemberState,
    purse: Purse,
    shop: Shop,
    anchors: Anchors | None = None,
) -> Scored:
    """Return the scores of a policy (see `composition.compose`), of an answer that is to go with some items or not."""
    unmoved = np.zeros(len(shelf), np.bool_)
    if policy == "popularity":
        return _scored(
            [from_popularity(shelf, popular), from_reach(shelf)], np.ones(len(shelf)), 1.0, unmoved
        )
    weight = stock_cover(shelf, shop)
    if shelf.on_sale:
        weight *= sale_lift(shelf, shop)
    if policy == "unpersonalised":
        lent = [from_popularity(shelf, popular), from_sales(shelf), from_reach(shelf)]
        return _scored(_anchored(lent, shelf, anchors), np.ones(len(shelf)), weight, unmoved)
    listed = from_lists(shelf, member)
    lent = [listed]
    # Half of all who look have done nothing lately, and what lends nothing costs as much to add up.
    if member.signals:
        lent += [from_looks(shelf, member.signals), from_neighbours(shelf, member.signals, neighbours)]
    if member.unlanded_counts:
        lent.append(from_own_redemptions(shelf, member))
    lent += [
        from_prior(shelf, *prior(member, shop, purse.available)),
        from_popularity(shelf, popular, listed),
    ]
    if shelf.on_sale:
        lent.append(from_sales(shelf))
    lent.append(from_reach(shelf))
    uses = unmoved
    if purse.expiring is not None:
        uses = uses_expiring(shelf.prices, purse.expiring, purse.available)
        weight *= expiry_lift(uses)
    fit = price_fit(shelf.prices, member.usual_points, purse.available)
    return _scored(_anchored(lent, shelf, anchors), fit, weight, uses)


def _anchored(lent: list[Contribution], shelf: Shelf, anchors: Anchors | None) -> list[Contribution]:
    if anchors is None:
        return lent
    return [from_anchors(shelf, anchors), *map(beside, lent)]


def _scored(sources: Sequence[Contribution], fit: Floats, weight: Floats | float, uses: Flags) -> Scored:
    personal, others = np.zeros(len(fit)), np.zeros(len(fit))
    for source in sources:
        if source.is_personal:
            personal += source.values
        else:
            others += source.values
    return Scored((personal + others * fit) * weight, sources, fit, uses)
