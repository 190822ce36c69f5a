"""The brands of simulated goods: makers' own, well-known ones that are sold under an authorisation only, and others."""

from dataclasses import dataclass

import numpy as np

from orchestration.cli.world.catalogue import Catalogue, IntArray
from orchestration.cli.world.presets import CATEGORIES
from transactional.catalogue.brands import Brand, add_brand
from transactional.database import Connection


@dataclass(frozen=True)
class WorldBrand:
    """A brand of some goods of one supplier.

    Attributes:
        supplier: the code of who sells it.
        is_known: whether shops sell it only under a first-level authorisation.
        is_makers: whether the supplier is the brand itself.
    """

    code: str
    name: str
    name_en: str
    supplier: str
    categories: tuple[str, ...]
    is_known: bool = False
    is_makers: bool = False


BRANDS = (
    WorldBrand("sim-granary", "示例粮坊", "Sample Granary", "foods", ("food",), is_makers=True),
    WorldBrand("sim-heritage", "示例老字号", "Sample Heritage", "foods", ("food", "health"), is_known=True),
    WorldBrand("sim-vitality", "示例康源", "Sample Vitality", "foods", ("health",)),
    WorldBrand("sim-homestead", "示例优家", "Sample Homestead", "home-goods", ("household", "kitchen"), is_makers=True),
    WorldBrand("sim-cradle", "示例贝贝", "Sample Cradle", "home-goods", ("baby",), is_known=True),
    WorldBrand("sim-fresh", "示例清新", "Sample Fresh", "home-goods", ("personal_care", "household")),
    WorldBrand("sim-spark", "示例智创", "Sample Spark", "electronics", ("digital",), is_known=True),
    WorldBrand("sim-current", "示例电匠", "Sample Current", "electronics", ("appliance", "digital"), is_known=True),
    WorldBrand("sim-summit", "示例行者", "Sample Summit", "outdoor", ("sports", "luggage"), is_known=True),
    WorldBrand("sim-trail", "示例山径", "Sample Trail", "outdoor", ("sports",)),
    WorldBrand("sim-screen", "示例影音", "Sample Screen", "digital-rights", ("video_membership", "cinema_ticket"), is_known=True),
    WorldBrand("sim-arcade", "示例游乐", "Sample Arcade", "digital-rights", ("game_credit",)),
    WorldBrand("sim-lounge", "示例云厅", "Sample Lounge", "local-services", ("airport_lounge",)),
    WorldBrand("sim-steward", "示例管家", "Sample Steward", "local-services", ("car_service", "dining"), is_makers=True),
    # Of suppliers that ask to be let in; nothing in the shops is of them yet.
    WorldBrand("sim-direct", "示例直供", "Sample Direct", "card-direct", ()),
    WorldBrand("sim-outlet", "示例工坊", "Sample Outlet", "bargain-outlet", ()),
)  # fmt: skip
# So many items of a category that brands make are of one of them.
BRANDED_SHARE = 0.75
UNBRANDED = -1


def draw_brands(catalogue: Catalogue, rng: np.random.Generator) -> IntArray:
    """Return the brand of each item as an index into BRANDS, or UNBRANDED."""
    found = np.full(len(catalogue), UNBRANDED, dtype=np.int64)
    chance = rng.random((2, len(catalogue)))
    for item, category in enumerate(catalogue.category.tolist()):
        makers = [n for n, brand in enumerate(BRANDS) if CATEGORIES[category].code in brand.categories]
        if makers and chance[0, item] < BRANDED_SHARE:
            found[item] = makers[int(chance[1, item] * len(makers))]
    return found


async def add_brands(connection: Connection) -> None:
    """Add the brands to the platform, unless they are there."""
    async with connection.transaction():
        for brand in BRANDS:
            await add_brand(connection, new=Brand(brand.code, brand.name, brand.name_en, brand.is_known))
