import numpy as np
import pytest

from recommender.demand.calibration import Judged, calibrate
from recommender.demand.model import QUANTILES


def judged(scale, seed=1, series=400, horizon=30):
    """Demand that is normal around the median, with widths half as wide as they should be, growing with the step."""
    generator = np.random.default_rng(seed)
    level = generator.gamma(4, 25, (series, 1))
    sigma = level * 0.1 * (1 + np.arange(horizon) / horizon)
    median = np.repeat(level, horizon, axis=1)
    widths = sigma[..., None] * np.abs(np.array([-1.645, 0.0, 1.282, 1.645])) / 2 + 1e-9
    return Judged(median, widths, median + scale * sigma * generator.normal(size=sigma.shape))


def test_made_up_data_reach_their_nominal_coverage():
    found = calibrate([judged(1.0), judged(1.0, seed=2)])
    new = judged(1.0, seed=3)
    quantiles = found.quantiles(new.median, new.widths)
    for place, quantile in enumerate(QUANTILES):
        if quantile != 0.5:
            assert (new.actual <= quantiles[..., place]).mean() == pytest.approx(quantile, abs=0.015)
    np.testing.assert_array_equal(quantiles[..., 1], new.median)


def test_each_part_of_the_horizon_has_its_own_factor():
    late = judged(1.0)
    factor = np.where(np.arange(30) < 20, 1.0, 2.0)
    stretched = Judged(late.median, late.widths, late.median + (late.actual - late.median) * factor)
    found = calibrate([stretched]).factors
    assert found[2, 3] == pytest.approx(2 * found[0, 3], rel=0.1)


def test_what_was_not_observed_does_not_count_and_without_origins_widths_stay():
    part = judged(1.0)
    hidden = part.actual.copy()
    hidden[::2] = np.nan
    half = calibrate([Judged(part.median, part.widths, hidden)])
    kept = calibrate([Judged(part.median[1::2], part.widths[1::2], part.actual[1::2])])
    np.testing.assert_allclose(half.factors, kept.factors)
    assert (calibrate([]).factors == 1.0).all()


def test_the_level_is_raised_until_what_was_not_seen_is_covered():
    shifts = [0.0, 0.0, 0.9, 0.9, 0.0, 0.0]
    origins = [
        Judged(part.median, part.widths, part.actual + shift * part.widths[..., 3])
        for shift, part in ((shift, judged(1.0, seed=number)) for number, shift in enumerate(shifts))
    ]
    pooled = [(part.actual - part.median)[:, :10] / part.widths[:, :10, 3] for part in origins]
    nominal = float(np.quantile(np.concatenate(pooled), 0.95))
    assert calibrate(origins).factors[0, 3] > 1.05 * nominal


def test_a_longer_horizon_has_more_parts_so_that_near_days_stay_narrow():
    generator = np.random.default_rng(1)
    deviation = np.where(np.arange(60) < 10, 1.0, 4.0)
    shape = (40, 60)
    judged = [
        Judged(
            np.zeros(shape), np.ones((*shape, len(QUANTILES))), deviation * generator.standard_normal(shape)
        )
        for _ in range(4)
    ]
    factors = calibrate(judged).factors
    assert len(factors) == 6
    assert factors[0, 3] < 2.2
    assert (factors[1:, 3] > 4.0).all()
    assert (
        len(calibrate([Judged(p.median[:, :28], p.widths[:, :28], p.actual[:, :28]) for p in judged]).factors)
        == 3
    )
