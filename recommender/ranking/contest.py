"""What would have worked on the window before: baselines tuned, rankers chosen, and all of them compared there."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from recommender.gate import decide_release, strongest_of
from recommender.ranking import metrics
from recommender.ranking.choice import TWO_STAGE, Choice
from recommender.ranking.ease import Ease
from recommender.ranking.interactions import Interactions
from recommender.ranking.item_neighbours import ItemNeighbours
from recommender.ranking.lessons import Lesson
from recommender.ranking.measurement import lists_of
from recommender.ranking.model import Codes, RankingModel
from recommender.ranking.personal_frequency import PersonalFrequency
from recommender.ranking.popularity import Popularity
from recommender.ranking.snapshots import Snapshot
from recommender.ranking.tifu_knn import TifuKnn
from recommender.ranking.transitions import Transitions
from recommender.ranking.two_stage import TwoStage

# Per member of the fit.
_EASE_L2 = (0.04, 0.12, 0.4, 1.2, 4.0)
# From so many items on, inverting their matrix five times costs more than the finer steps are worth.
_MANY_ITEMS, _COARSE_L2 = 5_000, (0.12, 0.4, 1.2)
_PLACES = 10
# Of fewer members than this a window tells nothing: chance alone moves their mean NDCG by more than models differ.
LEAST_MEMBERS = 20
# A little more breadth than the rival's is asked for, because the next window is another one.
_BREADTH = 1.1
_DISCOUNTS, _KEPT_SHARE = (0.0, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3), 0.995

Report = Callable[[str], None]


@dataclass(frozen=True)
class Contest:
    """What the validation window said, and the lessons it was gathered from: the chosen two-stage model can learn from them again."""

    choice: Choice
    lessons: Sequence[Lesson]


def hold_contest(
    interactions: Interactions, two_stage: TwoStage, *, report: Report = lambda _: None
) -> Contest | None:
    """Tune, choose and compare on the newest snapshot of `two_stage`; None if too few members took anything in it.

    With a single snapshot, the rankers learn from half of its members and are judged by the other half.
    """
    snapshots = two_stage.snapshots(interactions)
    if not snapshots or len(snapshots[0].members) < LEAST_MEMBERS:
        return None
    snapshots = [snapshot for snapshot in snapshots if len(snapshot.members)]
    validation, slices = snapshots[0], two_stage.slices
    members = validation.drawn(two_stage.max_lesson_members, two_stage.seed)
    report("tuning the baselines")
    tuned, values = _tune(validation, members, slices)
    chosen_values: dict[str, float] = {"l2": _l2_of(tuned[slices[-1]]["ease"])}
    two_stage = clone(two_stage, safe=False).set_params(**chosen_values)
    lessons = []
    for number, snapshot in enumerate(snapshots, start=1):
        report(f"gathering lesson {number} of {len(snapshots)}")
        lessons.append(two_stage.lesson(snapshot))
    report("judging the rankers")
    taught, judged = (lessons[1:], lessons[0]) if len(lessons) > 1 else _halves(lessons[0])
    two_stage.learn(taught)
    if "all" in slices:
        values["all"][TWO_STAGE] = _mean(judged.ndcg(two_stage.general_.score(judged.features)))
    if "novel" in slices:
        rival = clone(tuned["novel"][strongest_of(values["novel"])], safe=False).fit(validation.past)
        lists = lists_of(rival, judged.member, _PLACES, exclude_seen=True)
        at_least = _BREADTH * len(np.unique(lists[lists >= 0]))
        discount, values["novel"][TWO_STAGE] = _discount(two_stage, judged, at_least=at_least)
        chosen_values["novel_discount"] = discount
    gates = {
        slice_name: decide_release(
            metric="ndcg@10", candidate=TWO_STAGE, values=values[slice_name], higher_is_better=True
        )
        for slice_name in slices
    }
    baselines = {
        slice_name: {name: model.get_params(deep=False) for name, model in models.items()}
        for slice_name, models in tuned.items()
    }
    return Contest(Choice(chosen_values, baselines, values, gates), lessons)


def window_ndcg(
    model: RankingModel, snapshot: Snapshot, members: Codes, *, novel: bool
) -> NDArray[np.float64]:
    """Return the NDCG@10 of each of these members of a snapshot who took anything (for the first time, if novel)."""
    taken = snapshot.taken[members]
    seen = model.history_[members] > 0
    wanted = np.diff(taken.indptr) + snapshot.unknown[members]
    if novel:
        wanted = wanted - np.diff(taken.multiply(seen).tocsr().indptr)
    lists = lists_of(model, members, _PLACES, exclude_seen=novel)
    row, place = np.nonzero(lists >= 0)
    hits = np.zeros(lists.shape, dtype=bool)
    hits[row, place] = taken[row, lists[row, place]] > 0
    has_any = wanted > 0
    return metrics.ndcg(hits[has_any], wanted[has_any], _PLACES)


def _tune(
    validation: Snapshot, members: Codes, slices: Sequence[str]
) -> tuple[dict[str, dict[str, RankingModel]], dict[str, dict[str, float]]]:
    """Return the best of each family by slice, and how good it was."""
    tuned: dict[str, dict[str, RankingModel]] = {name: {} for name in slices}
    values: dict[str, dict[str, float]] = {name: {} for name in slices}

    def try_all(family: str, models: Iterable[RankingModel]) -> None:
        for model in models:
            fitted = clone(model, safe=False).fit(validation.past)
            for slice_name in slices:
                scores = window_ndcg(fitted, validation, members, novel=slice_name == "novel")
                value = float(scores.mean()) if len(scores) else 0.0
                if value > values[slice_name].get(family, -1.0):
                    values[slice_name][family] = value
                    tuned[slice_name][family] = model

    try_all("popularity", [Popularity()])
    try_all("personal_frequency", [PersonalFrequency(days) for days in (14.0, 30.0, 60.0, 90.0, 180.0)])
    try_all(
        "tifu_knn",
        [TifuKnn(group_size=m, own_share=share) for m, share in product((3, 7), (0.5, 0.7, 0.9))],
    )
    grid = _EASE_L2 if validation.taken.shape[1] <= _MANY_ITEMS else _COARSE_L2
    try_all("ease", [Ease(l2) for l2 in grid])
    near = sorted({_l2_of(models["ease"]) for models in tuned.values()})
    try_all("ease", [*(Ease(l2, "log") for l2 in near), *(Ease(l2, "recency") for l2 in near)])
    try_all("item_neighbours", [ItemNeighbours()])
    try_all("transitions", [Transitions(half_life=half_life) for half_life in (1.0, 2.0, 5.0)])
    return tuned, values


def _l2_of(model: RankingModel) -> float:
    assert isinstance(model, Ease)
    return model.l2


def _discount(two_stage: TwoStage, judged: Lesson, *, at_least: float) -> tuple[float, float]:
    """Return the discount of popularity, and the NDCG with it.

    Of those that cost next to nothing on the window it is the least with which so many items are shown, or the
    largest, if none shows as many.
    """
    is_novel = ~judged.is_own
    log_odds = two_stage.novel_.score(judged.features[is_novel][:, judged.novel_columns])
    takers = judged.features[is_novel][:, judged.names.index("item_takers")]
    found = []
    for discount in _DISCOUNTS:
        scores = np.full(len(judged.row), -np.inf)
        scores[is_novel] = log_odds - discount * takers
        value = _mean(judged.ndcg(scores, novel=True))
        found.append((discount, value, judged.items_shown(scores, novel=True)))
    best = max(value for _, value, _ in found)
    cheap = [choice for choice in found if choice[1] >= _KEPT_SHARE * best]
    discount, value, _ = next((choice for choice in cheap if choice[2] >= at_least), cheap[-1])
    return discount, value


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else 0.0


def _halves(lesson: Lesson) -> tuple[list[Lesson], Lesson]:
    is_even = np.arange(len(lesson.member)) % 2 == 0
    return [lesson.of_members(is_even)], lesson.of_members(~is_even)
