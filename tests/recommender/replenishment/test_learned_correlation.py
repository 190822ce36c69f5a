from types import SimpleNamespace

import numpy as np
import pytest

from recommender.demand.calibration import Calibration, Judged
from recommender.replenishment.demand_paths import ASSUMED_CORRELATION
from recommender.replenishment.learned_correlation import learned_correlation

NORMAL = np.array([1.6448536269514722, 0.0, 1.2815515655446004, 1.6448536269514722])


def validation(correlation, n_series, *, seed=1, shapes=(14, 14, 10)):
    """Return what a model was judged by whose days go wrong together so much; it says 100 ± 5 and its calibration doubles that."""
    generator = np.random.default_rng(seed)
    judged = []
    for n_days in shapes:
        shared, own = generator.normal(size=(n_series, 1)), generator.normal(size=(n_series, n_days))
        error = np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * own
        median = np.full((n_series, n_days), 100.0)
        judged.append(
            Judged(median, np.broadcast_to(5.0 * NORMAL, (*median.shape, 4)), median + 10.0 * error)
        )
    return SimpleNamespace(
        gate=SimpleNamespace(released="combination"),
        calibrations={"combination": Calibration(np.full((3, 4), 2.0))},
        judged=judged,
    )


@pytest.mark.parametrize("correlation", [0.05, 0.5, 0.8])
def test_it_is_how_much_the_released_models_days_went_wrong_together(correlation):
    assert learned_correlation(validation(correlation, 400)) == pytest.approx(correlation, abs=0.05)


def test_too_few_forecasts_or_none_that_was_judged_leave_the_assumption():
    assert learned_correlation(None) == ASSUMED_CORRELATION
    assert learned_correlation(validation(0.9, 16)) == ASSUMED_CORRELATION
    # 17 series from three origins are 51 forecasts.
    assert learned_correlation(validation(0.9, 17)) > 0.7
    blind = validation(0.9, 400)
    for part in blind.judged:
        part.actual[:, 1:] = np.nan
    assert learned_correlation(blind) == ASSUMED_CORRELATION
