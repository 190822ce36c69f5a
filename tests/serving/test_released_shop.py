"""What is read of a shop and of a member's ways from the literal release."""

from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import pytest

from serving.recommendations.habits import Habits
from serving.recommendations.released import MAKES, released_member
from serving.recommendations.released_shop import explorable_items, released_shop
from serving.release_reader import ReleaseReader
from tests.literal_release import (
    ACORN,
    BIRCH,
    LAN,
    MEI,
    MUG,
    OTTO,
    RICE,
    TEA,
    TICKET,
    UMBRELLA,
    WATCH,
    publish,
)


@asynccontextmanager
async def opened(data_dir, *changes):
    publish(
        data_dir / "releases", "shop", lambda connection: [connection.execute(change) for change in changes]
    )
    reader = ReleaseReader(data_dir / "releases", makes=MAKES)
    async with reader.following(), reader.lend() as release:
        yield release


async def test_the_shop_is_read_once_and_as_of_the_release(data_dir):
    async with opened(data_dir) as release:
        shop = await released_shop(release, ACORN)
        assert await released_shop(release, ACORN) is shop
        assert shop.starting["low"] == {TICKET: 1.0, TEA: 0.8}
        assert shop.starting["senior"] == {}
        assert shop.balance_groups == {"high": (451, None), "low": (0, 350)}
        # 20 weekdays of 5 and 8 days of weekends of 10; rice of 3 on the days it was in stock.
        assert shop.daily_demand == pytest.approx({TEA: 180 / 28, RICE: 3.0})
        assert shop.sale_lifts == pytest.approx({MUG: 1.8, RICE: 1.2})
        assert shop.sale_lift == pytest.approx(1.5)
        other = await released_shop(release, BIRCH)
        assert (other.sale_lifts, other.sale_lift) == ({}, None)
        assert other.starting["any"] == {UMBRELLA: 1.0, TEA: 0.3}


async def test_a_sale_without_an_expectation_measures_nothing(data_dir):
    nothing = "update marts.fct_campaign_effect set expected_quantity = null"
    async with opened(data_dir, nothing) as release:
        assert (await released_shop(release, ACORN)).sale_lift is None


async def test_items_that_are_new_or_that_few_have_taken_may_be_drawn(data_dir):
    listed = "update marts.dim_offer set listed_from = '2026-03-05' where item_id = '{}'"
    gone = "update marts.dim_offer set listed_until = '2026-03-31' where item_id = '{}'"
    async with opened(data_dir, listed.format(TEA), gone.format(MUG)) as release:
        today = date(2026, 4, 1)
        assert await explorable_items(release, ACORN, today) == {TEA, TICKET, WATCH}
        # After four weeks it is not new any more, and many have taken it.
        assert await explorable_items(release, ACORN, today + timedelta(days=1)) == {TICKET, WATCH}


async def test_where_impressions_are_logged_items_that_are_hardly_shown_may_be_drawn(data_dir):
    shown = "insert into marts.fct_impressions select '{}', uuid(), '{}', date '{}' from range({})"
    # The last fact is of 31 March. What is taken often is not for that reason known, nor is what was shown long ago.
    changes = [
        shown.format(ACORN, MUG, "2026-03-31", 99),
        shown.format(ACORN, RICE, "2026-03-04", 100),
        shown.format(ACORN, WATCH, "2026-03-03", 500),
        shown.format(BIRCH, TICKET, "2026-03-31", 500),
    ]
    async with opened(data_dir, *changes) as release:
        assert await explorable_items(release, ACORN, date(2026, 4, 1)) == {MUG, TEA, TICKET, WATCH}
        # At the other tenant everything else is as it was.
        assert TICKET not in await explorable_items(release, BIRCH, date(2026, 4, 1))


async def test_a_large_shop_has_others_to_draw_every_day(data_dir):
    many = (
        f"insert into marts.dim_offer select '{ACORN}', uuid(), 100, 'shipping', '2026-01-01', '2026-01-01', null "
        "from range(1000)"
    )
    async with opened(data_dir, many) as release:
        first, second = [await explorable_items(release, ACORN, date(2026, 4, day)) for day in (1, 2)]
        assert len(first) == len(second) == 200
        assert len(first & second) < 100


def at(day):
    return datetime(2026, 3, day, 2, tzinfo=UTC)


async def test_a_members_ways_are_what_it_usually_pays_and_earns(data_dir):
    changes = [
        f"update marts.dim_member set profile = 'family', is_personalised = false where member_id = '{LAN}'",
        # Given back, and by chance: neither is a price that it pays.
        "insert into marts.fct_redemption_lines select * replace (9000 as unit_points, 'refunded' as status) "
        f"from marts.fct_redemption_lines where member_id = '{MEI}'",
        "insert into marts.fct_redemption_lines select * replace (1 as unit_points, 'draw' as mode) "
        f"from marts.fct_redemption_lines where member_id = '{MEI}'",
        # 90 days before the last fact, and the day before.
        "insert into marts.fct_entries select * replace (500 as amount_points, date '2026-01-01' as effective_date) "
        f"from marts.fct_entries where transfer_kind = 'earn' and member_id = '{OTTO}'",
        "insert into marts.fct_entries select * replace (700 as amount_points, date '2025-12-31' as effective_date) "
        f"from marts.fct_entries where transfer_kind = 'earn' and member_id = '{OTTO}'",
    ]
    async with opened(data_dir, *changes) as release:
        assert (await released_member(release, ACORN, MEI)).habits == Habits(True, None, 100.0, 0, at(20))
        assert (await released_member(release, ACORN, LAN)).habits == Habits(False, "family", None, 0)
        assert (await released_member(release, BIRCH, OTTO)).habits == Habits(True, None, 300.0, 500, at(12))
        assert (await released_member(release, BIRCH, MEI)).habits == Habits()
