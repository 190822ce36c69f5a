"""Documents are renewed without a gap, but for brands that lapse; one is forged while it is in force."""

from collections import Counter, defaultdict

import numpy as np
import pytest

from orchestration.cli.world.brands import BRANDS
from orchestration.cli.world.papers import plan_papers
from orchestration.cli.world.terms import SUPPLIERS


@pytest.fixture(params=[(3, 200), (4, 200), (5, 900), (6, 900)])
def planned(request):
    """The days of a world and its documents."""
    seed, days = request.param
    return days, plan_papers(days, np.random.default_rng(seed))


def covered(papers, days):
    """Return the days of the world on which a document of these was verified, genuine or not found out, and holds."""
    return {
        day
        for paper in papers
        for day in range(
            max(paper.valid_from, paper.verified, 0), min(paper.expires + 1, paper.found_out or days, days)
        )
    }


def test_licences_and_reports_hold_on_every_day(planned):
    days, papers = planned
    for kind in ("business_licence", "quality_report"):
        for supplier in range(len(SUPPLIERS)):
            own = [paper for paper in papers if (paper.supplier, paper.kind) == (supplier, kind)]
            assert covered(own, days) == set(range(days)), (kind, SUPPLIERS[supplier].code)


def test_one_authorisation_is_forged_and_is_in_force_when_that_is_found_out(planned):
    days, papers = planned
    (forged,) = [paper for paper in papers if paper.found_out is not None]
    assert forged.verified < forged.found_out <= forged.expires
    assert 0.4 * days < forged.found_out < 0.75 * days
    assert BRANDS[forged.brand].is_known
    (genuine,) = [paper for paper in papers if paper.lifts] or [None]
    if genuine is not None:
        assert (genuine.supplier, genuine.brand) == (forged.supplier, forged.brand)
        assert forged.found_out < genuine.handed_in <= genuine.verified < days
    own = [paper for paper in papers if paper.brand == forged.brand]
    assert forged.found_out not in covered(own, days)


def test_brands_lapse_for_days_only_and_some_do():
    gaps = defaultdict(int)
    for seed in range(8):
        papers = plan_papers(900, np.random.default_rng(seed))
        for brand in range(len(BRANDS)):
            own = [paper for paper in papers if paper.brand == brand and not paper.lifts]
            if own and all(paper.found_out is None for paper in own):
                gaps[seed, brand] = 900 - len(covered(own, 900))
    lengths = list(gaps.values())
    assert 0.2 < np.mean([length > 0 for length in lengths]) < 0.7
    assert max(lengths) < 80


def test_numbers_are_their_own_and_known_brands_are_authorised_at_first_hand(planned):
    _, papers = planned
    assert max(Counter(paper.number for paper in papers).values()) == 1
    for paper in papers:
        assert (paper.kind == "brand_authorisation") == (paper.brand is not None) == (paper.level is not None)
        assert paper.brand is None or paper.level == 1 or not BRANDS[paper.brand].is_known
        assert paper.handed_in < paper.verified or paper.verified == paper.handed_in + 1
