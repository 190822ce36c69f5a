"""Combines a member's released list with live signals into one ranking. Pure: no clock, no database.

Every item collects contributions between 0 and 1; its score is their sum, and its stage and reason are those of
the largest one. Scores compare items of one answer, not answers with each other.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from uuid import UUID

Stage = Literal["live", "personal", "neighbour", "popular"]
SignalKind = Literal["redemption", "favourite", "click", "view"]
Motive = Literal["looked", "redeemed", "bought_together", "popular", "affordable", "follows"]

# A fresh redemption lifts its closest neighbour past the tenth place of the list (10/19 = 0.53).
_SIGNAL_WEIGHT: Mapping[SignalKind, float] = {"redemption": 0.6, "favourite": 0.5, "click": 0.4, "view": 0.3}
_SIGNAL_HALF_LIFE = timedelta(days=1)
# One new redemption of the member's own counts like the sixteenth place of the list; more add up.
_OWN_REDEMPTION = 0.4
# Below the last of 50 places (10/59 = 0.17): popularity fills what the list leaves open.
_POPULAR_SHARE = 0.16
_AFFORDABLE_SHARE = 0.001


@dataclass(frozen=True)
class ListedItem:
    """One item of a released list, best first."""

    item_id: UUID
    stage: Stage


@dataclass(frozen=True)
class Signal:
    """One thing the member did with an item; is_unlanded: the release does not know of it yet."""

    kind: SignalKind
    item_id: UUID
    item_name: str
    age: timedelta
    is_unlanded: bool


@dataclass(frozen=True)
class Offer:
    """An item the member can have now."""

    item_id: UUID
    name: str
    category: str
    price_points: int


@dataclass(frozen=True)
class Reason:
    """Why an item is shown: the motive, and the signal it follows or the member's own redemption count."""

    motive: Motive
    signal: Signal | None = None
    redemption_count: int = 0


@dataclass(frozen=True)
class Recommendation:
    """One item of an answer."""

    offer: Offer
    score: float
    stage: Stage
    reason: Reason


@dataclass(frozen=True)
class MemberState:
    """What is known of a member.

    Attributes:
        listed: the release's list, best first; empty for a member it does not know.
        redemption_counts: item → redemptions that the release knows of.
        signals: what the member did lately or since the release, in any order.
    """

    listed: Sequence[ListedItem] = ()
    redemption_counts: Mapping[UUID, int] = field(default_factory=dict)
    signals: Sequence[Signal] = ()


@dataclass(frozen=True)
class _Contribution:
    value: float
    stage: Stage
    reason: Reason


def combine(
    member: MemberState,
    *,
    popular: Sequence[UUID],
    neighbours: Mapping[UUID, Sequence[tuple[UUID, float]]],
    offers: Sequence[Offer],
    limit: int,
) -> list[Recommendation]:
    """Return at most `limit` of the offers, best first, each item once.

    Args:
        popular: items of the tenant, most popular first.
        neighbours: item → its neighbours with positive weights; only those of signalled items are used.
        offers: what may be shown at all; everything else is left out.
    """
    offered = {offer.item_id: offer for offer in offers}
    found: dict[UUID, list[_Contribution]] = {item_id: [] for item_id in offered}
    counts = _own_counts(member)
    for place, listed in enumerate(member.listed):
        if listed.item_id in found:
            reason = _listed_reason(listed, counts)
            found[listed.item_id].append(_Contribution(_by_place(place), listed.stage, reason))
    for place, item_id in enumerate(popular):
        # What is on the member's own list needs no help.
        if found.get(item_id) == []:
            value = _POPULAR_SHARE * _by_place(place)
            found[item_id].append(_Contribution(value, "popular", Reason("popular")))
    for item_id, contribution in _live(member.signals, neighbours).items():
        if item_id in found:
            found[item_id].append(contribution)
    for item_id, count in _unlanded_counts(member).items():
        if item_id not in found:
            continue
        reason = Reason("redeemed", redemption_count=counts[item_id])
        found[item_id].append(_Contribution(1 - (1 - _OWN_REDEMPTION) ** count, "personal", reason))
    ranking = [_recommendation(offered[item_id], contributions) for item_id, contributions in found.items()]
    ranking.sort(key=lambda recommendation: (-recommendation.score, recommendation.offer.item_id.int))
    return ranking[:limit]


def _by_place(place: int) -> float:
    """Return 1 for the first place, a half for the eleventh, a sixth for the fiftieth."""
    return 10 / (10 + place)


def _own_counts(member: MemberState) -> dict[UUID, int]:
    counts = defaultdict(int, member.redemption_counts)
    for item_id, count in _unlanded_counts(member).items():
        counts[item_id] += count
    return counts


def _unlanded_counts(member: MemberState) -> dict[UUID, int]:
    counts: dict[UUID, int] = defaultdict(int)
    for signal in member.signals:
        if signal.kind == "redemption" and signal.is_unlanded:
            counts[signal.item_id] += 1
    return counts


def _listed_reason(listed: ListedItem, counts: Mapping[UUID, int]) -> Reason:
    if listed.stage == "personal":
        return Reason("redeemed", redemption_count=counts.get(listed.item_id, 0))
    return Reason("bought_together" if listed.stage == "neighbour" else "popular")


def _live(
    signals: Sequence[Signal], neighbours: Mapping[UUID, Sequence[tuple[UUID, float]]]
) -> dict[UUID, _Contribution]:
    """Return what signals lend to their neighbours, and looks to the item itself; the strongest is the reason."""
    parts: dict[UUID, list[tuple[float, Reason]]] = defaultdict(list)
    for signal in signals:
        age = max(signal.age, timedelta(0))
        weight = _SIGNAL_WEIGHT[signal.kind] * 0.5 ** (age / _SIGNAL_HALF_LIFE)
        if signal.kind != "redemption":
            parts[signal.item_id].append((weight, Reason("looked", signal)))
        near = neighbours.get(signal.item_id, ())
        closest = max((strength for _, strength in near), default=0.0)
        for neighbour_id, strength in near:
            parts[neighbour_id].append((weight * strength / closest, Reason("follows", signal)))
    live: dict[UUID, _Contribution] = {}
    for item_id, lent in parts.items():
        # Several signals add up without ever passing 1.
        left = 1.0
        for weight, _ in lent:
            left *= 1 - weight
        strongest = max(lent, key=lambda part: part[0])[1]
        live[item_id] = _Contribution(1 - left, "live", strongest)
    return live


def _recommendation(offer: Offer, contributions: Sequence[_Contribution]) -> Recommendation:
    if not contributions:
        return Recommendation(offer, _AFFORDABLE_SHARE, "popular", Reason("affordable"))
    largest = max(contributions, key=lambda contribution: contribution.value)
    score = sum(contribution.value for contribution in contributions)
    return Recommendation(offer, score, largest.stage, largest.reason)
