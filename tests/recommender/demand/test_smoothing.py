import numpy as np

from recommender.demand.smoothing import smoothed_forecast


def test_what_never_changes_goes_on():
    np.testing.assert_allclose(smoothed_forecast(np.full((2, 60), 7.0), 5, lead=7), np.full((2, 5), 7.0))


def test_a_new_level_is_found_and_noise_is_averaged():
    noise = np.random.default_rng(3).normal(0, 1, 200)
    step = np.where(np.arange(200) < 100, 10.0, 20.0)
    found = smoothed_forecast(np.stack([10 + noise, step + 0.1 * noise]), 3, lead=7)
    assert abs(found[0, 0] - 10) < 0.6
    assert abs(found[1, 0] - 20) < 0.3


def test_a_trend_goes_on_and_is_damped():
    growing = np.arange(200.0)[None, :]
    found = smoothed_forecast(growing, 60, lead=7)[0]
    steps = np.diff(found)
    assert (steps > 0).all()
    assert steps[-1] < 0.6 * steps[0]
