from datetime import date

import numpy as np
import pandas as pd
import pytest

from recommender.demand import training
from recommender.demand.boosting import Effort
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.holiday_accuracy import PastHoliday, accuracy_frame, past_holidays
from recommender.demand.metrics import METRICS

CALENDAR = Calendar.of_country("CN", 2024, 2026)
DOUBLE_11 = PastHoliday(date(2025, 11, 11), "double-11")


def errors(wape, bias, coverage, *, days=10):
    """Return the sums of two series that were asked for 50 units each."""
    numerators, denominators = np.zeros((2, len(METRICS))), np.full((2, len(METRICS)), 50.0)
    for metric, value in {"wape": wape, "bias": bias, "coverage_90": coverage}.items():
        base = days if metric == "coverage_90" else 50.0
        denominators[:, METRICS.index(metric)] = base
        numerators[:, METRICS.index(metric)] = value * base
    return numerators, denominators


def frame(by_model, released="combination"):
    until = date(2025, 11, 30)
    return accuracy_frame(
        {DOUBLE_11: by_model}, level="item", released=released, baseline="seasonal_naive", judged_until=until
    )


def test_a_holiday_counts_when_its_whole_window_was_seen():
    def found(first, last):
        return {(past.occasion_id, past.day) for past in past_holidays(CALENDAR, first, last)}

    assert ("double-11", date(2025, 11, 11)) in found(date(2025, 11, 4), date(2025, 11, 18))
    assert found(date(2025, 11, 5), date(2025, 11, 18)) == set()
    assert found(date(2025, 11, 4), date(2025, 11, 17)) == set()


def test_the_released_model_stands_beside_the_naive_one():
    rows = frame(
        {
            "combination": errors(0.2, 0.1, 0.9),
            "seasonal_naive": errors(0.4, 0.0, 0.8),
            "intermittent": errors(0.3, 0, 0.9),
        }
    )
    assert rows["model"].tolist() == ["combination", "seasonal_naive"]
    assert rows["is_released"].tolist() == [True, False]
    assert rows[["wape", "bias", "coverage_90", "demand", "n"]].to_numpy() == pytest.approx(
        np.array([[0.2, 0.1, 0.9, 100, 20], [0.4, 0, 0.8, 100, 20]])
    )
    assert frame({"seasonal_naive": errors(0.4, 0, 0.8)}, released="seasonal_naive")[
        "is_released"
    ].tolist() == [True]


def test_a_window_without_demand_has_no_row():
    nothing = errors(0, 0, 1)
    nothing[1][:, METRICS.index("wape")] = 0
    assert frame({"combination": nothing}).empty


def test_a_run_scores_the_holidays_of_its_test_window(demand):
    found = training.train_demand(demand, CALENDAR, level="item", seed=1, effort=Effort(600, 20))
    rows = found.holiday_accuracy
    # The test window is from 5 May to 29 June: Labour Day's is cut, those of Dragon Boat and 618 are not.
    wape = rows.pivot_table(index=["holiday_date", "occasion_id"], columns="model", values="wape")
    assert wape.index.to_list() == [
        (pd.Timestamp("2025-05-31"), "dragon-boat"),
        (pd.Timestamp("2025-06-18"), "618"),
    ]
    assert (wape[found.released_model] < wape["seasonal_naive"]).all()
    assert set(rows["judged_until"]) == {pd.Timestamp("2025-06-29")}
    # From 4 and 18 May and 1 June: 9, 15 and 6 days about Dragon Boat, and none, 5 and 15 about 618.
    n = rows[rows["is_released"]].set_index("occasion_id")["n"]
    assert n.to_dict() == {"dragon-boat": 6 * 30, "618": 6 * 20}
