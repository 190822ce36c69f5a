from dataclasses import replace
from datetime import date

import pandas as pd
import pytest

from recommender.card import Paired, Window
from recommender.gate import decide_release
from recommender.ranking.card import Audience, ranking_card
from recommender.ranking.choice import Choice
from recommender.ranking.ease import Ease
from recommender.ranking.interactions import Interactions
from recommender.ranking.judgement import Judgement, window_of
from recommender.ranking.training import train_ranking
from recommender.ranking.two_stage import TwoStage
from recommender.scores import Score

EVERYBODY = Audience(None, None)


def interactions(*rows):
    frame = pd.DataFrame(rows, columns=["member_id", "item_id", "occurred_at"])
    return Interactions.from_frame(frame.assign(occurred_at=pd.to_datetime(frame["occurred_at"], utc=True)))


# Two active days before the window, two in it; ann takes tea again and a lamp nobody knew, zoe is new.
PAST = interactions(
    ("ann", "tea", "2025-03-01 02:00"),
    ("bob", "tea", "2025-03-01 03:00"),
    # In Shanghai this is already the third.
    ("bob", "rice", "2025-03-02 16:30"),
    ("ann", "tea", "2025-03-05 02:00"),
    ("ann", "lamp", "2025-03-05 02:00"),
    ("zoe", "tea", "2025-03-06 02:00"),
    ("zoe", "rice", "2025-03-06 02:00"),
)


def gate(two_stage, ease):
    return decide_release(
        metric="ndcg@10",
        candidate="two_stage",
        values={"two_stage": two_stage, "ease": ease, "popularity": 0.1},
        higher_is_better=True,
    )


CHOICE = Choice(
    two_stage={"l2": 0.12, "novel_discount": 0.05},
    baselines={name: {"ease": Ease(1.2, "log").get_params()} for name in ("all", "novel")},
    values={},
    gates={"all": gate(0.5, 0.4), "novel": gate(0.2, 0.3)},
)
JUDGEMENT = Judgement(
    held_on=date(2025, 3, 7),
    seed=9,
    horizon_days=1,
    choice=CHOICE,
    data=window_of(PAST),
    validation=Window(date(2025, 3, 3), date(2025, 3, 3), 0, 1),
    test=Window(date(2025, 3, 5), date(2025, 3, 6), 2, 4),
    scores=[],
    paired={"novel": Paired("popularity", 1.1, 0.9, 1.3, 2)},
    limits={"members_chosen_by": 2},
)


def card(audience=EVERYBODY, **changes):
    return ranking_card(PAST, replace(JUDGEMENT, **changes), TwoStage(horizon_days=1), audience, lists_kept=1)


def test_a_card_tells_what_was_learnt_from_and_when():
    told = card()
    assert told.area == "ranking"
    assert told.seed == 9
    assert told.data == Window(date(2025, 3, 1), date(2025, 3, 6), 3, 7)
    assert told.learnt_from == {"members": 3, "items": 3, "redeemed_lines": 7, "active_days": 4}
    assert told.test == Window(date(2025, 3, 5), date(2025, 3, 6), 2, 4)
    assert told.chosen_on == date(2025, 3, 7)
    assert told.validation == Window(date(2025, 3, 3), date(2025, 3, 3), 0, 1)


def test_each_slice_names_its_model_with_its_own_parameters():
    anything, novel = card().choices
    assert (anything.slice, anything.model, anything.gate) == ("all", "two_stage", CHOICE.gates["all"])
    assert anything.reason.endswith("is not worse than ease (0.4000), so two_stage is released.")
    assert (anything.parameters["l2"], anything.parameters["quotas.own"]) == (0.12, 60)
    assert anything.parameters["general.1.max_leaf_nodes"] == 31
    assert not [name for name in anything.parameters if name.startswith("novel")]
    assert (novel.slice, novel.model) == ("novel", "ease")
    assert novel.reason.endswith("is worse than ease (0.3000), so ease is released.")
    assert (anything.paired, novel.paired) == (None, Paired("popularity", 1.1, 0.9, 1.3, 2))
    assert novel.parameters == {"l2": 1.2, "weighting": "log", "max_items": 8_000, "max_members": 200_000}


