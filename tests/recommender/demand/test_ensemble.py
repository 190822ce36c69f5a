import numpy as np

from recommender.demand.ensemble import _steadied


def test_a_day_that_stands_out_by_its_width_is_drawn_to_the_others_and_levels_count():
    expected = np.array([[10.0, 10.0, 20.0, 20.0]])
    widths = np.array([[5.0, 5.0, 10.0, 50.0]])[..., None]
    found = _steadied(widths, expected)[0, :, 0]
    # In parts of what is expected: .5, .5, .5 and 2.5, on average 1.
    np.testing.assert_allclose(found, [7.5, 7.5, 15.0, 35.0])
    np.testing.assert_allclose((found / expected[0]).mean(), 1.0)


def test_even_widths_stay_as_they_are():
    expected = np.array([[3.0, 6.0], [1.0, 9.0]])
    widths = np.repeat((0.4 * expected)[..., None], 4, axis=-1)
    np.testing.assert_allclose(_steadied(widths, expected), widths)
