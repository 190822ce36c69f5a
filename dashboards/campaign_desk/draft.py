"""A campaign while somebody writes it down: its terms, and the document the mall takes. Pure."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from typing import Literal

from dashboards.mall import Told
from dashboards.page import BUSINESS_ZONE

Kind = Literal["festival", "member_day", "new_item", "flash_sale"]

KINDS: tuple[Kind, ...] = ("festival", "member_day", "new_item", "flash_sale")
# Segments are of one of two schemes: by what members redeemed, or by where they are in their life with the mall. A
# program may have drafted a campaign for segments of another one.
AUDIENCES = ("everybody", "rfm", "life_cycle", "tiers", "pilot")
SCHEMES = ("rfm", "life_cycle")
_NO_SEGMENTS = ("everybody", "tiers", "pilot")
_PER_CENT_BP = 100
_WHOLE_BP = 10_000
_MOST_PARTS = 100


@dataclass(frozen=True)
class Draft:
    """The terms of a campaign on the days from `first` to `last`, in Asia/Shanghai.

    Attributes:
        audience: everybody, tiers, pilot, or the scheme of the segments it is for.
        factor: by which earned points are multiplied, to the hundredth; None if they are not.
        member_days: the days on which they are; none is all of them.
        discount: what prices are lowered by, in per cent; None for none.
        items: the items that are cheaper, by id, with a price of their own in points, or None for the discount.
        budget, limit: what it may give in all, and to one member, in points; None if nothing was told.
    """

    kind: Kind
    name_zh: str
    name_en: str
    first: date
    last: date
    audience: str = "everybody"
    groups: tuple[str, ...] = ()
    factor: float | None = None
    member_days: tuple[date, ...] = ()
    discount: float | None = None
    items: dict[str, int | None] = field(default_factory=dict)
    categories: tuple[str, ...] = ()
    sale_ids: tuple[str, ...] = ()
    budget: int | None = None
    limit: int | None = None

    @property
    def multiplier(self) -> Fraction | None:
        """Return by what earned points are multiplied, as the mall counts: no decimals that are nowhere exact."""
        return None if self.factor is None else Fraction(str(self.factor)).limit_denominator(_MOST_PARTS)

    @property
    def gives_on(self) -> int:
        """Return on how many days it gives something: on its member days, or on all of them."""
        return len(self.member_days) or (self.last - self.first).days + 1

    def price_of(self, item_id: str, category: str, plain: int) -> int:
        """Return what a piece of an item costs in it, by the mall's rule: rounded up, at least one point."""
        own = self.items.get(item_id)
        if own is not None:
            return min(own, plain)
        if self.discount is None or (item_id not in self.items and category not in self.categories):
            return plain
        return max(1, -(-plain * (_WHOLE_BP - _basis_points(self.discount)) // _WHOLE_BP))

    def document(self, reference: str) -> Told:
        """Return the draft as the mall takes it; sent again under the same reference it is the same campaign."""
        told = {name: value for name, value in self._terms().items() if value is not None}
        return {"reference": reference, "kind": self.kind, **told}

    def changed_from(self, before: "Draft") -> Told:
        """Return what is other than before, as the mall takes an edit: what nobody touched stays as it is there."""
        former = before._terms()
        return {name: value for name, value in self._terms().items() if value != former[name]}

    def _terms(self) -> Told:
        multiplier = self.multiplier
        is_of_segments = self.audience not in _NO_SEGMENTS
        return {
            "name_zh": self.name_zh.strip(),
            "name_en": self.name_en.strip(),
            "starts_at": _midnight(self.first).isoformat(),
            "ends_at": _midnight(self.last + timedelta(days=1)).isoformat(),
            "audience": "segments" if is_of_segments else self.audience,
            "scheme": self.audience if is_of_segments else None,
            "groups": list(self.groups),
            "earning": multiplier
            and {"numerator": multiplier.numerator, "denominator": multiplier.denominator},
            "member_days": [day.isoformat() for day in self.member_days],
            "discount_bp": self.discount and _basis_points(self.discount),
            "items": [{"item_id": item, "price_points": price} for item, price in self.items.items()],
            "categories": list(self.categories),
            "sale_ids": list(self.sale_ids),
            "budget_points": self.budget,
            "member_limit_points": self.limit,
        }


def _basis_points(per_cent: float) -> int:
    return round(per_cent * _PER_CENT_BP)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BUSINESS_ZONE)
