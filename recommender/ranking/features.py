"""What is told to the rankers of a member and a candidate: one column per figure, float32."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.ranking.scored import SparseScored
from recommender.ranking.sorting import key_of_scores, order_by
from recommender.ranking.sources import Candidates, Sources

Column = NDArray[np.float32]
FeatureMatrix = NDArray[np.float32]

# Half-lives in active days: what a month, a quarter and a year forget by half.
_HALF_LIVES = (14.0, 60.0, 180.0)


@dataclass(frozen=True)
class FeatureTables:
    """Figures of members, items and pairs of one past, computed once and looked up per candidate."""

    sources: Sources

    @cached_property
    def decayed(self) -> dict[str, Column]:
        """Per pair, the days it was taken on, by how fast they are forgotten."""
        pairs = self.sources.pairs
        return {f"own_decayed_{h:.0f}": pairs.decayed(h).astype(np.float32) for h in _HALF_LIVES}

    def own(self, pair: NDArray[np.int64]) -> dict[str, Column]:
        """Per candidate; NaN where the member has never taken it and `pair` is -1."""
        pairs, is_own = self.sources.pairs, pair >= 0
        days, first_age, last_age = pairs.days[pair], pairs.first_age[pair], pairs.last_age[pair]
        baskets_since = pairs.baskets_since[pair]
        gap = (first_age - last_age) / np.maximum(days - 1, 1)
        share = days / pairs.baskets[pairs.member[pair]]
        columns: dict[str, NDArray[np.generic]] = {
            "own_days": days,
            "own_share": share,
            "own_recent_days": pairs.recent_days[pair],
            "own_last_age": last_age,
            "own_first_age": first_age,
            "own_baskets_since": baskets_since,
            "own_position": pairs.position[pair],
            "own_gap": np.where(days > 1, gap, np.nan),
            "own_due": np.where(days > 1, last_age / np.maximum(gap, 1.0), np.nan),
            "own_expected": baskets_since * share,
        }
        columns.update((name, values[pair]) for name, values in self.decayed.items())
        nothing = np.float32(np.nan)
        return {name: np.where(is_own, v.astype(np.float32), nothing) for name, v in columns.items()}

    @cached_property
    def item(self) -> dict[str, Column]:
        """Per item."""
        pairs = self.sources.pairs
        n_items = pairs.shape[1]
        takers = np.maximum(pairs.members_per_item, 1)
        recent = np.bincount(pairs.item, weights=pairs.last_age < 28, minlength=n_items)
        again = np.bincount(pairs.item, weights=pairs.days > 1, minlength=n_items)
        gap = (pairs.first_age - pairs.last_age) / np.maximum(pairs.days - 1, 1)
        regular = pairs.days > 1
        gaps = np.bincount(pairs.item, weights=np.where(regular, gap, 0.0), minlength=n_items)
        oldest = np.zeros(n_items)
        np.maximum.at(oldest, pairs.item, pairs.first_age)
        days = np.bincount(pairs.item, weights=pairs.days, minlength=n_items)
        fresh = np.bincount(pairs.item, weights=pairs.first_age < 28, minlength=n_items)
        columns = {
            "item_recent": _log_share(recent, pairs.shape[0]),
            "item_takers": _log_share(pairs.members_per_item, pairs.shape[0]),
            "item_trend": recent / takers,
            "item_fresh": _log_share(fresh, pairs.shape[0]),
            "item_again": (again + 1.0) / (takers + 5.0),
            "item_days": days / takers,
            "item_gap": np.where(again > 0, gaps / np.maximum(again, 1.0), np.nan),
            "item_age": oldest,
            "item_log_price": self.sources.attributes.log_price,
        }
        return {name: values.astype(np.float32) for name, values in columns.items()}

    @cached_property
    def member(self) -> dict[str, Column]:
        """Per member; the last entry is the member without history."""
        pairs = self.sources.pairs
        n = pairs.shape[0]
        fresh = np.bincount(pairs.member, weights=pairs.first_age < 28, minlength=n)
        recent = np.bincount(pairs.member, weights=pairs.recent_days, minlength=n)
        price = self.sources.attributes.log_price[pairs.item]
        known = np.isfinite(price)
        with np.errstate(invalid="ignore"):
            mean_price = np.bincount(pairs.member, weights=np.where(known, price, 0.0), minlength=n) / (
                np.bincount(pairs.member, weights=known, minlength=n)
            )
        columns = {
            "member_baskets": np.log1p(pairs.baskets),
            "member_items": np.log1p(pairs.items_per_member),
            "member_last_age": pairs.last_basket_age,
            "member_age": pairs.first_basket_age,
            "member_rate": pairs.baskets / (pairs.first_basket_age + 1.0),
            "member_basket_size": np.bincount(pairs.member, weights=pairs.days, minlength=n) / pairs.baskets,
            "member_fresh": fresh / np.maximum(recent, 1.0),
            "member_log_price": mean_price,
        }
        return {name: np.append(values, np.nan).astype(np.float32) for name, values in columns.items()}

    @cached_property
    def group(self) -> dict[str, tuple[NDArray[np.int64], sparse.csr_array, sparse.csr_array]]:
        """Per kind of group that is known: codes of the items, and members' shares and breadth by group."""
        attributes = self.sources.attributes
        found = {}
        for kind, codes in (("category", attributes.category), ("brand", attributes.brand)):
            if codes.max(initial=-1) < 1:
                continue
            belongs = attributes.membership(kind)
            decayed = (self.sources.own_decayed @ belongs).tocsr()
            total = np.asarray(decayed.sum(axis=1)).ravel()
            share = sparse.diags_array(1.0 / np.maximum(total, 1e-9)) @ decayed
            breadth = ((self.sources.own_index > 0).astype(np.float32) @ belongs).tocsr()
            found[kind] = (codes, share.tocsr().astype(np.float32), breadth)
        return found


