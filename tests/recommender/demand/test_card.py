from datetime import date

import pytest

from recommender.card import Window
from recommender.demand.boosting import Effort
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.training import train_demand

CALENDAR = Calendar.of_country("CN", 2024, 2026)


@pytest.fixture
def history(demand):
    """Six series of 180 days; s5 comes in the test window, s0 is gone a month before the end."""
    frame = demand
    is_late = (frame["series_id"] == "s5") & (frame["date"] < "2025-06-01")
    is_gone = (frame["series_id"] == "s0") & (frame["date"] >= "2025-05-30")
    return frame[~is_late & ~is_gone]


@pytest.fixture
def result(history):
    return train_demand(history, CALENDAR, level="item", seed=1, effort=Effort(600, 20))


def test_a_card_tells_what_was_learnt_from_and_by_which_windows(result, history):
    told = result.card
    assert (told.area, told.seed) == ("demand", 1)
    assert told.purpose.startswith("Forecasts how many units of each item")
    assert told.data == Window(date(2025, 1, 1), date(2025, 6, 29), 6, len(history))
    assert told.learnt_from == {
        "series": 6,
        "units": int(history["quantity"].sum()),
        "series_days": len(history),
        "days": 180,
    }
    # Three origins, two weeks apart, each forecast for 28 days, by what was learned before them.
    assert (told.test.first, told.test.last) == (date(2025, 5, 5), date(2025, 6, 29))
    # What is released was chosen on five more origins up to the end.
    assert (told.validation.first, told.validation.last) == (date(2025, 4, 7), date(2025, 6, 29))
    assert told.validation.units == 6


def test_the_choice_is_the_gates_with_readable_parameters(result):
    (choice,) = result.card.choices
    assert (choice.slice, choice.model) == ("item", result.released_model)
    assert (choice.gate, choice.reason) == (result.gate, result.gate.reason)
    wape = {score.model: score.value for score in result.card.scores if score.metric == "wape"}
    assert choice.paired.ratio == pytest.approx(wape[result.released_model] / wape["seasonal_naive"])
    assert choice.paired.low < choice.paired.ratio < choice.paired.high


def test_a_combination_tells_its_weights(history):
    told = train_demand(history, CALENDAR, level="item", seed=1, effort=Effort(600, 20))
    choice = told.card.choices[0]
    if told.released_model == "combination":
        assert sum(choice.parameters.values()) == pytest.approx(1.0, abs=1e-3)
        assert "weights.decomposition" in choice.parameters
    else:
        assert choice.parameters == {}


def test_scores_and_limits_come_from_the_run(result, history):
    told = result.card
    assert {"combination", "seasonal_naive", "boosted_median"} < {score.model for score in told.scores}
    window = history[history["date"] >= "2025-05-05"]
    new = window.loc[window["series_id"] == "s5", "quantity"].sum()
    assert told.limits == {
        "spell_days": 180,
        "series_without_forecast": 1,
        "unknown_series_share": pytest.approx(new / window["quantity"].sum()),
    }


def test_a_young_history_says_why_nothing_was_chosen(history):
    young = train_demand(history[history["date"] < "2025-03-01"], CALENDAR, level="category", seed=1)
    (choice,) = young.card.choices
    assert (choice.model, choice.gate, young.card.validation) == ("weekday_means", None, None)
    assert choice.reason == (
        "The past holds no demand to judge by in a window of 28 days after two of 28, "
        "so weekday_means is released, which needs no choice."
    )


def test_without_a_spell_there_is_no_card(history):
    assert train_demand(history[history["date"] < "2025-01-20"], CALENDAR, level="item", seed=1).card is None
