"""Lists of members of whom there is no news: they stay as they were made, without what may no longer be shown."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from recommender.ranking.judgement import Judgement
from recommender.ranking.model import SLICES
from recommender.ranking.tables import MEMBER_ITEM_COLUMNS, MEMBER_RECOMMENDATION_COLUMNS

# A list that is shorter than this share of what is asked for is made again, if it loses anything.
_LEFT_SHARE = 0.8
_TOLD = ["item_id", "redemption_count", "last_redeemed_at"]


@dataclass(frozen=True)
class Former:
    """What the training before left: its judgement and its tables `member_items` and `member_recommendations`.

    The tables may lack members of whom nothing may be known any longer.
    """

    judgement: Judgement
    member_items: pd.DataFrame
    member_recommendations: pd.DataFrame


def kept_lists(
    former: Former,
    member_items: pd.DataFrame,
    member_ids: Sequence[str],
    *,
    list_lengths: Mapping[str, int],
    eligible_item_ids: Collection[str] | None,
) -> pd.DataFrame:
    """Return the former lists of those of these members who have had lists and took nothing since, nor gave it back.

    Args:
        member_items: the table of today; whoever has the same items, as often and as late, has no news.
        eligible_item_ids: what else was in the lists is taken out, and a list that is left shorter than four fifths
            of its length is not kept, nor is the member's other one.
    """
    lists = former.member_recommendations.astype(MEMBER_RECOMMENDATION_COLUMNS)
    of_member = _places(member_ids, lists["member_id"])
    of_list = of_member * len(SLICES) + _places(SLICES, lists["slice"])
    stays = np.ones(len(lists), dtype=bool)
    if eligible_item_ids is not None:
        stays = lists["item_id"].isin(list(eligible_item_ids)).to_numpy()
    size = len(member_ids) * len(SLICES)
    listed = np.bincount(of_list[of_member >= 0], minlength=size)
    left = np.bincount(of_list[(of_member >= 0) & stays], minlength=size)
    asked = np.tile([list_lengths[name] for name in SLICES], len(member_ids))
    is_short = ((left < listed) & (left < _LEFT_SHARE * asked)).reshape(len(member_ids), len(SLICES))
    has_lists = listed.reshape(len(member_ids), len(SLICES)).any(axis=1)
    is_kept = has_lists & ~is_short.any(axis=1) & _has_no_news(former.member_items, member_items, member_ids)
    # The last entry is for whoever gets no lists any more.
    kept: pd.DataFrame = lists.loc[stays & np.append(is_kept, False)[of_member]]
    return kept


def in_order(lists: pd.DataFrame, member_ids: Sequence[str]) -> pd.DataFrame:
    """Return lists by slice, then in the order of the members, best first, with ranks from 1 without a gap."""
    of_member = _places(member_ids, lists["member_id"])
    of_list = _places(SLICES, lists["slice"]) * len(member_ids) + of_member
    order = np.lexsort((lists["recommendation_rank"].to_numpy(), of_list))
    place = of_list[order]
    rank = np.arange(len(place)) - np.searchsorted(place, place) + 1
    return lists.iloc[order].reset_index(drop=True).assign(recommendation_rank=rank)


def _places(names: Sequence[str], of: pd.Series) -> NDArray[np.intp]:
    """Return the place of each value among some names; -1 where it is none of them."""
    # Each value is looked up once: a large mall has tens of millions of rows.
    codes, values = pd.factorize(of)
    index = pd.Index(np.asarray(names, dtype=object))
    places: NDArray[np.intp] = index.get_indexer(pd.Index(np.asarray(values, dtype=object)))[codes]
    return places


def _has_no_news(before: pd.DataFrame, now: pd.DataFrame, member_ids: Sequence[str]) -> NDArray[np.bool_]:
    names = np.asarray(member_ids, dtype=object)
    then, today = (_digests(table).reindex(names, fill_value=0).to_numpy() for table in (before, now))
    return np.asarray(then == today)


def _digests(member_items: pd.DataFrame) -> pd.Series:
    """Return by member a number that tells what they took, how often and how late, in whatever order of rows."""
    table = member_items.astype(MEMBER_ITEM_COLUMNS)
    rows = pd.util.hash_pandas_object(table[_TOLD], index=False)
    return rows.groupby(table["member_id"]).sum()
