"""What one model's lists are worth to each member, on a window it has not seen."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from recommender.ranking import metrics
from recommender.ranking.catalogue import Catalogue
from recommender.ranking.model import Codes, RankingModel, blocks
from recommender.ranking.scored import SparseScored
from recommender.ranking.snapshots import Snapshot

Floats = NDArray[np.float64]
# A metric and its k.
Key = tuple[str, int]

COVERAGE = "coverage"


@dataclass(frozen=True)
class Sought:
    """What is to be found in one slice, for the members of the past who took anything of it.

    Attributes:
        codes: of the members, in order.
        taken: CSR, shape (these members, items of the past).
        wanted: per member, how many items they took, those that the past does not know included.
        history: per member, how many rows of the past are theirs.
    """

    slice_name: str
    codes: Codes
    taken: sparse.csr_array
    wanted: NDArray[np.int64]
    history: NDArray[np.int64]

    @property
    def is_novel(self) -> bool:
        """Whether lists go without what the member took before."""
        return self.slice_name == "novel"


def sought_in(snapshot: Snapshot, slice_name: str) -> Sought:
    """Return what is to be found after a snapshot: `all` of it, or what is `novel` to the member."""
    taken = snapshot.taken
    if slice_name == "novel":
        before = snapshot.past.matrix()
        before.data[:] = 1.0
        taken = (taken - taken.multiply(before)).tocsr()
        taken.eliminate_zeros()
    wanted = np.diff(taken.indptr) + snapshot.unknown
    codes = np.flatnonzero(wanted)
    rows = np.bincount(snapshot.past.member_codes, minlength=len(wanted))
    return Sought(slice_name, codes, taken[codes], wanted[codes], rows[codes])


def lists_of(model: RankingModel, codes: Codes, places: int, *, exclude_seen: bool) -> NDArray[np.int64]:
    """Return the item codes of each member's list, shape (members, places); -1 where a list has ended."""
    everything = np.ones(len(model.item_ids_), dtype=bool)
    lists = np.full((len(codes), places), -1, dtype=np.int64)
    for block in blocks(len(codes), model.block_size()):
        found = model.ranked(codes[block], places, everything, exclude_seen=exclude_seen)
        lists[found.row + block.start, found.rank] = found.item
    return lists


def measure(
    lists: NDArray[np.int64], sought: Sought, catalogue: Catalogue, ks: tuple[int, ...]
) -> dict[Key, Floats]:
    """Return the worth of each member's list by metric and k, shape (members,); NaN where it has none.

    `coverage` belongs to all lists together: it is a single value, shape (1,). `popularity_bias` is the mean
    popularity percentile of what is shown minus that of what the member took before. `diversity` is there only
    if categories are known, and `affordable`, the share of what is shown that costs no more than the member ever
    spent on one day, only if prices are.
    """
    row, place = np.nonzero(lists >= 0)
    hits = np.zeros(lists.shape, dtype=bool)
    hits[row, place] = SparseScored(sought.taken).at(row, lists[row, place]) > 0
    surprise, percentile = catalogue.surprise[lists], catalogue.percentile[lists]
    price, means = catalogue.price[lists], catalogue.spent_at_once[sought.codes, None]
    affordable = np.where(np.isfinite(price) & np.isfinite(means), price <= means, np.nan)
    found: dict[Key, Floats] = {}
    for k in ks:
        found["ndcg", k] = metrics.ndcg(hits, sought.wanted, k)
        found["recall", k] = metrics.recall(hits, sought.wanted, k)
        found["hit", k] = metrics.hit(hits, sought.wanted, k)
        shown = np.unique(lists[:, :k])
        found[COVERAGE, k] = np.array([np.count_nonzero(shown >= 0) / catalogue.n_items])
        found["novelty", k] = metrics.shown_mean(surprise, k)
        found["popularity_bias", k] = metrics.shown_mean(percentile, k) - catalogue.usual[sought.codes]
        if catalogue.has_categories:
            found["diversity", k] = metrics.diversity(catalogue.category[lists], k)
        if catalogue.has_prices:
            found["affordable", k] = metrics.shown_mean(affordable, k)
    return found
