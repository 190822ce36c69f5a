import numpy as np
import pytest

from recommender.demand.ahead import Ahead
from recommender.demand.boosting import Effort
from recommender.demand.calendar.calendar import Calendar
from recommender.demand.evaluation import Outcome
from recommender.demand.metrics import METRICS, Scales
from recommender.demand.model import Forecast
from recommender.demand.panel import History
from recommender.demand.reconciled_scores import RECONCILED, reconciled_errors
from recommender.demand.tree import train_levels
from tests.recommender.conftest import weekly_demand

WAPE, BIAS = METRICS.index("wape"), METRICS.index("bias")


def origin(ids, mean, actual, *, active=None, category=()):
    """Return a test origin whose one day is forecast at a mean, with quantiles one piece of it each way."""
    ids = np.array(ids, dtype=object)
    rows = np.arange(len(ids)) if active is None else np.array(active)
    mean, actual = np.array(mean, dtype=float)[:, None], np.array(actual, dtype=float)[:, None]
    dates = np.array(["2025-06-30", "2025-07-01"], "datetime64[D]")
    groups = {"category": np.array(category, dtype=object)[rows]} if category else {}
    known = History(ids, dates[:1], np.full((len(ids), 1), 0.5))
    forecast = Forecast(dates[1:], mean, np.stack([mean - 1, mean, mean + 1, mean + 1], axis=-1))
    ahead = Ahead(ids[rows], forecast, np.full(len(rows), "m", dtype=object), groups, known)
    return Outcome(ahead, actual, Scales(np.ones(len(ids)), np.ones(len(ids))))


def test_what_adds_up_is_judged_at_every_level():
    # Two items of 4, their category and the whole of 11 each, all as sure: the category and its items agree on 10, these
    # and the whole, which is less sure than both together, on 10.4, and each item takes half of what is left.
    tea = ["tea", "tea", "tea"]
    items = origin(["a", "b", "c"], [4, 4], [6, 3, np.nan], active=[0, 1], category=tea)
    category, whole = origin(["tea"], [11], [9]), origin(["all"], [11], [9])
    found = reconciled_errors([items, items], [category, category], [whole, whole])
    item, top = found[0][0], found[2][0]
    numerator, denominator = found[0]
    np.testing.assert_allclose(denominator[:, WAPE], [12, 6, 0])
    assert item[:, BIAS] == pytest.approx([2 * (5.2 - 6), 2 * (5.2 - 3), 0])
    assert item[2, WAPE] == 0
    # The whole is a single series: its origins are judged beside each other, week by week.
    assert top.shape[0] == 2
    assert numerator.shape == (3, len(METRICS))
    assert top[:, BIAS] == pytest.approx([10.4 - 9] * 2)


def test_without_an_origin_nothing_is_told():
    assert reconciled_errors([], [], []) == [None, None, None]


def test_a_tenants_run_has_the_scores_of_what_adds_up_beside_the_others():
    frame = weekly_demand()
    frame = frame.assign(category=np.where(frame["series_id"] < "s3", "tea", "ware"))
    found = train_levels(frame, Calendar.of_country("CN", 2024, 2026), seed=1, effort=Effort(600, 20))
    for level, result in found.items():
        scores = result.model_scores.set_index(["model", "metric"])
        own, before = scores.loc[(RECONCILED, "wape")], scores.loc[(result.released_model, "wape")]
        assert own["slice"] == level
        assert own["n"] == before["n"]
        assert not own["is_released"]
        assert own["value"] == pytest.approx(before["value"], rel=0.25)
        assert own["judged_until"] == before["judged_until"]
        assert {score.model for score in result.card.scores} >= {RECONCILED, result.released_model}
