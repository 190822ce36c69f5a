from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from recommender.demand.asked import Asked, sold_panel
from recommender.demand.boosting import Boosting, Effort
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.ensemble import Ensemble
from recommender.demand.model import Forecast
from recommender.demand.recipe import learn
from recommender.demand.sale_effect import (
    NothingLearned,
    SaleEffect,
    days_on_sale,
    effect_of,
    effect_of_a_day,
    sale_ahead,
)
from recommender.demand.tree import train_levels
from recommender.demand.what_if import with_plan

FIRST, DAYS, LAST = date(2025, 1, 1), 180, date(2025, 6, 29)
CALENDAR = Calendar.of_country("CN", 2024, 2026)
IDS = [f"s{n}" for n in range(4)]


def history_frame():
    """Return ten pieces a day of four items, and forty on two days of each month."""
    is_sale = np.isin(np.arange(DAYS) % 30, [3, 4])
    generator = np.random.default_rng(3)
    quantity = np.concatenate([generator.poisson(10 * np.where(is_sale, 4, 1)) for _ in IDS])
    return pd.DataFrame(
        {
            "series_id": np.repeat(IDS, DAYS),
            "date": np.tile(pd.date_range(FIRST, periods=DAYS), len(IDS)),
            "quantity": quantity,
            "category": "tea",
        }
    )


def sales(*starts):
    rows = [
        (item, day, day + pd.Timedelta(days=1), day)
        for item in IDS
        for day in (pd.Timestamp(start) for start in starts)
    ]
    return pd.DataFrame(rows, columns=["series_id", "first_date", "last_date", "announced_date"])


PAST = [pd.Timestamp(FIRST) + pd.Timedelta(days=place) for place in range(3, DAYS, 30)]


def known(campaigns, horizon=28):
    return Asked.of(sold_panel(history_frame(), ("category",)), None, campaigns).history(LAST, horizon)


@pytest.fixture(scope="module")
def learned():
    return learn(known(sales(*PAST)), CALENDAR, 28, seed=1, effort=Effort(600, 20))


def test_a_sale_of_a_day_is_told_for_each_day_ahead(learned):
    effect = effect_of_a_day(learned.at(known(sales(*PAST))))
    ratio = effect.with_sale.mean.mean(axis=0) / effect.without.mean.mean(axis=0)
    assert ratio.shape == (28,)
    assert (ratio > 2.5).all()
    frame = effect.frame(np.datetime64(LAST))
    assert len(frame) == 4 * 28
    assert not frame.duplicated(["series_id", "date"]).any()
    assert (frame["q95_with"] > frame["q95_without"]).all()


def test_without_means_without_any_sale_ahead_and_the_rest_stays_as_announced(learned):
    announced = known(sales(*PAST, "2025-07-10"))
    plain = effect_of_a_day(learned.at(announced))
    np.testing.assert_allclose(
        plain.without.mean, effect_of_a_day(learned.at(known(sales(*PAST)))).without.mean
    )
    sale = np.zeros((4, 28))
    sale[0, 20] = 1.0
    found = effect_of(learned, announced, sale)
    # 10 July is the eleventh day ahead.
    assert (found.without.mean[:, 10] > 2 * plain.without.mean[:, 10]).all()
    assert found.with_sale.mean[0, 20] > 2 * found.without.mean[0, 20]
    np.testing.assert_allclose(found.with_sale.mean[1:], found.without.mean[1:])


@pytest.mark.parametrize("campaigns", [sales(), sales("2025-07-10")])
def test_without_a_sale_in_the_past_no_effect_is_invented(learned, campaigns):
    history = known(campaigns)
    assert days_on_sale(history) == 0
    with pytest.raises(NothingLearned, match="No flash sale has happened"):
        effect_of(learned, history, np.ones((4, 28)))
    applied = learned.at(known(sales(*PAST)))
    unseen = replace(applied, context=replace(applied.context, history=history))
    with pytest.raises(NothingLearned, match="No flash sale has happened"):
        effect_of_a_day(unseen)
    assert sale_ahead(unseen, history.series_ids) is None


def test_days_on_sale_are_those_seen_with_demand():
    assert days_on_sale(known(sales(*PAST, "2025-07-10"))) == 4 * 6 * 2


@pytest.mark.parametrize("released", ["as chosen", "weekday_means", "boosted_root"])
def test_a_plan_is_forecast_as_if_it_were_the_history(learned, released):
    """What is computed once, and what is left out, changes no figure, whichever model is released."""
    if released != "as chosen":
        gate = replace(learned.validation.gate, released=released)
        learned = replace(learned, validation=replace(learned.validation, gate=gate))
    history = known(sales(*PAST, "2025-07-10"))
    applied = learned.at(history)
    for days in (slice(0, 0), slice(3, None, 7), slice(0, 28)):
        plan = {"promotion": np.zeros((4, 28))}
        plan["promotion"][:, days] = 1.0
        whole = learned.forecast(with_plan(history, plan)).forecast
        found = applied.under(plan)
        np.testing.assert_allclose(found.mean, whole.mean, rtol=1e-12)
        np.testing.assert_allclose(found.quantiles, whole.quantiles, rtol=1e-12)
        assert (found.dates == whole.dates).all()


def test_only_what_is_released_is_computed_under_a_plan(learned, monkeypatch):
    applied = learned.at(known(sales(*PAST)))
    asked = []
    real = Boosting.outputs

    def outputs(self, context, names=None):
        asked.append(names)
        return real(self, context, names)

    def refuse(self, context):
        raise AssertionError("plain periods are the same under every plan")

    monkeypatch.setattr(Boosting, "outputs", outputs)
    monkeypatch.setattr(Ensemble, "of_plain_periods", refuse)
    applied.under({"promotion": np.zeros((4, 28))})
    assert len(asked) == 1
    assert asked[0] is not None


def test_both_forecasts_move_with_the_published_one():
    dates = np.array(["2025-07-01"], "datetime64[D]")

    def of(mean):
        mean = np.array(mean, dtype=float)[:, None]
        return Forecast(dates, mean, np.repeat(mean[..., None], 4, axis=2))

    ids = np.array(["a", "b", "c"], dtype=object)
    effect = SaleEffect(ids, of([10, 0, 5]), of([30, 4, 9]))
    moved = effect.moved(ids, of([10, 0, 5]), ids[:2], of([5, 3]))
    assert moved.series_ids.tolist() == ["a", "b"]
    assert moved.without.mean[:, 0].tolist() == [5, 0]
    assert moved.with_sale.mean[:, 0].tolist() == [15, 4]
    assert moved.with_sale.quantiles[0, 0].tolist() == [15] * 4


def test_a_tenants_run_tells_what_a_sale_changes_of_the_forecasts_that_add_up():
    found = train_levels(history_frame(), CALENDAR, seed=1, campaigns=sales(*PAST), effort=Effort(600, 20))
    assert found["category"].sale is None
    frame = found["item"].sale.frame(np.datetime64(LAST))
    published = found["item"].demand_forecasts
    both = published.merge(frame, on=["series_id", "date"], validate="one_to_one")
    assert len(both) == len(published)
    np.testing.assert_allclose(both["mean_without"], both["mean"])
    calm = train_levels(history_frame(), CALENDAR, seed=1, campaigns=sales(), effort=Effort(600, 20))
    assert calm["item"].sale is None
