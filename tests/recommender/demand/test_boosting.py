import numpy as np
import pandas as pd
import pytest

from recommender.demand.boosting import MEAN, MEDIANS, SPREAD, Boosting, Effort
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.context import Context
from recommender.demand.panel import History
from recommender.demand.timeline import Timeline
from recommender.demand.training_rows import TooLittleHistory, draw_rows

FAIR = Calendar.from_frame(
    pd.DataFrame({"date": ["2024-02-10", "2025-01-29"], "name": ["fair", "fair"]}).astype({"name": "str"})
)
WEEK = np.array([1.0, 0.6, 0.8, 1.0, 1.4, 2.2, 1.8])
HORIZON = 14


def context_of(periods=200, series=12, seed=1, values=None):
    if values is None:
        rates = np.outer(np.linspace(3, 40, series), WEEK[np.arange(periods) % 7])
        values = np.random.default_rng(seed).poisson(rates).astype(float)
    dates = np.datetime64("2024-01-01") + np.arange(values.shape[1])
    ids = np.array([f"s{code:02d}" for code in range(len(values))], dtype=object)
    history = History(ids, dates, values)
    timeline = Timeline.of(FAIR, dates[0], values.shape[1] + HORIZON, history.rhythm)
    return Context.of(history, timeline, HORIZON)


@pytest.fixture(scope="module")
def fitted():
    return Boosting(3, effort=Effort(4000, 40)).fit(context_of())


def test_the_weekday_is_learned(fitted):
    found = fitted.outputs(context_of())
    # 200 days after a Monday the first day ahead is a Friday.
    for name in ("boosted_median", "boosted_root", "boosted_mean"):
        saturday, tuesday = found[name][:, 1].sum(), found[name][:, 4].sum()
        assert saturday / tuesday == pytest.approx(2.2 / 0.6, rel=0.25), name


def test_quantiles_lie_on_their_sides(fitted):
    found = fitted.outputs(context_of())
    assert (found["boosted_q05"] < found["boosted_median"]).mean() > 0.95
    assert (found["boosted_q95"] > found["boosted_median"]).mean() > 0.95


def test_only_medians_are_members(fitted):
    assert set(fitted.medians(context_of())) == {"boosted_median", "boosted_root", "boosted_mean"}


def test_a_refit_forgets_the_first_fit_and_parameters_stay_untouched():
    context, other = context_of(), context_of(seed=2, periods=120)
    model = Boosting(3, targets=(MEAN,), effort=Effort(500, 5))
    before = model.get_params()
    again = model.fit(other).fit(context).outputs(context)
    once = Boosting(3, targets=(MEAN,), effort=Effort(500, 5)).fit(context).outputs(context)
    np.testing.assert_array_equal(again["boosted_mean"], once["boosted_mean"])
    assert model.get_params() == before


def test_over_the_aligned_base_is_learned_only_with_a_year_behind():
    targets = tuple(target for target in MEDIANS if target.over_base)
    effort = Effort(20_000, 5)
    assert Boosting(1, targets=targets, effort=effort).fit(context_of(periods=300)).fitted_ == []
    fitted = Boosting(1, targets=targets, effort=effort).fit(context_of(periods=600, series=40)).fitted_
    assert [part.target.name for part in fitted] == ["boosted_on_base"]


def test_nothing_asked_for_is_forecast_at_nothing():
    context = context_of(values=np.zeros((3, 120)))
    found = Boosting(1, targets=(MEAN, *SPREAD), effort=Effort(200, 3)).fit(context).outputs(context)
    assert all((values == 0).all() for values in found.values())


def test_series_are_drawn_by_demand_and_rows_have_a_window_and_a_target():
    values = np.vstack([np.full(200, 90.0), np.full(200, 10.0), np.full(200, np.nan)])
    values[0, 150] = np.nan
    context = context_of(values=values)
    series, origin, step = draw_rows(context, max_rows=400, seed=1)
    assert len(series) == 400
    assert (series == 0).mean() == pytest.approx(0.9, abs=0.05)
    assert (origin >= 27).all()
    assert ((origin + step) < 200).all()
    assert not np.isnan(values[series, origin + step]).any()


def test_half_of_the_rows_are_of_the_season_to_come():
    context = context_of(periods=500)
    _, origin, step = draw_rows(context, max_rows=2000, seed=1)
    aligned = (origin + step >= 500 - 364) & (origin + step < 500 - 364 + 2 * HORIZON)
    assert 0.5 < aligned.mean() < 0.6


def test_a_history_without_a_training_row_is_refused():
    with pytest.raises(TooLittleHistory, match="28 periods hold no observed period after 28 periods"):
        Boosting(1).fit(context_of(periods=28))
