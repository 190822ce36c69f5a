"""The suppliers of a simulated shop and the terms on which they sell it each item."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import numpy as np

from orchestration.cli.world.brands import BRANDS
from orchestration.cli.world.catalogue import Catalogue, FloatArray, IntArray
from orchestration.cli.world.presets import CATEGORIES
from orchestration.cli.world.supply import lead_time_kept
from transactional.database import Connection
from transactional.row_report import all_made
from transactional.suppliers.dating import Dated, add_terms
from transactional.suppliers.domain import NewTerms, PriceBreak
from transactional.suppliers.operations import add_supplier, say_brand


@dataclass(frozen=True)
class Supplier:
    """Somebody who sells all goods of some categories.

    Attributes:
        slowness: how many times as often as others it ships late.
        defects: how many times as often as of others' goods members complain of its goods.
    """

    code: str
    name: str
    categories: tuple[str, ...]
    slowness: float = 1.0
    defects: float = 1.0


SUPPLIERS = (
    Supplier(
        "digital-rights",
        "示例数字权益",
        (
            "phone_topup", "video_membership", "game_credit", "coffee_voucher", "ride_coupon", "shopping_card",
            "cinema_ticket",
        ),
    ),
    Supplier("foods", "示例食品", ("food", "health"), slowness=0.7, defects=0.8),
    Supplier("home-goods", "示例家居", ("household", "kitchen", "baby", "personal_care", "books"), defects=0.9),
    Supplier("electronics", "示例电器", ("digital", "appliance"), slowness=0.9, defects=1.8),
    Supplier("outdoor", "示例户外", ("sports", "luggage"), slowness=1.8),
    Supplier("local-services", "示例生活服务", ("car_service", "airport_lounge", "dining")),
)  # fmt: skip
# What suppliers promise, four deliveries of five keep; who counts on the longer time is let down by one in twenty.
PROMISED_SHARE, WORST_SHARE = 0.80, 0.95
COST_SHARE = (0.6, 0.85)
# A case of physical goods lasts a usual day, and one to three of them are the least that is sold.
_CASES = np.array([1, 2, 4, 6, 10, 12, 20, 24, 30, 40, 60, 100, 120, 200, 300, 600, 1_000])
_LEAST_CASES = (1, 4)
# From so many times the least on, each piece costs so many percent.
_BREAK, _BREAK_PERCENT = 5, 96
# How long pieces keep, in days: among food, pastry such as moon cakes, snacks, and grain and oil.
SHELF_LIVES = {"food": (60, 180, 365), "health": (540, 730), "personal_care": (1_095,), "baby": (540, 1_095)}
_KEEPS = 0


@dataclass(frozen=True)
class ItemTerms:
    """Terms of a shop's items, one element of each array per item.

    Attributes:
        supplier: index into SUPPLIERS.
        cost: of a piece, in fen.
        least: pieces that are at least ordered at once.
        pack: pieces that come together.
        shelf_life: days; 0 where pieces keep for ever.
    """

    supplier: IntArray
    cost: IntArray
    least: IntArray
    pack: IntArray
    shelf_life: IntArray

    @property
    def slowness(self) -> FloatArray:
        """Return how many times as often as others each item is shipped late."""
        return np.array([one.slowness for one in SUPPLIERS])[self.supplier]

    @property
    def defects(self) -> FloatArray:
        """Return how many times as often as of others members complain of each item."""
        return np.array([one.defects for one in SUPPLIERS])[self.supplier]

    def orderable(self, wanted: IntArray) -> IntArray:
        """Return the smallest pieces that can be ordered and are not less than those wanted; 0 stays 0."""
        least = np.maximum(wanted, self.least)
        pieces: IntArray = np.where(wanted > 0, -(-least // self.pack) * self.pack, 0)
        return pieces


def make_terms(catalogue: Catalogue, expected_daily: FloatArray, rng: np.random.Generator) -> ItemTerms:
    """Make the terms of a shop's items.

    Args:
        expected_daily: pieces of each item that are wanted on a usual day.
    """
    supplier_of = {code: number for number, one in enumerate(SUPPLIERS) for code in one.categories}
    codes = [CATEGORIES[number].code for number in catalogue.category.tolist()]
    case = np.searchsorted(_CASES, np.maximum(expected_daily, _CASES[0]), "right") - 1
    pack = np.where(catalogue.is_shipped, _CASES[case], 1)
    cases = rng.integers(*_LEAST_CASES, len(catalogue))
    least = np.where(catalogue.is_shipped, cases * pack, np.maximum(expected_daily.astype(np.int64), 1))
    cost = np.maximum(catalogue.price * rng.uniform(*COST_SHARE, len(catalogue)), 1).astype(np.int64)
    shelf_life = [int(rng.choice(SHELF_LIVES.get(code, (_KEEPS,)))) for code in codes]
    return ItemTerms(
        np.array([supplier_of[code] for code in codes], dtype=np.int64),
        cost,
        least.astype(np.int64),
        pack.astype(np.int64),
        np.array(shelf_life, dtype=np.int64),
    )


async def sign(
    connection: Connection, tenant_id: UUID, items: list[UUID], terms: ItemTerms, valid_from: date
) -> list[UUID]:
    """Add the suppliers with their terms of a shop's items, and return their ids in the order of SUPPLIERS."""
    suppliers = [
        (await add_supplier(connection, tenant_id=tenant_id, code=one.code, name=one.name))[0]
        for one in SUPPLIERS
    ]
    for brand in BRANDS:
        if brand.is_makers:
            number = next(n for n, one in enumerate(SUPPLIERS) if one.code == brand.supplier)
            await say_brand(connection, tenant_id=tenant_id, supplier_id=suppliers[number], brand=brand.code)
    promised, worst = lead_time_kept(PROMISED_SHARE), lead_time_kept(WORST_SHARE)
    dated: list[Dated] = []
    for item, (supplier, cost, least, pack, shelf_life) in zip(items, _rows(terms), strict=True):
        new = NewTerms(
            item_id=item,
            lead_time_days=promised,
            worst_lead_time_days=worst,
            unit_cost_fen=cost,
            valid_from=valid_from,
            min_order_quantity=least,
            pack_size=pack,
            price_breaks=_breaks(least, pack, cost),
            shelf_life_days=shelf_life or None,
        )
        dated.append(Dated(suppliers[supplier], new))
    all_made(await add_terms(connection, tenant_id=tenant_id, dated=dated))
    return suppliers


def _rows(terms: ItemTerms) -> list[tuple[int, int, int, int, int]]:
    columns = (terms.supplier, terms.cost, terms.least, terms.pack, terms.shelf_life)
    return list(zip(*(column.tolist() for column in columns), strict=True))


def _breaks(least: int, pack: int, cost: int) -> tuple[PriceBreak, ...]:
    cheaper = cost * _BREAK_PERCENT // 100
    return (PriceBreak(least * _BREAK, cheaper),) if pack > 1 and cheaper < cost else ()
