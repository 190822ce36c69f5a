"""Holding a contest and judging what it chose on the window after it."""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from recommender.card import Paired, Window
from recommender.gate import strongest_of
from recommender.ranking.catalogue import catalogue_of
from recommender.ranking.choice import FAMILIES, TWO_STAGE
from recommender.ranking.comparison import JUDGED_BY, compare
from recommender.ranking.contest import Contest
from recommender.ranking.evaluation import TimeSplit, latest_split
from recommender.ranking.interactions import Interactions
from recommender.ranking.judgement import Judgement, window_of
from recommender.ranking.lessons import Lesson
from recommender.ranking.measurement import Floats, Key, lists_of, measure, sought_in
from recommender.ranking.model import SLICES, RankingModel
from recommender.ranking.recipe import UNVALIDATED, Recipe
from recommender.ranking.snapshots import Snapshot, snapshot_of, window_snapshots
from recommender.scores import Score

_METRICS = ("ndcg", "recall", "hit", "coverage")
_LENGTHS = (10, 20)
# Where there is nothing to choose by, these are measured beside each other as they come.
_UNCHOSEN = ("personal_frequency", "popularity", "item_neighbours")


def judge(
    past: Interactions, recipe: Recipe, *, today: date, seed: int
) -> tuple[Judgement, Sequence[Lesson] | None]:
    """Hold the contest before the last window and judge on that window what it chose, both by at most as many members as the recipe asks.

    Returns:
        The judgement, and the lessons to learn from for the released models; None if they need none.
    """
    two_stage = recipe.candidate()
    horizon_days = two_stage.horizon_days
    test = latest_split(past.of_some_members(recipe.max_choosers), horizon_days=horizon_days)
    contest = None if test is None else recipe.hold_contest(test.train)
    snapshot = None if test is None else snapshot_of(test.train, test.test)
    choice = None if contest is None else contest.choice
    scores, paired = ([], {}) if snapshot is None else _measured(snapshot, recipe, contest, seed=seed)
    judgement = Judgement(
        held_on=today,
        seed=seed,
        horizon_days=horizon_days,
        choice=choice,
        data=window_of(past),
        validation=None if test is None else _validation(test.train, horizon_days),
        test=None if test is None else window_of(test.test),
        scores=scores,
        paired=paired,
        limits={} if test is None else _limits(test),
    )
    if choice is None or contest is None or snapshot is None:
        return judgement, None
    if TWO_STAGE not in map(choice.released, SLICES):
        return judgement, None
    # What was learnt before the test window still holds; only the window itself is new.
    newest = choice.applied_to(two_stage).lessons([snapshot])
    return judgement, [*newest, *contest.lessons][: two_stage.n_lessons]


def _measured(
    snapshot: Snapshot, recipe: Recipe, contest: Contest | None, *, seed: int
) -> tuple[list[Score], dict[str, Paired]]:
    """Return what each model was worth to the members whom the past of the test window knows, by slice."""
    contenders = _contenders(snapshot.past, recipe, contest)
    catalogue = catalogue_of(snapshot.past, recipe.candidate().known_items())
    scores, paired = [], {}
    for slice_name in SLICES:
        sought = sought_in(snapshot, slice_name)
        if not len(sought.codes):
            continue
        measured: dict[str, dict[Key, Floats]] = {}
        for name, model in contenders[slice_name].items():
            lists = lists_of(model, sought.codes, _LENGTHS[-1], exclude_seen=sought.is_novel)
            measured[name] = measure(lists, sought, catalogue, _LENGTHS)
        released = UNVALIDATED[slice_name] if contest is None else contest.choice.released(slice_name)
        found = compare(measured, candidate=released, wanted=sought.wanted, history=sought.history, seed=seed)
        scores += [
            Score(name, slice_name, metric, k, told.value, told.low, told.high, told.n)
            for name, of_model in found.scores.items()
            for (metric, k), told in of_model.items()
            if metric in _METRICS
        ]
        rivals = {name: found.scores[name][JUDGED_BY].value for name in found.ratios if name in FAMILIES}
        rival = strongest_of(rivals)
        ratio = found.ratios[rival]
        paired[slice_name] = Paired(rival, ratio.value, ratio.low, ratio.high, ratio.n)
    return scores, paired


def _contenders(
    past: Interactions, recipe: Recipe, contest: Contest | None
) -> dict[str, dict[str, RankingModel]]:
    """Return the models fitted before the test window, by slice and name, the baselines as tuned for the slice."""
    if contest is None:
        as_they_come = {name: FAMILIES[name]().fit(past) for name in _UNCHOSEN}
        return dict.fromkeys(SLICES, as_they_come)
    two_stage = contest.choice.applied_to(recipe.candidate()).fit(past, contest.lessons)
    fitted: dict[str, dict[str, RankingModel]] = {name: {TWO_STAGE: two_stage} for name in SLICES}
    for slice_name in SLICES:
        for name, model in contest.choice.tuned(slice_name).items():
            twin = fitted["all"].get(name)
            is_same = twin is not None and twin.get_params() == model.get_params()
            fitted[slice_name][name] = twin if twin and is_same else model.fit(past)
    return fitted


def _validation(before_test: Interactions, horizon_days: int) -> Window | None:
    """Return the window that a contest of these interactions judges by; None if there is none."""
    snapshot = next(window_snapshots(before_test, horizon_days=horizon_days, limit=1), None)
    if snapshot is None:
        return None
    window = before_test.since(before_test.active_days[-horizon_days].astype(object))
    return window_of(window, len(snapshot.members))


def _limits(test: TimeSplit) -> dict[str, int | float]:
    window, known = test.test, test.train
    new_item = ~pd.Index(window.item_ids).isin(pd.Index(known.item_ids))
    new_member = ~pd.Index(window.member_ids).isin(pd.Index(known.member_ids))
    return {
        "members_chosen_by": len(known.member_ids),
        "unknown_item_share": float(new_item[window.item_codes].mean()),
        "unknown_member_share": float(new_member[window.member_codes].mean()),
    }
