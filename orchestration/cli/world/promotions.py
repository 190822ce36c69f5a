"""The campaigns of a simulated shop besides its flash sales: which there are, what they give, and out of what budget."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

import numpy as np

from orchestration.cli.world import calendar
from orchestration.cli.world.catalogue import CLASSES, Catalogue, IntArray
from orchestration.cli.world.presets import CATEGORIES
from transactional.campaigns.domain import Discounted, Kind, NewCampaign
from transactional.clock import business_date

EARNING: Final = (2, 1)
FESTIVAL_DISCOUNT_BP: Final = 1_000
NEW_ITEM_PERCENT: Final = 85
NEW_ITEM_DAYS: Final = 14
# Days before a festival's own on which its campaign begins, and its last one after it.
_FESTIVALS: Final = {
    "spring-festival": ("新春兑换节", "Spring Festival", 10, -3),
    "618": ("618 兑换节", "618", 3, 0),
    "mid-autumn": ("中秋兑换节", "Mid-Autumn", 5, 0),
    "national-day": ("国庆兑换节", "National Day", 1, 3),
    "double-11": ("双十一兑换节", "Double 11", 3, 0),
    "double-12": ("双十二兑换节", "Double 12", 2, 0),
}
_FESTIVAL_CATEGORIES: Final = 3
# What most is wanted of where a festival has no goods of its own.
_ALWAYS: Final = ("household", "personal_care", "digital")
# Budgets, as parts of what a day's statements bring, of a day's points for each day of a festival, and of so many pieces
# of a new item. Some are used up.
MEMBER_DAY_BUDGET, FESTIVAL_BUDGET, NEW_ITEM_BUDGET_PIECES = 1.0, 0.05, 12
_STATEMENTS_DAYS = 28
_LEAST_BUDGET = 1_000
BY: Final = "simulated marketer"


@dataclass(frozen=True)
class Promotion:
    """A campaign to come, its days counted from the first of the world, the last included.

    Attributes:
        lowered: the items that are cheaper, by number, with a price of their own or None for the discount.
    """

    kind: Kind
    name: str
    name_en: str
    first: int
    last: int
    budget: int
    categories: tuple[str, ...] = ()
    lowered: tuple[tuple[int, int | None], ...] = ()

    def lower(self, prices: IntArray, plain: IntArray) -> None:
        """Lower today's prices where it does: rounded up, as the engine does."""
        for item, own in self.lowered:
            discounted = -(-int(plain[item]) * (10_000 - FESTIVAL_DISCOUNT_BP) // 10_000)
            prices[item] = min(int(prices[item]), discounted if own is None else own)

    def told(self, midnight: datetime, items: list[UUID]) -> NewCampaign:
        """Return its terms, as they are drafted.

        Args:
            midnight: at which its first day begins.
            items: as the database knows them, in the order of their numbers.
        """
        ends_at = midnight + timedelta(days=self.last - self.first + 1)
        return NewCampaign(
            reference=f"{self.kind} {self.name_en} {business_date(midnight)}",
            kind=self.kind,
            name_zh=self.name,
            name_en=self.name_en,
            starts_at=midnight,
            ends_at=ends_at,
            earning=EARNING if self.kind == "member_day" else None,
            member_days=(business_date(midnight),) if self.kind == "member_day" else (),
            discount_bp=FESTIVAL_DISCOUNT_BP if self.kind == "festival" else None,
            items=tuple(Discounted(items[item], own) for item, own in self.lowered if own is not None),
            categories=self.categories,
            budget_points=self.budget,
            created_by=BY,
        )


def plan_promotions(
    days: Sequence[date], member_day: int, catalogue: Catalogue, monthly_points: float
) -> list[Promotion]:
    """Plan the campaigns of a world: a member day a month, festivals, and what is new in the shop.

    Args:
        monthly_points: what all members together earn in a usual month.
    """
    found = [_member_day(n, monthly_points) for n, day in enumerate(days) if day.day == member_day]
    for year in range(days[0].year, days[-1].year + 1):
        for festival in calendar.festivals(year):
            if festival.name in _FESTIVALS:
                promotion = _festival(festival, days[0], catalogue, monthly_points)
                if 0 <= promotion.first < len(days):
                    found.append(promotion)
    comes_later = (catalogue.listed_from > 0) & (catalogue.listed_from < len(days))
    # What is bought every day needs no introduction.
    for item in np.flatnonzero(comes_later & (catalogue.class_ != CLASSES.index("staple"))).tolist():
        found.append(_new_item(item, catalogue))
    return sorted(found, key=lambda one: (one.first, one.kind, one.name))


def _member_day(day: int, monthly_points: float) -> Promotion:
    budget = _rounded(MEMBER_DAY_BUDGET * monthly_points / _STATEMENTS_DAYS)
    return Promotion("member_day", "会员日双倍积分", "Member day, double points", day, day, budget)


def _festival(
    festival: calendar.Festival, first: date, catalogue: Catalogue, monthly_points: float
) -> Promotion:
    name, name_en, before, after = _FESTIVALS[festival.name]
    day = (festival.day - first).days
    wanted = sorted(CATEGORIES, key=lambda one: (-one.festivals.get(festival.name, 0.0), one.code))
    codes = [one.code for one in wanted if festival.name in one.festivals][:_FESTIVAL_CATEGORIES]
    codes = codes or list(_ALWAYS)
    numbers = [n for n, one in enumerate(CATEGORIES) if one.code in codes]
    items = np.flatnonzero(np.isin(catalogue.category, numbers)).tolist()
    budget = _rounded(FESTIVAL_BUDGET * monthly_points / _STATEMENTS_DAYS * (before + after + 1))
    return Promotion(
        "festival", f"{name} {festival.day.year}", f"{name_en} {festival.day.year}", day - before, day + after, budget,
        tuple(sorted(codes)), tuple((item, None) for item in items),
    )  # fmt: skip


def _new_item(item: int, catalogue: Catalogue) -> Promotion:
    first, plain = int(catalogue.listed_from[item]), int(catalogue.price[item])
    price = max(plain * NEW_ITEM_PERCENT // 100, 1)
    budget = _rounded((plain - price) * NEW_ITEM_BUDGET_PIECES)
    return Promotion(
        "new_item", f"新品尝鲜 {item + 1:03d}", f"New item {item + 1:03d}", first, first + NEW_ITEM_DAYS - 1, budget,
        lowered=((item, price),),
    )  # fmt: skip


def _rounded(points: float) -> int:
    """Return a budget as people set one: in hundreds, and not too small."""
    return max(round(points / 100) * 100, _LEAST_BUDGET)