def test_the_two_stage_model_of_what_is_new_tells_its_discount_and_its_own_rankers():
    choice = replace(CHOICE, gates={"all": gate(0.5, 0.4), "novel": gate(0.4, 0.3)})
    novel = card(choice=choice).choices[1].parameters
    assert novel["novel_discount"] == 0.05
    assert novel["novel.2.min_samples_leaf"] == 2_000
    assert not {"seed", "slices.1", "is_next"} & set(novel)
    assert not [name for name in novel if name.startswith("general")]


def test_limits_are_counted_in_the_data():
    told = card(audience=Audience(["ann", "bob", "new"], ["tea", "pen"]))
    assert told.limits == {
        "members_listed": 3,
        "members_without_history": 1,
        "members_under_5_lines": 3,
        "items_offered": 2,
        "items_without_history": 1,
        "lists_kept": 1,
        "members_chosen_by": 2,
    }


def test_only_scores_of_lists_as_long_as_the_gate_judges_are_kept():
    scores = [Score("ease", "all", "ndcg", k, 0.3, 0.2, 0.4, 50) for k in (10, 20)]
    assert card(scores=scores).scores == scores[:1]


def test_a_past_too_short_for_a_window_says_so():
    told = card(test=None, validation=None, choice=None, limits={})
    assert (told.test, told.validation) == (None, None)
    assert [(choice.slice, choice.model) for choice in told.choices] == [
        ("all", "personal_frequency"),
        ("novel", "popularity"),
    ]
    assert told.choices[0].reason == (
        "The past is too short for a validation and a test window of 1 active days each, "
        "so personal_frequency is released, which needs no choice."
    )
    assert told.choices[0].parameters == {"half_life_active_days": 60.0}
    assert "unknown_item_share" not in told.limits


def test_too_few_members_to_choose_by_are_counted():
    assert card(choice=None).choices[0].reason == (
        "Of the members in the validation window, 0, too few can be judged to choose by (20 are needed), "
        "so personal_frequency is released, which needs no choice."
    )


@pytest.fixture(scope="module")
def trained():
    generator = range(1200)
    frame = pd.DataFrame(
        {
            "member_id": [f"m{row % 40:02d}" for row in generator],
            "item_id": [f"i{(row * row) % 17:02d}" for row in generator],
            "occurred_at": pd.Timestamp("2025-01-01") + pd.to_timedelta([row * 2 for row in generator], "h"),
        }
    )
    return train_ranking(
        Interactions.from_frame(frame),
        seed=3,
        today=date(2025, 4, 12),
        list_length=5,
        member_ids=["m00", "stranger"],
    )


def test_a_training_run_fills_the_card_from_its_own_windows(trained):
    told = trained.card
    assert told.choices[0].gate == trained.judgement.choice.gates["all"]
    assert told.choices[0].model == trained.judgement.released("all")
    assert told.validation.last < told.test.first
    assert told.test.last == told.data.last
    assert (told.test.last - told.test.first).days == 27
    assert (told.validation.last - told.validation.first).days == 27
    assert told.validation.units == 40
    judged = trained.model_scores.query("metric == 'ndcg' and k == 10 and slice == 'all'")
    kept = {
        score.model: score.value for score in told.scores if (score.metric, score.slice) == ("ndcg", "all")
    }
    assert kept == dict(zip(judged["model"], judged["value"], strict=True))
    paired = told.choices[0].paired
    assert paired.baseline != told.choices[0].model
    assert paired.ratio == pytest.approx(kept[told.choices[0].model] / kept[paired.baseline])
    assert paired.low <= paired.ratio <= paired.high
    assert paired.n == 40
    assert (told.limits["members_listed"], told.limits["members_without_history"]) == (2, 1)


def test_where_nothing_was_learnt_there_is_no_card():
    empty = pd.DataFrame(columns=["member_id", "item_id", "occurred_at"])
    assert train_ranking(Interactions.from_frame(empty), seed=3, today=date(2025, 4, 12)).card is None
