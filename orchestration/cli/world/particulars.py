"""What a simulated shop says of its items besides their price: brand, weight, and what has to be heeded."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from orchestration.cli.world.brands import BRANDS, UNBRANDED, add_brands
from orchestration.cli.world.catalogue import CLASSES, Catalogue, IntArray
from orchestration.cli.world.presets import CATEGORIES, Preset
from transactional.catalogue.items import Item, import_items
from transactional.database import Connection
from transactional.row_report import FileRows

# Grams of a piece as it is packed, in the median; what no carrier brings weighs nothing.
WEIGHTS: Mapping[str, int] = MappingProxyType(
    {
        "household": 700, "kitchen": 900, "food": 1_800, "baby": 650, "personal_care": 450, "digital": 300,
        "appliance": 2_600, "sports": 1_100, "luggage": 3_200, "books": 500, "health": 550,
    }
)  # fmt: skip
_FLAGS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "food": ("food_licence",), "health": ("food_licence",), "kitchen": ("fragile",), "appliance": ("fragile",),
        "digital": ("no_air",), "personal_care": ("no_return",),
    }
)  # fmt: skip
# Dearer goods of a category weigh more, though not in proportion.
_HEAVIER = 0.5


def flags_of(category: str) -> tuple[str, ...]:
    """Return what has to be heeded of the goods of a category."""
    return _FLAGS.get(category, ())


def item_code(preset: Preset, item: int) -> str:
    """Return the code of an item of a tenant."""
    return f"{preset.code}:{item + 1:04d}"


async def describe_items(
    connection: Connection, preset: Preset, catalogue: Catalogue, brands: IntArray
) -> None:
    """Say of the items of a tenant, which are there, what else there is to say."""
    await add_brands(connection)
    rows = [_item(preset, catalogue, n, int(brands[n])) for n in range(len(catalogue))]
    async with connection.transaction():
        await import_items(connection, FileRows(rows, list(range(1, len(rows) + 1))))


def _item(preset: Preset, catalogue: Catalogue, n: int, brand: int) -> Item:
    category = CATEGORIES[catalogue.category[n]]
    usual = WEIGHTS.get(category.code)
    dearer = float(
        catalogue.price[n] / np.median(catalogue.price[catalogue.category == catalogue.category[n]])
    )
    return Item(
        code=item_code(preset, n),
        name=catalogue.name(n),
        category=category.code,
        kind=category.kind,
        class_=CLASSES[catalogue.class_[n]],
        brand=None if brand == UNBRANDED else BRANDS[brand].code,
        compliance_flags=flags_of(category.code),
        weight_grams=None if usual is None else max(int(usual * dearer**_HEAVIER), 20),
    )
