"""The campaigns a batch deals with: who has which benefit, and what was used of the budgets. Pure.

Of several campaigns that would give something for the same earning or piece, the one that gives most gives, alone; one
that does not cover it stands back for the next.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from transactional.campaigns.benefit import Campaign

Slot = tuple[UUID, UUID]
UseKind = Literal["extra", "discount", "extra_back", "discount_back"]


@dataclass(frozen=True, slots=True)
class Use:
    """Points of a budget that were given, or (negative) came back.

    Attributes:
        cause_id: the transfer of the extra points, or that which took them back; the redemption or the refund.
        line_no: the line of the redemption; 0 for extra points.
    """

    tenant_id: UUID
    cause_id: UUID
    kind: UseKind
    line_no: int
    campaign_id: UUID
    member_id: UUID
    redemption_id: UUID | None
    points: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Extra:
    """What an earning brings beyond itself; with 0 points the campaigns named would have given some."""

    points: int
    campaign_id: UUID


@dataclass(slots=True)
class CampaignState:
    """What a batch knows of campaigns. Deciding changes it as it goes.

    Attributes:
        campaigns: those locked for the batch, by (tenant, campaign).
        audience: (tenant, campaign, member) of whom a campaign is for.
        offered: (campaign, price of its own) of items that are cheaper somewhere, by (tenant, item).
        had: what members have had of a budget, by (tenant, campaign, member); those that changed are in `changed`.
        extras: the campaign of transfers that are extra points, by (tenant, transfer).
        discounts: (campaign, points saved) by the lines of earlier redemptions, by (tenant, redemption).
        uses: what is to be written.
    """

    campaigns: dict[Slot, Campaign] = field(default_factory=dict)
    audience: set[tuple[UUID, UUID, UUID]] = field(default_factory=set)
    offered: dict[Slot, list[tuple[UUID, int | None]]] = field(default_factory=dict)
    had: dict[tuple[UUID, UUID, UUID], int] = field(default_factory=dict)
    changed: set[tuple[UUID, UUID, UUID]] = field(default_factory=set)
    extras: dict[Slot, UUID] = field(default_factory=dict)
    discounts: dict[Slot, dict[int, tuple[UUID, int]]] = field(default_factory=dict)
    uses: list[Use] = field(default_factory=list)

    def extra_for(
        self, tenant_id: UUID, member_id: UUID, points: int, *, earned_at: datetime, now: datetime
    ) -> Extra | None:
        """Return what a member gets beyond points earned at a moment and told now; None if no campaign is about it.

        Both moments must lie in the window, so that nobody earns from a campaign that is over.
        """
        found = []
        for campaign in self._running(tenant_id, member_id, now):
            if more := campaign.extra_for(points, earned_at):
                found.append((-more, campaign.campaign_id, campaign))
        for less, campaign_id, campaign in sorted(found, key=lambda one: one[:2]):
            if campaign.covers(-less, had=self.had.get((tenant_id, campaign_id, member_id), 0)):
                return Extra(-less, campaign_id)
        return Extra(0, min(found, key=lambda one: one[:2])[1]) if found else None

    def prices(
        self, tenant_id: UUID, member_id: UUID, item_id: UUID, plain: int, moment: datetime
    ) -> list[tuple[int, Campaign]]:
        """Return the prices below the plain one that a member may have of a piece now, lowest first."""
        found = [
            (price, campaign)
            for campaign_id, own in self.offered.get((tenant_id, item_id), ())
            if (tenant_id, campaign_id, member_id) in self.audience
            and (campaign := self.campaigns[tenant_id, campaign_id]).runs(moment)
            and (price := campaign.price_of(plain, own)) < plain
        ]
        return sorted(found, key=lambda one: (one[0], one[1].campaign_id))

    def use(self, use: Use) -> None:
        """Take points of a budget, or put them back, and note it."""
        campaign = self.campaigns[use.tenant_id, use.campaign_id]
        if use.points > 0:
            campaign.use(use.points)
        else:
            campaign.give_back(-use.points)
        member = (use.tenant_id, use.campaign_id, use.member_id)
        self.had[member] = max(0, self.had.get(member, 0) + use.points)
        self.changed.add(member)
        self.uses.append(use)

    def _running(self, tenant_id: UUID, member_id: UUID, moment: datetime) -> Iterator[Campaign]:
        for (owner, campaign_id), campaign in self.campaigns.items():
            if (
                owner == tenant_id
                and campaign.runs(moment)
                and (owner, campaign_id, member_id) in self.audience
            ):
                yield campaign


@dataclass(slots=True)
class Basket:
    """The lines of one redemption while they are priced; nothing is used before `take`.

    Attributes:
        taken: (campaign, plain price) by line number.
        short: campaigns that would have lowered a price and did not cover it.
    """

    state: CampaignState
    tenant_id: UUID
    member_id: UUID
    moment: datetime
    taken: dict[int, tuple[UUID, int]] = field(default_factory=dict)
    short: list[UUID] = field(default_factory=list)
    saved: Counter[UUID] = field(default_factory=Counter)

    def price(self, line_no: int, item_id: UUID, quantity: int, plain: int) -> int:
        """Return what a piece of a line costs this member: all pieces of a line cost the same."""
        for price, campaign in self.state.prices(self.tenant_id, self.member_id, item_id, plain, self.moment):
            campaign_id = campaign.campaign_id
            saved, pending = (plain - price) * quantity, self.saved[campaign_id]
            had = self.state.had.get((self.tenant_id, campaign_id, self.member_id), 0)
            if campaign.covers(pending + saved, had=had):
                self.saved[campaign_id] += saved
                self.taken[line_no] = (campaign_id, plain)
                return price
            if campaign_id not in self.short:
                self.short.append(campaign_id)
        return plain
