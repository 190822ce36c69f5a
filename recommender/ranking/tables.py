"""The fitted models as tables: what a reader needs to recommend without running any model."""

from collections.abc import Collection, Sequence

import numpy as np
import pandas as pd

from recommender.frames import typed_frame
from recommender.ranking.interactions import Interactions
from recommender.ranking.item_neighbours import ItemNeighbours
from recommender.ranking.model import RankingModel
from recommender.ranking.personal_frequency import PersonalFrequency
from recommender.ranking.popularity import Popularity

ITEM_POPULARITY_COLUMNS = {"item_id": "str", "score": "float64", "popularity_rank": "int64"}
ITEM_NEIGHBOUR_COLUMNS = {
    "item_id": "str",
    "neighbour_item_id": "str",
    "weight": "float64",
    "neighbour_rank": "int64",
}
MEMBER_ITEM_COLUMNS = {
    "member_id": "str",
    "item_id": "str",
    "score": "float64",
    "redemption_count": "int64",
    "last_redeemed_at": "datetime64[us, UTC]",
}
MEMBER_RECOMMENDATION_COLUMNS = {
    "member_id": "str",
    "item_id": "str",
    "score": "float64",
    "stage": "str",
    "recommendation_rank": "int64",
}


def item_popularity(model: Popularity) -> pd.DataFrame:
    """Return one row per item (item_id, score, popularity_rank), best first; rank starts at 1."""
    order = np.argsort(-model.share_, kind="stable")
    return typed_frame(
        ITEM_POPULARITY_COLUMNS,
        {
            "item_id": model.item_ids_[order],
            "score": model.share_[order],
            "popularity_rank": np.arange(1, len(order) + 1),
        },
    )


def item_neighbours(model: ItemNeighbours) -> pd.DataFrame:
    """Return one row per item and neighbour (item_id, neighbour_item_id, weight, neighbour_rank)."""
    cells = model.weights_.tocoo()
    order = np.lexsort((cells.col, -cells.data, cells.row))
    row = cells.row[order]
    return typed_frame(
        ITEM_NEIGHBOUR_COLUMNS,
        {
            "item_id": model.item_ids_[row],
            "neighbour_item_id": model.item_ids_[cells.col[order]],
            "weight": cells.data[order],
            "neighbour_rank": np.arange(len(row)) - np.searchsorted(row, row) + 1,
        },
    )


def member_items(model: PersonalFrequency, interactions: Interactions) -> pd.DataFrame:
    """Return one row per member and item they took (see `MEMBER_ITEM_COLUMNS`).

    `score` is the decayed count, `redemption_count` the plain one. The model must have been fitted on
    these interactions.
    """
    member, item = interactions.member_codes, interactions.item_codes
    is_first = np.ones(len(interactions), dtype=bool)
    is_first[1:] = (member[1:] != member[:-1]) | (item[1:] != item[:-1])
    first = np.flatnonzero(is_first)
    # Rows are sorted by time within a pair, so the row before the next pair's first is the latest.
    last = np.append(first[1:], len(interactions)) - 1
    scores = model.frequency_.tocoo()
    order = np.lexsort((scores.col, scores.row))
    return typed_frame(
        MEMBER_ITEM_COLUMNS,
        {
            "member_id": interactions.member_ids[member[first]],
            "item_id": interactions.item_ids[item[first]],
            "score": scores.data[order],
            "redemption_count": last - first + 1,
            "last_redeemed_at": pd.to_datetime(interactions.occurred_at[last], utc=True),
        },
    )


def member_recommendations(
    model: RankingModel,
    member_ids: Sequence[str],
    *,
    list_length: int,
    eligible_item_ids: Collection[str] | None,
) -> pd.DataFrame:
    """Return the best items per member (see `MEMBER_RECOMMENDATION_COLUMNS`), best first."""
    lists = model.recommend(member_ids, list_length, eligible_item_ids=eligible_item_ids)
    return lists[list(MEMBER_RECOMMENDATION_COLUMNS)]
