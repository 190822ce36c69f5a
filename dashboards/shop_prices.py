"""What campaigns make of prices: the member's price beside the list price, which is struck through."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from dashboards import shop_words
from dashboards.mall import MallAway, Refused, Told
from dashboards.shop import Shop
from dashboards.words import Words, literally


@dataclass(frozen=True)
class Lowered:
    """What an item costs in a campaign, and the campaign's name in both languages."""

    price_points: int
    list_points: int
    names: Mapping[str, str]


def lowered_prices(shop: Shop, member_id: str, item_ids: Sequence[str]) -> dict[str, Lowered]:
    """Return the lowest campaign price of each of some items that has one; none if the mall does not tell.

    A price that cannot be shown is not lost: the mall takes the lowest one whatever was shown.
    """
    try:
        return lowest(shop.campaigns(member_id, item_ids))
    except (MallAway, Refused):
        return {}


def lowest(campaigns: Iterable[Told]) -> dict[str, Lowered]:
    """Return the lowest price of each item in campaigns."""
    found: dict[str, Lowered] = {}
    for campaign in campaigns:
        names = {"zh": str(campaign["name_zh"]), "en": str(campaign["name_en"])}
        for item in campaign["items"]:
            item_id, price = str(item["item_id"]), int(item["price_points"])
            if item_id not in found or price < found[item_id].price_points:
                found[item_id] = Lowered(price, int(item["list_points"]), names)
    return found


def price_line(words: Words, plain: int, lowered: Lowered | None) -> str:
    """Return a price as Markdown; a list price that a campaign lowers is struck through."""
    if lowered is None:
        return f":primary[{shop_words.points(words, plain)}]"
    name = literally(lowered.names[words.language])
    price, listed = (
        shop_words.points(words, points) for points in (lowered.price_points, lowered.list_points)
    )
    return f":primary[{price}] :gray[~~{listed}~~] :red-badge[{name}]"
