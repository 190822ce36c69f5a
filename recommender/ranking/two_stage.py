"""Candidates from several sources, ordered by boosted rankers that learnt from the weeks before."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray

from recommender.ranking.attributes import Items
from recommender.ranking.features import FeatureTables, feature_matrix
from recommender.ranking.interactions import Interactions
from recommender.ranking.lessons import Lesson, teach
from recommender.ranking.model import NEIGHBOUR, PERSONAL, POPULAR, SLICES, Codes, Ranked, RankingModel
from recommender.ranking.rankers import GENERAL, NOVEL, Ranker, Smoothing, general_rows, novel_rows, shortened
from recommender.ranking.scored import SparseScored
from recommender.ranking.snapshots import Snapshot, next_snapshots, window_snapshots
from recommender.ranking.sources import STANDARD, Quotas, find_candidates, fit_sources

_MEMBERS_PER_BLOCK = 400
_NO_SHARE = 1e-12


class TwoStage(RankingModel):
    """Rank what several sources put forward by what members took after earlier moments.

    Without enough past for one lesson the rankers know nothing and candidates keep the order of their codes.

    Of the trees of each ranker the first `general_share` and `novel_share` are learnt.

    A novel score loses `novel_discount` per logarithm of the members who have the item, so that lists reach further
    into the catalogue. Lists are learnt for the `slices` alone: `all` for lists of anything, `novel` for those
    without what the member has taken.

    Fitted: `sources_`, on everything; `general_` and `novel_`, the rankers of all candidates and of those never
    taken before.
    """

    def __init__(
        self,
        items: Items | None = None,
        *,
        horizon_days: int = 28,
        is_next: bool = False,
        n_lessons: int = 4,
        l2: float = 0.4,
        quotas: Quotas = STANDARD,
        general: Sequence[Smoothing] = GENERAL,
        novel: Sequence[Smoothing] = NOVEL,
        general_share: float = 1.0,
        novel_share: float = 1.0,
        novel_discount: float = 0.0,
        slices: Sequence[str] = SLICES,
        max_lesson_members: int = 4_000,
        max_rows: int = 1_000_000,
        seed: int = 0,
    ) -> None:
        self.items = items
        self.horizon_days = horizon_days
        self.is_next = is_next
        self.n_lessons = n_lessons
        self.l2 = l2
        self.quotas = quotas
        self.general = general
        self.novel = novel
        self.general_share = general_share
        self.novel_share = novel_share
        self.novel_discount = novel_discount
        self.slices = slices
        self.max_lesson_members = max_lesson_members
        self.max_rows = max_rows
        self.seed = seed

    def snapshots(self, interactions: Interactions) -> Sequence[Snapshot]:
        """Return the moments to learn from, the newest first."""
        if self.is_next:
            return list(next_snapshots(interactions, limit=self.n_lessons))
        found = window_snapshots(interactions, horizon_days=self.horizon_days, limit=self.n_lessons)
        return list(self._until_enough(found))

    def _until_enough(self, snapshots: Iterable[Snapshot]) -> Iterator[Snapshot]:
        """Yield two of them at least, and more until members enough for two whole lessons have been met."""
        met = 0
        for number, snapshot in enumerate(snapshots, start=1):
            yield snapshot
            met += min(len(snapshot.members), self.max_lesson_members)
            if number > 1 and met >= 2 * self.max_lesson_members:
                return

    def lessons(self, snapshots: Sequence[Snapshot]) -> list[Lesson]:
        """Return the lesson of each snapshot from which anything can be learnt."""
        return [self.lesson(snapshot) for snapshot in snapshots if len(snapshot.members)]

    def lesson(self, snapshot: Snapshot) -> Lesson:
        """Return the lesson of a snapshot."""
        return teach(
            snapshot, self.known_items(), l2=self.l2, quotas=self.quotas, max_members=self.max_lesson_members, seed=self.seed,
        )  # fmt: skip

    def fit(self, interactions: Interactions, lessons: Sequence[Lesson] | None = None) -> Self:
        """Learn from these interactions alone; lessons of them that were made before need not be made again.

        Raises:
            InvalidFrame: there are no interactions.
        """
        self._lessons = lessons
        super().fit(interactions)
        del self._lessons
        return self

    def _fit(self, interactions: Interactions) -> None:
        lessons = self.lessons(self.snapshots(interactions)) if self._lessons is None else self._lessons
        self.learn(lessons)
        self.sources_ = fit_sources(interactions, self.known_items(), l2=self.l2)
        self._tables = FeatureTables(self.sources_)

    def learn(self, lessons: Sequence[Lesson]) -> Self:
        """Fit both rankers, and nothing else."""
        return self.learn_general(lessons).learn_novel(lessons)

    def learn_general(self, lessons: Sequence[Lesson]) -> Self:
        """Fit the ranker of all candidates."""
        self.general_ = Ranker(shortened(self.general, self.general_share), self.seed)
        if lessons and "all" in self.slices:
            self.general_.fit(general_rows(lessons, self.max_rows, self.seed))
        return self

    def learn_novel(self, lessons: Sequence[Lesson]) -> Self:
        """Fit the ranker of candidates that were never taken."""
        self.novel_ = Ranker(shortened(self.novel, self.novel_share), self.seed)
        self.novel_columns_: list[int] = []
        if lessons and "novel" in self.slices:
            self.novel_columns_ = lessons[0].novel_columns
            self.novel_.fit(novel_rows(lessons, self.max_rows, self.seed))
        return self

    def known_items(self) -> Items:
        """Return what is known of items, also where nothing is."""
        return Items.unknown() if self.items is None else self.items

    def block_size(self) -> int:
        """Return of how many members the candidates are held at once."""
        return _MEMBERS_PER_BLOCK

    def ranked(self, codes: Codes, k: int, is_eligible: NDArray[np.bool_], *, exclude_seen: bool) -> Ranked:
        """Rank the candidates; where they do not suffice, popular items follow."""
        found = find_candidates(self.sources_, codes, is_eligible, quotas=self.quotas, at_least=k)
        row, item = found.row, found.item
        is_own = SparseScored(self.sources_.own_index[codes]).at(row, item) > 0
        features, _ = feature_matrix(self._tables, found)
        if exclude_seen:
            kept = ~is_own
            row, item, is_own = row[kept], item[kept], is_own[kept]
            scores = self.novel_.score(features[kept][:, self.novel_columns_])
            scores -= self.novel_discount * self._tables.item["item_takers"][item]
        else:
            scores = self.general_.score(features)
        # Nothing is known of a member without history, whom the rankers have never met.
        is_unknown = np.diff(self.sources_.own_index.indptr)[codes[row]] == 0
        share = self.sources_.popularity.share_
        scores = np.where(is_unknown, np.log(np.maximum(share[item], _NO_SHARE)), scores)
        near = found.scored["ease"].at(row, item) > 0
        near |= found.scored["neighbours"].at(row, item) > 0
        stage = np.where(is_own, PERSONAL, np.where(near, NEIGHBOUR, POPULAR)).astype(np.int8)
        return Ranked.best(row, item, scores, stage, k)
