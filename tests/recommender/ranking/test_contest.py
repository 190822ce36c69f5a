"""What the window before the end chooses, and what follows from it."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import clone

from recommender.gate import decide_release
from recommender.ranking import tuning
from recommender.ranking.choice import TWO_STAGE
from recommender.ranking.contest import _fewest, _novel_choice, hold_contest
from recommender.ranking.interactions import Interactions
from recommender.ranking.model import SLICES
from recommender.ranking.personal_frequency import PersonalFrequency
from recommender.ranking.rankers import NOVEL, Ranker, novel_rows, shortened
from recommender.ranking.recipe import Recipe
from recommender.ranking.snapshots import window_snapshots
from recommender.ranking.tuning import window_ndcg
from recommender.ranking.two_stage import TwoStage
from tests.recommender.conftest import taste_mall


@pytest.fixture(scope="module")
def past():
    return Interactions.from_frame(taste_mall(days=150))


@pytest.fixture(scope="module")
def contest(past):
    return hold_contest(past, TwoStage())


def test_the_tuned_baseline_is_the_best_of_its_family_on_the_window(past, contest):
    window = next(iter(window_snapshots(past, horizon_days=28, limit=1)))
    members = np.flatnonzero(np.diff(window.taken.indptr))

    def value(model):
        return window_ndcg(model.fit(window.past), window, members, novel=False).mean()

    chosen = contest.choice.tuned("all")["personal_frequency"]
    assert contest.choice.values["all"]["personal_frequency"] == pytest.approx(value(chosen))
    assert value(chosen) == max(value(PersonalFrequency(days)) for days in (14.0, 30.0, 60.0, 90.0, 180.0))


def test_what_is_best_on_the_window_is_released(contest):
    for slice_name in SLICES:
        values = contest.choice.values[slice_name]
        assert values[contest.choice.gates[slice_name].released] == max(values.values())


def test_lessons_are_about_the_past_alone(past, contest):
    assert len(contest.lessons) == 4
    newest = contest.lessons[0]
    days = past.active_days
    before = past.before(days[-28].astype(object))
    own = set(zip(before.member_codes.tolist(), before.item_codes.tolist(), strict=True))
    told = zip(newest.member[newest.row].tolist(), newest.item.tolist(), newest.is_own.tolist(), strict=True)
    assert all(((member, item) in own) is is_own for member, item, is_own in told)


@pytest.mark.parametrize("novel", [False, True])
def test_the_items_shown_are_those_among_anybodys_first(contest, novel):
    lesson = contest.lessons[0]
    scores = np.random.default_rng(4).random(len(lesson.row))
    shown = set()
    for member in range(len(lesson.member)):
        of_member = np.flatnonzero((lesson.row == member) & ~(lesson.is_own & novel))
        shown.update(lesson.item[of_member[np.argsort(-scores[of_member])][:2]].tolist())
    assert lesson.items_shown(scores, novel=novel, k=2) == len(shown)


def test_popularity_is_discounted_no_more_than_the_rivals_breadth_asks_for(past):
    two_stage = TwoStage()
    lessons = two_stage.lessons(two_stage.snapshots(past))
    two_stage.learn(lessons[1:])
    _, free, value = _novel_choice(two_stage, lessons[0], kept=1.0, at_least=0)
    _, most, dear = _novel_choice(two_stage, lessons[0], kept=1.0, at_least=10_000)
    assert most > free
    assert dear >= 0.995 * value


def test_the_fewest_trees_that_keep_what_is_asked_for_are_taken():
    values = [0.40, 0.4995, 0.499, 0.50, 0.48]
    assert [_fewest(values, kept) for kept in (1.0, 0.999, 0.7)] == [(3, 0.50), (1, 0.4995), (0, 0.40)]


def test_scores_of_a_share_of_the_trees_are_those_of_a_ranker_that_learnt_no_more(past):
    two_stage = TwoStage()
    lessons = two_stage.lessons(two_stage.snapshots(past))
    rows = novel_rows(lessons[1:], 100_000, seed=0)
    early = Ranker(NOVEL, seed=3).fit(rows).score_early(rows.features, (0.25, 1.0))
    few = Ranker(shortened(NOVEL, 0.25), seed=3).fit(rows).score(rows.features)
    assert early[0] == pytest.approx(few)
    assert early[1] == pytest.approx(Ranker(NOVEL, seed=3).fit(rows).score(rows.features))
    assert not np.allclose(early[0], early[1])


def test_lessons_end_when_members_enough_were_met(past):
    counts = [len(TwoStage(n_lessons=4, max_lesson_members=most).snapshots(past)) for most in (10, 61, 4_000)]
    assert counts == [2, 3, 4]


def test_settings_told_apart_by_few_members_are_worth_what_all_say(past, monkeypatch):
    window = next(iter(window_snapshots(past, horizon_days=28, limit=1)))
    members = np.flatnonzero(np.diff(window.taken.indptr))
    monkeypatch.setattr(tuning, "_COARSE_FROM_ITEMS", 1)
    monkeypatch.setattr(tuning, "_FEW_MEMBERS", 10)
    models, values = tuning.tune(window, members, SLICES)
    for slice_name in SLICES:
        for family, model in models[slice_name].items():
            refitted = clone(model, safe=False).fit(window.past)
            scores = window_ndcg(refitted, window, members, novel=slice_name == "novel")
            assert values[slice_name][family] == pytest.approx(scores.mean()), (slice_name, family)


def test_a_recipe_ships_the_baseline_that_beats_the_rankers(past, contest):
    values = dict(contest.choice.values["all"], tifu_knn=1.0)
    gate = decide_release(metric="ndcg@10", candidate=TWO_STAGE, values=values, higher_is_better=True)
    recipe = Recipe().fit(past, replace(contest.choice, gates={**contest.choice.gates, "all": gate}))
    expected = contest.choice.tuned("all")["tifu_knn"].fit(past).recommend(["m003"], 5)
    assert recipe.recommend(["m003"], 5)["item_id"].tolist() == expected["item_id"].tolist()
    assert recipe.released("all") == "tifu_knn"


def test_a_handful_of_members_cannot_choose_a_model():
    few, enough = (Interactions.from_frame(taste_mall(members=n, days=150)) for n in (19, 30))
    assert hold_contest(few, TwoStage()) is None
    assert hold_contest(enough, TwoStage()) is not None


def test_a_mall_too_young_to_choose_ranks_by_personal_frequency():
    young = Interactions.from_frame(taste_mall(days=30))
    recipe = Recipe().fit(young)
    expected = PersonalFrequency().fit(young).recommend(["m003"], 5)
    assert recipe.choice_ is None
    assert recipe.recommend(["m003"], 5)["item_id"].tolist() == expected["item_id"].tolist()
