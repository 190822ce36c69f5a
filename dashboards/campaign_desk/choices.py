"""What there is to choose from where a campaign is written down."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from dashboards.mall import Told


@dataclass(frozen=True)
class Choices:
    """What there is to choose from.

    Attributes:
        goods: item_id, name, category and price_points of the items on offer.
        categories: names of their categories by code.
        groups: names of segments, stages and tiers by audience and code; asked for only where they are needed.
        sales: the flash sales that can be linked; asked for only where they are needed.
    """

    goods: pd.DataFrame
    categories: Mapping[str, str]
    groups: Callable[[str], dict[str, str]]
    sales: Callable[[], list[Told]]
