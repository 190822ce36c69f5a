import numpy as np
import pytest

from recommender.demand.conditions import condition_factors
from recommender.demand.covariates import Covariates
from recommender.demand.panel import History

DAYS, AHEAD = 280, 14
DATES = np.datetime64("2024-01-01") + np.arange(DAYS)
WEEKDAY = np.arange(DAYS + AHEAD) % 7
WEEK = np.array([1.0, 0.6, 0.8, 1.0, 1.4, 2.2, 1.8])


def history_of(effect, seed=1):
    """Two series of levels 40 and 400; every other week is promoted, which multiplies demand by `effect`."""
    promotion = np.tile((np.arange(DAYS + AHEAD) // 7 % 2).astype(float), (2, 1))
    rates = np.outer([40.0, 400.0], WEEK[WEEKDAY[:DAYS]]) * np.where(promotion[:, :DAYS] == 1, effect, 1.0)
    values = np.random.default_rng(seed).poisson(rates).astype(float)
    covariates = Covariates({"promotion": promotion}, frozenset({"promotion"}))
    return History(np.array(["a", "b"], object), DATES, values, 1, covariates)


def factors(history):
    return condition_factors(history, WEEKDAY, ["promotion"])


def test_the_effect_of_a_promotion_is_found_in_past_and_future_and_plain_days_have_none():
    history = history_of(1.8)
    found = factors(history)
    promoted = history.covariates.values["promotion"] == 1
    assert (found[~promoted] == 1.0).all()
    assert promoted[:, DAYS:].any()
    assert found[promoted] == pytest.approx(1.8, rel=0.12)


def test_an_effect_may_differ_between_weekdays_and_series():
    effect = np.where(WEEKDAY[:DAYS] == 0, 2.5, 1.4)[None, :] * np.array([[1.0], [1.3]])
    history = history_of(effect)
    found = factors(history)
    promoted = history.covariates.values["promotion"][0] == 1
    monday = promoted & (WEEKDAY == 0)
    assert found[1, monday].mean() / found[1, promoted & (WEEKDAY != 0)].mean() == pytest.approx(1.8, rel=0.1)
    assert found[1, monday].mean() / found[0, monday].mean() == pytest.approx(1.3, rel=0.15)


def test_what_is_always_or_never_so_has_no_effect():
    history = history_of(1.0)
    for value in (0.0, 1.0):
        covariates = Covariates({"promotion": np.full((2, DAYS), value)}, frozenset({"promotion"}))
        changed = History(history.series_ids, DATES, history.values, 1, covariates)
        assert (factors(changed) == 1.0).all()