def feature_matrix(tables: FeatureTables, candidates: Candidates) -> tuple[FeatureMatrix, list[str]]:
    """Return a row per candidate and the names of the columns; what does not apply is NaN."""
    sources, codes = tables.sources, candidates.codes
    row, item = candidates.row, candidates.item
    member = codes[row]
    columns: dict[str, Column] = {}
    pair = SparseScored(sources.own_index[codes].astype(np.float64)).at(row, item).astype(np.int64) - 1
    columns |= tables.own(pair)
    for name, values in tables.item.items():
        columns[name] = values[item]
    for name, values in tables.member.items():
        columns[name] = values[member]
    for name, scored in candidates.scored.items():
        columns[name] = scored.at(row, item).astype(np.float32)
        columns[f"{name}_rank"] = _rank_within(row, columns[name])
    for kind, (groups, share, breadth) in tables.group.items():
        group = np.maximum(groups[item], 0)
        columns[f"{kind}_share"] = SparseScored(share[codes]).at(row, group)
        columns[f"{kind}_breadth"] = SparseScored(breadth[codes]).at(row, group)
    columns["price_ratio"] = columns["item_log_price"] - columns["member_log_price"]
    due = columns["own_last_age"] / np.maximum(columns["item_gap"], np.float32(1))
    columns["own_due_item"] = due.astype(np.float32)
    return np.column_stack(list(columns.values())), list(columns)


def _log_share(counts: NDArray[Any], of_members: int) -> NDArray[np.float64]:
    # A share and not a number, so that what is learnt from a part of a mall holds for all of it.
    shares: NDArray[np.float64] = np.log((counts + 1.0) / (of_members + 1.0))
    return shares


def _rank_within(row: NDArray[np.intp], values: Column) -> Column:
    """Return the place of each value within its row, the largest first, from 0."""
    order = order_by(key_of_scores(row, values))
    starts = np.searchsorted(row, row)
    rank = np.empty(len(row), dtype=np.float32)
    rank[order] = np.arange(len(row)) - starts
    return rank
