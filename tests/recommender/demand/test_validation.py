"""Origins inside a history, at which not every member can say something."""

import numpy as np

from recommender.demand.calendar.calendar import Calendar
from recommender.demand.panel import History
from recommender.demand.timeline import Timeline
from recommender.demand.validation import validate

HORIZON, DAYS = 28, 900


def test_a_member_that_a_year_before_had_too_little_to_learn_from_is_left_out():
    dates = np.datetime64("2023-01-02") + np.arange(DAYS)
    level = 20.0 * (1.0 + 0.5 * np.sin(2.0 * np.pi * np.arange(DAYS) / 364.0))
    values = np.random.default_rng(3).poisson(level, (20, DAYS)).astype(float)
    history = History(np.array([f"{n:02d}" for n in range(20)], dtype=object), dates, values)
    calendar = Calendar.of_country("CN", 2022, 2026)
    timeline = Timeline.of(calendar, dates[0], DAYS + HORIZON, history.rhythm)
    # Of so many rows enough have a year behind them in the end, and too few a year before.
    found = validate(history, timeline, HORIZON, seed=0, max_rows=12_000, report=lambda _: None)
    assert found is not None
    assert found.seasonal_origins == [DAYS - 364]
    assert "boosted_median" in found.weights.names
    assert "boosted_on_base" not in found.weights.names
