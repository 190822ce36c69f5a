"""What the day-one rule goes by: of each item of a shop its category, topic, kind, class and price band."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.ranking.attributes import Items

# Thirds of a shop's own prices, because a point is not worth the same everywhere.
BANDS = ("low", "middle", "high")
ASPECTS = ("kind", "band", "category")
LABEL_COLUMNS = ("item_id", *ASPECTS)

# A category's topic is the first of which its name holds a word.
TOPICS: Mapping[str, Sequence[str]] = {
    "baby": ("母婴", "婴", "童", "玩具", "baby", "kid", "toy"),
    "health": ("健康", "保健", "医", "药", "体检", "health", "medic", "drug", "vitamin", "pharma"),
    "car": ("汽车", "洗车", "加油", "停车", "car service", "fuel", "parking"),
    "travel": (
        "机场", "贵宾厅", "出行", "旅", "箱包", "酒店", "航空", "里程", "机票", "打车",
        "travel", "luggage", "lounge", "hotel", "flight", "mile", "ride",
    ),
    "dining": ("餐", "咖啡", "饮品", "外卖", "dining", "restaurant", "coffee", "meal"),
    "entertainment": (
        "影", "视频", "会员", "音乐", "游戏", "直播", "cinema", "film", "movie", "video", "music", "game",
        "streaming", "entertainment",
    ),
    "phone": ("话费", "流量", "phone", "mobile data", "top-up", "topup"),
    "gift_card": ("购物卡", "礼品卡", "代金", "gift card", "voucher"),
    "digital": ("数码", "手机", "电脑", "耳机", "digital", "electronic", "computer"),
    "appliance": ("家电", "电器", "appliance"),
    "care": ("个护", "洗护", "清洁", "美妆", "护肤", "cosmetic", "beauty", "personal care", "cleaning"),
    "food": (
        "食", "粮", "米面", "零食", "生鲜", "水果", "茶", "酒", "饮料", "food", "grocery", "produce", "meat",
        "dairy", "snack", "tea", "drink", "bakery",
    ),
    "household": (
        "家居", "日用", "厨", "家纺", "纸品", "household", "home", "kitchen", "bath", "paper", "laundry",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Traits:
    """One entry per item; an empty text means that it is not known.

    Attributes:
        band: one of BANDS.
        topic: one of TOPICS.
        closeness: of its price to the median of its category, from near 0 to 1.
    """

    category: NDArray[np.object_]
    kind: NDArray[np.object_]
    class_: NDArray[np.object_]
    band: NDArray[np.object_]
    topic: NDArray[np.object_]
    closeness: NDArray[np.float64]


def traits_of(items: Items) -> Traits:
    """Return the traits of these items, whose prices make up the shop's bands, in their order."""
    category = items.texts("category")
    log_price = pd.Series(np.log(items.prices))
    distance = (log_price - log_price.groupby(category).transform("median")).abs()
    return Traits(
        category=category,
        kind=items.texts("kind"),
        class_=items.texts("class"),
        band=_bands(items.prices),
        topic=np.array([topic_of(name) for name in category], dtype=object),
        # What has no known price is as far as e times the median.
        closeness=np.exp(-distance.fillna(1.0).to_numpy(dtype=np.float64)),
    )


def labels_of(items: Items) -> pd.DataFrame:
    """Return item_id, kind, band, category per item, by which what was taken is counted."""
    traits = traits_of(items)
    columns = {"item_id": items.item_ids} | {aspect: getattr(traits, aspect) for aspect in ASPECTS}
    return pd.DataFrame(columns, columns=list(LABEL_COLUMNS), dtype="str")


def topic_of(category: str) -> str:
    """Return the topic of a category, an empty text if none is known."""
    name = category.casefold()
    return next((topic for topic, words in TOPICS.items() if any(word in name for word in words)), "")


def _bands(prices: NDArray[np.float64]) -> NDArray[np.object_]:
    known = np.isfinite(prices)
    bands = np.full(len(prices), "", dtype=object)
    if known.any():
        edges = np.quantile(prices[known], [1 / 3, 2 / 3])
        bands[known] = np.array(BANDS, dtype=object)[np.searchsorted(edges, prices[known])]
    return bands
