import itertools

import numpy as np
import pytest

from recommender.replenishment.limits import Usage, solve_within
from recommender.replenishment.newsvendor import Newsvendors
from recommender.replenishment.relaxation import relax


def brute_force(newsvendors, usage, most):
    """Return the least cost over all whole packs up to `most`."""
    choices = []
    for row in range(len(newsvendors.need)):
        quantities = np.arange(0, most + 1) * newsvendors.pack[row]
        quantities = quantities[(quantities == 0) | (quantities >= newsvendors.minimum[row])]
        cost = newsvendors.of(np.array([row])).added_cost(quantities[None])[0]
        choices.append(list(zip(quantities, cost, strict=True)))
    best = 0.0
    for combined in itertools.product(*choices):
        quantity = np.array([pair[0] for pair in combined])
        if (usage.per_piece @ quantity <= usage.available + 1e-9).all():
            best = min(best, sum(pair[1] for pair in combined))
    return best


@pytest.mark.parametrize("seed", range(10))
def test_small_plans_are_solved_as_trying_everything_does(seed):
    generator = np.random.default_rng(seed)
    n = 4
    need = np.floor(generator.gamma(2, 6, size=(n, 40)))
    newsvendors = Newsvendors(
        need,
        pack=generator.choice([2.0, 3.0, 5.0], size=n),
        minimum=generator.choice([0.0, 12.0], size=n),
        shortage_fen=generator.uniform(50, 500, size=n),
        leftover_fen=generator.uniform(10, 90, size=n),
    )
    wish = newsvendors.best_orderable()
    per_piece = np.stack([generator.uniform(1, 9, size=n), generator.uniform(0, 4, size=n)])
    usage = Usage(per_piece, per_piece @ wish * generator.uniform(0.3, 0.8, size=2))
    solved = solve_within(wish, newsvendors, usage)
    least = brute_force(newsvendors, usage, most=12)
    assert solved.cost == pytest.approx(least, rel=1e-5)
    assert solved.bound <= solved.cost + 1e-6
    assert (per_piece @ solved.quantity <= usage.available + 1e-6).all()


@pytest.mark.parametrize("n_limits", [1, 3])
def test_sifting_finds_what_solving_at_once_does(n_limits):
    generator = np.random.default_rng(n_limits)
    gain = -generator.lognormal(0, 1, size=5_000)
    uses = generator.lognormal(0, 1, size=(n_limits, 5_000))
    available = uses.sum(axis=1) * generator.uniform(0.2, 0.6, size=n_limits)
    whole = relax(gain, uses, available)
    sifted = relax(gain, uses, available, at_once=300)
    assert gain @ sifted.taken == pytest.approx(gain @ whole.taken, rel=1e-9)
    np.testing.assert_allclose(sifted.prices, whole.prices, rtol=1e-6)
    assert (uses @ sifted.taken <= available * (1 + 1e-9)).all()


def test_large_plans_come_within_a_thousandth_of_the_bound():
    generator = np.random.default_rng(0)
    n = 2_000
    need = generator.gamma(2, 10, size=(n, 60)) * generator.lognormal(0, 1, size=(n, 1))
    newsvendors = Newsvendors(
        need,
        pack=generator.choice([1.0, 6.0], size=n),
        minimum=generator.choice([0.0, 20.0], size=n),
        shortage_fen=generator.uniform(50, 500, size=n),
        leftover_fen=generator.uniform(10, 90, size=n),
    )
    wish = newsvendors.best_orderable()
    usage = Usage(generator.uniform(1, 9, size=(1, n)), np.array([0.0]))
    usage = Usage(usage.per_piece, usage.per_piece @ wish * 0.5)
    solved = solve_within(wish, newsvendors, usage)
    assert solved.bound <= solved.cost <= solved.bound * (1 - 1e-3)
    assert (usage.per_piece @ solved.quantity <= usage.available).all()
    assert (np.round(solved.quantity / newsvendors.pack, 9) % 1 == 0).all()
    assert ((solved.quantity == 0) | (solved.quantity >= newsvendors.minimum)).all()
