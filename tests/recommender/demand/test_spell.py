import numpy as np
import pandas as pd

from recommender.demand.panel import Panel
from recommender.demand.spell import latest_spell


def active_on(*spans, series="a"):
    """Return one unit a day over spans of days counted from 1 January 2025."""
    days = [day for start, end in spans for day in range(start, end + 1)]
    return pd.DataFrame(
        {
            "series_id": series,
            "date": pd.Timestamp("2024-12-31") + pd.to_timedelta(days, "D"),
            "quantity": 1,
        }
    )


def test_a_gap_of_14_days_does_not_break_a_spell_and_15_do():
    joined, days = latest_spell(Panel.from_frame(active_on((1, 20), (35, 60))))
    assert days == 60
    assert str(joined.dates[-1]) == "2025-03-01"
    _, days = latest_spell(Panel.from_frame(active_on((1, 20), (36, 70))))
    assert days == 35


def test_the_origin_is_the_end_of_the_latest_spell_that_is_long_enough():
    panel, days = latest_spell(Panel.from_frame(active_on((1, 40), (200, 203))))
    assert days == 40
    assert str(panel.dates[-1]) == "2025-02-09"
    assert panel.values.shape == (1, 40)


def test_zeros_inside_a_closed_time_are_not_observed():
    closed = active_on((31, 60)).assign(quantity=0)
    panel, days = latest_spell(Panel.from_frame(pd.concat([active_on((1, 30)), closed, active_on((61, 90))])))
    assert days == 30
    assert np.isnan(panel.values[0, 30:60]).all()
    assert (panel.values[0, 60:] == 1).all()


def test_without_a_spell_of_28_days_there_is_none():
    assert latest_spell(Panel.from_frame(active_on((1, 27)))) is None
    assert latest_spell(Panel.from_frame(active_on((1, 27)).head(0))) is None
    assert latest_spell(Panel.from_frame(active_on((1, 60)).assign(quantity=0))) is None


def test_only_the_latest_days_are_kept():
    panel, days = latest_spell(Panel.from_frame(active_on((1, 90))), max_history_days=30)
    assert (panel.values.shape, days) == ((1, 30), 90)
