"""The fitted models as tables: what a reader needs to recommend without running any model."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from recommender.frames import typed_frame
from recommender.ranking.content_neighbours import ContentNeighbours
from recommender.ranking.interactions import Interactions
from recommender.ranking.item_neighbours import ItemNeighbours
from recommender.ranking.model import RankingModel
from recommender.ranking.personal_frequency import PersonalFrequency
from recommender.ranking.popularity import Popularity
from recommender.ranking.sorting import key_of_scores, order_by

ITEM_POPULARITY_COLUMNS = {"item_id": "str", "score": "float64", "popularity_rank": "int64"}
ITEM_NEIGHBOUR_COLUMNS = {
    "item_id": "str",
    "neighbour_item_id": "str",
    "kind": "str",
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
    "slice": "str",
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


def item_neighbours(together: ItemNeighbours | None, content: ContentNeighbours) -> pd.DataFrame:
    """Return one row per item, neighbour and kind (see `ITEM_NEIGHBOUR_COLUMNS`), the closest first.

    Kinds: `together`, taken by the same members, none without a model; `content`, a like item.
    """
    parts = [_neighbours("content", content)]
    if together is not None:
        parts.insert(0, _neighbours("together", together))
    return pd.concat(parts, ignore_index=True)


def _neighbours(kind: str, model: ItemNeighbours | ContentNeighbours) -> pd.DataFrame:
    cells = model.weights_.tocoo()
    order = order_by(key_of_scores(cells.row, cells.data), -cells.data, cells.col)
    row = cells.row[order]
    return typed_frame(
        ITEM_NEIGHBOUR_COLUMNS,
        {
            "item_id": model.item_ids_[row],
            "neighbour_item_id": model.item_ids_[cells.col[order]],
            "kind": np.full(len(row), kind, dtype=object),
            # Rounding may lift what is all alike above 1.
            "weight": np.minimum(cells.data[order], 1.0),
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
    models: Mapping[str, RankingModel],
    member_ids: Sequence[str],
    *,
    list_lengths: Mapping[str, int],
    eligible_item_ids: Collection[str] | None,
) -> pd.DataFrame:
    """Return the best items per member and slice (see `MEMBER_RECOMMENDATION_COLUMNS`), best first.

    Each slice's list comes from its own model; those of `novel` are without what the member has taken.
    """
    lists = []
    for name, model in models.items():
        ranked = model.recommend(
            member_ids,
            list_lengths[name],
            eligible_item_ids=eligible_item_ids,
            exclude_seen=name == "novel",
        )
        lists.append(ranked.assign(slice=pd.Series([name] * len(ranked), index=ranked.index, dtype="str")))
    return pd.concat(lists, ignore_index=True)[list(MEMBER_RECOMMENDATION_COLUMNS)]
