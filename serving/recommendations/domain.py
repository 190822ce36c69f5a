"""What an answer is made of: what may be shown, what is known of the member and of the shop, and why an item is shown.

What an answer makes many of is a `Struct`: a frozen dataclass of as many fields takes ten times as long to make.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Literal
from uuid import UUID

from msgspec import Struct

Policy = Literal["recipe", "popularity", "unpersonalised"]
Stage = Literal["live", "personal", "neighbour", "popular", "starting", "campaign", "explore"]
SignalKind = Literal["redemption", "favourite", "click", "view"]
Motive = Literal[
    "looked", "redeemed", "bought_together", "popular", "affordable", "follows", "starting", "sale", "expiring", "new",
    "goes_with", "alike", "also_redeemed",
]  # fmt: skip
Slot = Literal["repeat", "novel", "explore"]
Affordability = Literal["now", "with_cash", "soon"]
Reach = Literal["now", "cash", "soon"]
ItemKind = Literal["physical", "virtual", "service"]


class ListedItem(Struct, frozen=True):
    """One item of a released list, best first."""

    item_id: UUID
    stage: Stage


class Signal(Struct, frozen=True):
    """One thing the member did with an item; is_unlanded: the release does not know of it yet."""

    kind: SignalKind
    item_id: UUID
    item_name: str
    age: timedelta
    is_unlanded: bool


# So long, and so many of them, what a member did says what it is after.
ACTS_WITHIN = timedelta(days=7)
ACTS_KEPT = 50


class Act(Struct, frozen=True):
    """One thing a member did with an item; is_unlanded: the release does not know of it yet."""

    kind: SignalKind
    item_id: UUID
    item_name: str
    at: datetime
    is_unlanded: bool


@dataclass(frozen=True)
class Sale:
    """A flash sale that runs now and of which the member may still have a piece."""

    sale_id: UUID
    item_id: UUID
    price_points: int
    ends_at: datetime
    left: int


# Basis points of a price: whatever the tenant's rule lets cash pay.
ANY_CASH = (0, 10_000)


class Offer(Struct, frozen=True):
    """An item that can be delivered now.

    Attributes:
        price_points: what it costs now: the sale's price while `sale` runs.
        listed_from: since when the shop has it.
        stock: pieces that may be sold now; None where a release alone is asked, which cannot tell.
        cash_share_bp: what part of the price may be paid in cash, at least and at most, within the tenant's rule.
    """

    item_id: UUID
    name: str
    category: str
    price_points: int
    listed_from: datetime
    stock: int | None = None
    sale: Sale | None = None
    kind: ItemKind = "physical"
    cash_share_bp: tuple[int, int] = ANY_CASH


@dataclass(frozen=True)
class Expiring:
    """Points of a member that are lost soon, and the last day on which the first of them can be spent.

    is_at_once: all of them expire on that day.
    """

    points: int
    first_on: date
    is_at_once: bool


@dataclass(frozen=True)
class CashRule:
    """A tenant's rule of points and cash: `points` are worth `fen`; cash pays so much of a price, in basis points."""

    points: int
    fen: int
    share_min_bp: int
    share_max_bp: int


class Purse(Struct, frozen=True):
    """What a member can pay with.

    Attributes:
        available: points that can be spent now.
        coming: points within the next 30 days: those that become spendable, and as many as it usually earns.
        expiring: those of the available ones that are lost within 30 days.
        cash: None where the tenant takes no cash.
    """

    available: int
    coming: int = 0
    expiring: Expiring | None = None
    cash: CashRule | None = None


@dataclass(frozen=True)
class MemberState:
    """What is known of a member.

    Attributes:
        listed: the release's list of anything, best first; empty for a member it does not know.
        novel: its list of what the member has never taken.
        redemption_counts: item → redemptions that the release knows of.
        usual_points: the median price of what it redeemed; None without any.
        profile: the coarse group it belongs to, if one is known.
        signals: what the member did lately or since the release, in any order.
    """

    listed: Sequence[ListedItem] = ()
    novel: Sequence[ListedItem] = ()
    redemption_counts: Mapping[UUID, int] = field(default_factory=dict)
    usual_points: float | None = None
    profile: str | None = None
    signals: Sequence[Signal] = ()

    @cached_property
    def unlanded_counts(self) -> Mapping[UUID, int]:
        """Item → redemptions that the release does not know of."""
        if not self.signals:
            return {}
        return Counter(s.item_id for s in self.signals if s.kind == "redemption" and s.is_unlanded)

    @cached_property
    def own_counts(self) -> Mapping[UUID, int]:
        """Item → redemptions, those since the release among them."""
        # Most members have redeemed nothing since, and to copy what they had takes as long as to choose an item.
        if not self.unlanded_counts:
            return self.redemption_counts
        return Counter(self.redemption_counts) + Counter(self.unlanded_counts)


@dataclass(frozen=True)
class Started:
    """What newcomers are shown first: item → how much it is for them, up to 1."""

    scores: Mapping[UUID, float]

    @cached_property
    def items(self) -> frozenset[UUID]:
        """Return the items alone."""
        return frozenset(self.scores)


@dataclass(frozen=True)
class Shop:
    """What a release knows of a tenant's shop.

    Attributes:
        starting: group of newcomers → item → how much it is for them, up to 1.
        balance_groups: group → (fewest points of its members, the first number too many or None).
        daily_demand: item → pieces asked for on a day with stock, on average.
        sale_lifts: item → redemptions during its sales over those expected without.
        sale_lift: the same of all the shop's sales; None before the first that can be measured.
        repeat_goods: items that those who take them take again.
    """

    starting: Mapping[str, Mapping[UUID, float]] = field(default_factory=dict)
    balance_groups: Mapping[str, tuple[int, int | None]] = field(default_factory=dict)
    daily_demand: Mapping[UUID, float] = field(default_factory=dict)
    sale_lifts: Mapping[UUID, float] = field(default_factory=dict)
    sale_lift: float | None = None
    repeat_goods: frozenset[UUID] = frozenset()

    @cached_property
    def _together(self) -> dict[Sequence[str], Started]:
        return {}

    def started_by(self, groups: Sequence[str]) -> Started:
        """Return what members of some groups are shown first; the same object as long as the shop is the same.

        A group that does not name an item counts as naming it with 0, so that what several groups like comes first.
        """
        named = tuple(group for group in groups if self.starting.get(group))
        if named not in self._together:
            summed: defaultdict[UUID, float] = defaultdict(float)
            for group in named:
                for item_id, score in self.starting[group].items():
                    summed[item_id] += score
            self._together[named] = Started({item: score / len(named) for item, score in summed.items()})
        return self._together[named]

    @cached_property
    def highest_demand(self) -> float:
        """Return the demand of the item that is asked for most."""
        return max(self.daily_demand.values(), default=0.0)


class Reason(Struct, frozen=True):
    """Why an item is shown: the motive, and what belongs to it: the signal it follows, the name of what it goes with …"""

    motive: Motive
    signal: Signal | None = None
    redemption_count: int = 0
    expiring: Expiring | None = None
    anchor_name: str | None = None


class Recommendation(Struct, frozen=True):
    """One item of an answer.

    Attributes:
        points_due, cash_fen: what the member pays, as far as its points go and the rest in cash; of what is only
            soon within reach, the whole price.
        propensity: the probability with which this policy shows this item at this position.
    """

    offer: Offer
    score: float
    stage: Stage
    reason: Reason
    slot: Slot
    affordability: Affordability
    points_due: int
    cash_fen: int
    propensity: float
