"""Composes what a member is shown. Pure: no clock, no database, and what is drawn depends on the request alone."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import numpy as np
from msgspec import Struct, field
from msgspec.structs import replace

from serving.recommendations.affordability import NAMES, NOW, OUT, affordability, payment
from serving.recommendations.contexts import Anchors, Context, barred
from serving.recommendations.contributions import Told
from serving.recommendations.domain import (
    MemberState,
    Offer,
    Policy,
    Purse,
    Reach,
    Reason,
    Recommendation,
    Shop,
)
from serving.recommendations.exploration import EXPLORING_PLACE, Placed, explore
from serving.recommendations.items import Neighbours
from serving.recommendations.scoring import Scored, score
from serving.recommendations.shelf import Flags, Integers, Shelf
from serving.recommendations.slate import Choices, Rules, choose
from serving.recommendations.weights import uses_up

# Of a member who is shown what is popular, nothing is told apart.
_PLAIN = Rules(least_repeat=0, least_novel=0, category_factor=1.0)
# Beside an item it does not matter whether the member has taken what goes with it.
_BESIDE = Rules(least_repeat=0, least_novel=0)


class Sources(Struct, frozen=True):
    """What puts items forward, beside the member itself.

    Attributes:
        new_since: what is listed from then on is new.
        popular: items of the tenant, most popular first.
        neighbours: item → its neighbours; only those of signalled items are used.
        explorable: items that few know yet.
        anchors: what the answer is to go with.
    """

    new_since: datetime
    popular: Sequence[UUID] = ()
    neighbours: Mapping[UUID, Neighbours] = field(default_factory=dict)
    explorable: frozenset[UUID] = frozenset()
    anchors: Anchors = Anchors()


class Question(Struct, frozen=True):
    """What an answer is asked for; `request_id` decides every draw."""

    request_id: UUID
    limit: int
    reach: Reach = "soon"
    exploration_share: float = 0.0
    context: Context = Context()

    @property
    def draws(self) -> float:
        """Return how often a new item is drawn: only at home, elsewhere the place asks for something."""
        return self.exploration_share if self.context.kind == "home" else 0.0


def compose(
    policy: Policy,
    question: Question,
    shelf: Shelf,
    sources: Sources,
    *,
    member: MemberState,
    purse: Purse,
    shop: Shop,
) -> list[Recommendation]:
    """Return which of the offers on the shelf to show, in order, each item once and none that is out of reach.

    By `recipe` from everything known; by `popularity` what is popular, to compare with; `unpersonalised` what is
    popular or on sale, for members who want nothing told from what they did. Beside an item or a basket, what goes
    with it comes first; where points expire, only what they pay for is shown.
    """
    context = question.context
    kinds = affordability(shelf, purse, question.reach)
    if at_hand := barred(context, sources.anchors, member, shop):
        kinds[shelf.flagged(at_hand)] = OUT
    if policy == "unpersonalised":
        member = MemberState()
    is_beside = context.kind not in ("home", "expiring")
    scored = score(
        policy, shelf, popular=sources.popular, neighbours=sources.neighbours, member=member, purse=purse,
        shop=shop, anchors=sources.anchors if is_beside else None,
    )  # fmt: skip
    if context.kind == "expiring":
        use = uses_up(shelf.prices, purse.expiring)
        kinds[use == 0] = OUT
        scored = replace(scored, scores=scored.scores * use, uses_expiring=use > 0)
    is_repeat = shelf.flagged(member.own_counts)
    is_now = kinds == NOW
    choices = Choices(scored.scores, shelf.codes, is_repeat, is_now, ~is_now & (kinds != OUT))
    share = 0.0 if policy == "unpersonalised" else question.draws
    slate = choose(choices, _rules(policy, context, share), question.limit)
    pool = _Pool(shelf, is_now & ~is_repeat, sources) if share else ()
    return [
        _recommendation(placed, shelf, kinds, scored, purse, context, is_repeat=bool(is_repeat[placed.n]))
        for placed in explore(slate, pool, share=share, request_id=question.request_id)
    ]


def _rules(policy: Policy, context: Context, exploration_share: float) -> Rules:
    if policy == "popularity":
        return _PLAIN
    if context.kind != "home":
        return _BESIDE
    return Rules(exploring_place=EXPLORING_PLACE if exploration_share else None)


class _Pool(Collection[int]):
    """What may be drawn, in the order of the items' ids: new or known to few."""

    def __init__(self, shelf: Shelf, is_drawable: Flags, sources: Sources) -> None:
        is_unknown = shelf.flagged(sources.explorable) | (shelf.listed_from >= sources.new_since.timestamp())
        self._is_in = is_drawable & is_unknown
        self._ranks = shelf.ranks

    def __contains__(self, n: object) -> bool:
        return isinstance(n, int) and self._is_in.item(n)

    def __len__(self) -> int:
        return int(np.count_nonzero(self._is_in))

    def __iter__(self) -> Iterator[int]:
        found = np.flatnonzero(self._is_in)
        in_order: list[int] = found[np.argsort(self._ranks[found])].tolist()
        return iter(in_order)


def _recommendation(
    placed: Placed,
    shelf: Shelf,
    kinds: Integers,
    scored: Scored,
    purse: Purse,
    context: Context,
    *,
    is_repeat: bool,
) -> Recommendation:
    n = placed.n
    offer, kind = shelf.offers[n], int(kinds[n])
    stage, reason = _told(placed, offer, scored, purse, context)
    points_due, cash_fen = payment(offer.price_points, offer.cash_share_bp, kind, purse)
    return Recommendation(
        offer=offer,
        score=float(scored.scores[n]),
        stage=stage,
        reason=reason,
        slot="explore" if placed.is_drawn else "repeat" if is_repeat else "novel",
        affordability=NAMES[kind],
        points_due=points_due,
        cash_fen=cash_fen,
        propensity=placed.propensity,
    )


def _told(placed: Placed, offer: Offer, scored: Scored, purse: Purse, context: Context) -> Told:
    """Return an item's stage and reason: what is only for now goes before what led to it, what was asked for before both."""
    told: Told = ("explore", Reason("new")) if placed.is_drawn else scored.told(placed.n)
    if told[1].anchor_name is not None:
        return told
    if offer.sale is not None and context.kind != "expiring":
        return told[0], Reason("sale")
    if scored.uses_expiring[placed.n]:
        return told[0], Reason("expiring", expiring=purse.expiring)
    return told
