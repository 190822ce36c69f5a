"""Campaigns are planned within the world, and lower prices as the engine does."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import numpy as np

from orchestration.cli.world.catalogue import make_catalogue
from orchestration.cli.world.presets import PRESETS
from orchestration.cli.world.promotions import plan_promotions
from orchestration.cli.world.trouble import TROUBLE_SLOWNESS, Trouble
from transactional.campaigns.benefit import Campaign
from transactional.campaigns.checking import check_new_campaign

FIRST = date(2025, 1, 1)
DAYS = [FIRST + timedelta(days=n) for n in range(365)]
CATALOGUE = make_catalogue(PRESETS[2], len(DAYS), np.random.default_rng(1))
MIDNIGHT = datetime(2024, 12, 31, 16, tzinfo=UTC)
ITEMS = [UUID(int=n) for n in range(len(CATALOGUE))]


def planned():
    return plan_promotions(DAYS, 28, CATALOGUE, 1_000_000.0)


def test_a_year_has_twelve_member_days_its_festivals_and_what_is_new():
    kinds = [one.kind for one in planned()]
    assert kinds.count("member_day") == 12
    assert kinds.count("festival") == 6
    new = (CATALOGUE.listed_from > 0) & (CATALOGUE.listed_from < len(DAYS)) & (CATALOGUE.class_ > 0)
    assert kinds.count("new_item") == new.sum() > 0
    (double_11,) = [one for one in planned() if one.name_en == "Double 11 2025"]
    assert (DAYS[double_11.first], DAYS[double_11.last]) == (date(2025, 11, 8), date(2025, 11, 11))


def test_every_campaign_is_one_that_the_mall_takes_and_has_a_reference_of_its_own():
    told = []
    for one in planned():
        midnight = MIDNIGHT + timedelta(days=one.first)
        told.append(one.told(midnight, ITEMS))
        check_new_campaign(told[-1], now=midnight - timedelta(hours=12))
    assert len({new.reference for new in told}) == len(told)


def test_prices_are_lowered_as_the_engine_lowers_them():
    for one in planned():
        prices = CATALOGUE.price.copy()
        one.lower(prices, CATALOGUE.price)
        new = one.told(MIDNIGHT + timedelta(days=one.first), ITEMS)
        engine = Campaign(
            UUID(int=1), new.starts_at, new.ends_at, True, one.budget, discount_bp=new.discount_bp
        )
        lowered = dict(one.lowered)
        for item in range(len(CATALOGUE)):
            plain = int(CATALOGUE.price[item])
            expected = engine.price_of(plain, lowered[item]) if item in lowered else plain
            assert prices[item] == expected


def test_trouble_hits_one_supplier_for_its_days():
    trouble = Trouble(supplier=2, begins=10, ends=12, delay=9)
    sellers = np.array([1, 2, 6])
    assert [trouble.delays(day, sellers).tolist() for day in (9, 10, 11, 12)] == [
        [0, 0, 0], [0, 9, 0], [0, 9, 0], [0, 0, 0],
    ]  # fmt: skip
    assert trouble.slowness(11, sellers).tolist() == [1.0, TROUBLE_SLOWNESS, 1.0]
