"""Replaying real baskets: the rules of the data, exact books, and the same again when run again."""

import asyncio
import re
from datetime import UTC, date, datetime

import asyncpg
import pytest

from orchestration.cli.completejourney.names import category_names, item_names
from orchestration.cli.completejourney.replay import ReplayRefused, ReplayWindow, replay
from orchestration.cli.completejourney.source import each_basket, read_mall

HOUSEHOLDS = 60


@pytest.fixture(scope="module")
def mall():
    return read_mall()


def run_replay(url, mall, households=HOUSEHOLDS, first=date(2017, 1, 1), last=date(2017, 12, 31)):
    return asyncio.run(replay(url, mall, ReplayWindow(households, first, last), lambda done, total: None))


def fetch(url, query):
    async def ask():
        connection = await asyncpg.connect(url)
        try:
            return [tuple(row) for row in await connection.fetch(query)]
        finally:
            await connection.close()

    return asyncio.run(ask())


def test_the_year_is_read_whole(mall):
    assert len(mall.items) == 2230
    assert len(mall.grants) == 2469
    assert mall.lines["basket_id"].nunique() + mall.baskets_without_goods == 155848
    assert set(mall.items["code"]) == set(mall.lines["code"])
    assert mall.items["price_points"].min() >= 1
    assert (mall.grants["points"] % 500 == 0).all()


def test_every_category_has_its_names_in_both_languages(mall):
    names = category_names()

    assert sorted(name.category for name in names) == sorted(mall.items["category"].unique())
    assert [name for name in names if not re.search("[\u4e00-\u9fff]", name.name_zh)] == []
    for told in ([name.name_zh for name in names], [name.name_en for name in names]):
        assert len(set(told)) == len(told)
        assert max(map(len, told)) <= 40


def test_goods_are_called_in_chinese_and_then_as_the_data_has_it(mall):
    names = dict(zip(mall.items["code"], item_names(mall.items), strict=True))

    assert (names["FLUID MILK WHITE ONLY"], names["LEAN"]) == ("白牛奶 FLUID MILK WHITE ONLY", "牛肉 LEAN")
    assert len(set(names.values())) == len(names)
    assert all(re.match("[0-9 ]*[\u4e00-\u9fff]", name) for name in names.values())


def test_thanksgiving_falls_on_its_day(mall):
    """Stores close early on Thanksgiving: it is the quietest day of its fortnight, 23 November."""
    day = mall.lines["at"].dt.tz_convert("Asia/Shanghai").dt.date
    baskets = mall.lines.groupby(day)["basket_id"].nunique()
    fortnight = baskets[(baskets.index >= date(2017, 11, 16)) & (baskets.index <= date(2017, 11, 29))]
    assert fortnight.idxmin() == date(2017, 11, 23)


def test_a_basket_keeps_the_clock_of_its_shop(mall):
    """The first stamp, 2017-01-01 11:53:26 UTC, was 06:53:26 in New York, and is so in the mall."""
    _, household, at, asked = next(each_basket(mall.lines))
    assert (household, at) == (900, datetime(2016, 12, 31, 22, 53, 26, tzinfo=UTC))
    assert all(quantity > 0 for _, quantity in asked)


def test_every_basket_is_affordable_and_the_books_are_exact(database_url, mall):
    summary = run_replay(database_url, mall)
    households = set(mall.grants["household_id"].head(HOUSEHOLDS))
    baskets = mall.lines[mall.lines["household_id"].isin(households)]
    assert summary.redemptions == baskets["basket_id"].nunique()
    assert summary.grants == HOUSEHOLDS * 12
    assert fetch(database_url, "select count(*) from mall.redemption_line") == [(len(baskets),)]
    assert fetch(database_url, "select min(balance) >= 0 from mall.account where kind = 'member'") == [
        (True,)
    ]
    assert fetch(database_url, "select min(balance_after) >= 0 from mall.entry where lot_id is not null") == [
        (True,)
    ]
    unbalanced = "select transfer_id from mall.entry group by transfer_id having sum(amount) <> 0"
    assert fetch(database_url, unbalanced) == []
    spent = baskets.merge(mall.items, on="code").eval("quantity * price_points").sum()
    assert fetch(database_url, "select sum(points)::bigint from mall.redemption") == [(spent,)]


def test_a_balance_is_never_negative_at_any_business_time(database_url, mall):
    run_replay(database_url, mall, households=10)
    worst = """
        select min(running) from (
            select sum(e.amount) over (
                partition by e.account_id order by t.effective_at, t.kind, e.transfer_id, e.entry_no
            ) as running
            from mall.entry e join mall.transfer t using (tenant_id, transfer_id)
            where e.lot_id is not null
        ) running_balances
    """
    assert fetch(database_url, worst)[0][0] >= 0


def test_replaying_again_or_in_parts_changes_nothing(database_url, mall):
    part = run_replay(database_url, mall, last=date(2017, 4, 2), households=20)
    assert part.grants == 20 * 4
    whole = run_replay(database_url, mall, households=20)
    assert whole.known_before == part.grants + part.redemptions
    tables = "select (select count(*) from mall.entry), (select sum(on_hand)::bigint from mall.stock)"
    before = fetch(database_url, tables)
    again = run_replay(database_url, mall, first=date(2017, 3, 5), households=20)
    assert (again.grants, again.redemptions) == (0, 0)
    assert fetch(database_url, tables) == before


def test_going_back_in_time_is_refused(database_url, mall):
    run_replay(database_url, mall, first=date(2017, 5, 1), last=date(2017, 5, 31), households=5)
    with pytest.raises(ReplayRefused, match="goes forward in time"):
        run_replay(database_url, mall, households=5)
    # Other households have no past yet.
    run_replay(database_url, mall, first=date(2017, 5, 1), households=8)
