"""What would have worked on the window before: baselines tuned, rankers chosen, and all of them compared there."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from recommender.gate import decide_release, strongest_of
from recommender.ranking.choice import TWO_STAGE, Choice
from recommender.ranking.interactions import Interactions
from recommender.ranking.lessons import Lesson
from recommender.ranking.measurement import lists_of
from recommender.ranking.sources import MANY_ITEMS
from recommender.ranking.tuning import PLACES, l2_of, tune
from recommender.ranking.two_stage import TwoStage

# Of fewer members than this a window tells nothing: chance alone moves their mean NDCG by more than models differ.
LEAST_MEMBERS = 20
# A little more breadth than the rival's is asked for, because the next window is another one.
_BREADTH = 1.1
_DISCOUNTS, _KEPT_SHARE = (0.0, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3), 0.995

# How far into the boosting the rankers are judged: where more trees add nothing, every list is the cheaper without.
# Where items are many, lists take most of the time, and a little may be lost by it.
_TREE_SHARES, _KEPT_BY_TREES, _KEPT_OF_MANY_ITEMS = (0.3, 0.4, 0.5, 0.65, 0.8, 1.0), 0.9995, 0.998

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
    tuned, values = tune(validation, members, slices)
    chosen: dict[str, float] = {"l2": l2_of(tuned[slices[-1]]["ease"])}
    two_stage = clone(two_stage, safe=False).set_params(**chosen)
    lessons = []
    for number, snapshot in enumerate(snapshots, start=1):
        report(f"gathering lesson {number} of {len(snapshots)}")
        lessons.append(two_stage.lesson(snapshot))
    report("judging the rankers")
    taught, judged = (lessons[1:], lessons[0]) if len(lessons) > 1 else _halves(lessons[0])
    two_stage.learn(taught)
    kept = _KEPT_OF_MANY_ITEMS if validation.taken.shape[1] > MANY_ITEMS else _KEPT_BY_TREES
    if "all" in slices:
        scores = two_stage.general_.score_early(judged.features, _TREE_SHARES)
        number, values["all"][TWO_STAGE] = _fewest([_mean(judged.ndcg(found)) for found in scores], kept)
        chosen["general_share"] = _TREE_SHARES[number]
    if "novel" in slices:
        rival = tuned["novel"][strongest_of(values["novel"])]
        lists = lists_of(rival, judged.member, PLACES, exclude_seen=True)
        at_least = _BREADTH * len(np.unique(lists[lists >= 0]))
        chosen["novel_share"], chosen["novel_discount"], values["novel"][TWO_STAGE] = _novel_choice(
            two_stage, judged, kept=kept, at_least=at_least
        )
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
    return Contest(Choice(chosen, baselines, values, gates), lessons)


def _novel_choice(
    two_stage: TwoStage, judged: Lesson, *, kept: float, at_least: float
) -> tuple[float, float, float]:
    """Return the share of the trees, the discount of popularity, and the NDCG with both.

    Of the discounts that cost next to nothing on the window it is the least with which so many items are shown, or
    the largest, if none shows as many.
    """
    is_novel = ~judged.is_own
    early = two_stage.novel_.score_early(judged.features[is_novel][:, judged.novel_columns], _TREE_SHARES)

    def spread(log_odds: NDArray[np.float64]) -> NDArray[np.float64]:
        scores = np.full(len(judged.row), -np.inf)
        scores[is_novel] = log_odds
        return scores

    number, _ = _fewest([_mean(judged.ndcg(spread(found), novel=True)) for found in early], kept)
    takers = judged.features[is_novel][:, judged.names.index("item_takers")]
    found = []
    for discount in _DISCOUNTS:
        scores = spread(early[number] - discount * takers)
        value = _mean(judged.ndcg(scores, novel=True))
        found.append((discount, value, judged.items_shown(scores, novel=True)))
    best = max(value for _, value, _ in found)
    cheap = [choice for choice in found if choice[1] >= _KEPT_SHARE * best]
    discount, value, _ = next((choice for choice in cheap if choice[2] >= at_least), cheap[-1])
    return _TREE_SHARES[number], discount, value


def _fewest(values: Sequence[float], kept: float) -> tuple[int, float]:
    """Return the place and the value of the fewest trees that keep such a share of what the best number is worth."""
    number = next(n for n, value in enumerate(values) if value >= kept * max(values))
    return number, values[number]


def _mean(values: NDArray[np.float64]) -> float:
    return float(values.mean()) if len(values) else 0.0


def _halves(lesson: Lesson) -> tuple[list[Lesson], Lesson]:
    is_even = np.arange(len(lesson.member)) % 2 == 0
    return [lesson.of_members(is_even)], lesson.of_members(~is_even)
