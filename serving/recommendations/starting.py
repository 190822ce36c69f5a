"""The day-one rule: what somebody like the member takes first, worth less with everything the member does itself."""

from collections.abc import Mapping
from uuid import UUID

from serving.recommendations.domain import MemberState, Shop

# Three redemptions of its own weigh as much as the prior: one or two may be chance, and its list rests on them alone.
_HALVING_EVIDENCE = 3
# A look tells less than points spent: about three looks tell as much as a redemption.
_LOOK = 0.3
# Below the first ten places of a list, above everything popular; a fresh click on an item still moves it past.
_STARTING_SHARE = 0.5


def prior(member: MemberState, shop: Shop, available: int) -> tuple[Mapping[UUID, float], float]:
    """Return item → what the groups of the member like, and how much of that they lend: less as evidence grows."""
    started = shop.started_by(groups_of(member, shop, available))
    return started.scores, _STARTING_SHARE * prior_weight(evidence(member))


def evidence(member: MemberState) -> float:
    """Return how much is known of what the member takes, in redemptions."""
    redemptions = float(sum(member.redemption_counts.values()))
    for signal in member.signals:
        if signal.kind != "redemption":
            redemptions += _LOOK
        elif signal.is_unlanded:
            redemptions += 1
    return redemptions


def prior_weight(evidence: float) -> float:
    """Return 1 without evidence, a half with three redemptions, a tenth with 27."""
    return 1 / (1 + evidence / _HALVING_EVIDENCE)


def groups_of(member: MemberState, shop: Shop, available: int) -> list[str]:
    """Return the groups of newcomers that a member belongs to: any, perhaps one by balance and one by profile."""
    by_balance = [
        name
        for name, (least, until) in shop.balance_groups.items()
        if least <= available and (until is None or available < until)
    ]
    return ["any", *by_balance, *([member.profile] if member.profile else [])]
