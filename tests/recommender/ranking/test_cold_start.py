"""What newcomers are shown first: the rule on a shop written by hand, evidence that outweighs it, and its laws."""

import math

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from recommender.frames import InvalidFrame
from recommender.ranking.attributes import Items
from recommender.ranking.cold_start import starting_groups, train_cold_start
from recommender.ranking.interactions import Interactions
from recommender.ranking.starting_rule import GROUPS, INDUSTRIES

JOINED = pd.Timestamp("2025-01-01 02:00", tz="UTC")
# item, category, kind, class, price
GOODS = [
    ("cup", "家居日用", "physical", "staple", 100),
    ("towel", "家居日用", "physical", "staple", 110),
    ("oil", "粮油食品", "physical", "staple", 120),
    ("pills", "健康保健", "physical", "quality", 900),
    ("film", "电影票", "virtual", "staple", 300),
    ("game", "游戏点卡", "virtual", "quality", 400),
    ("lounge", "机场贵宾厅", "service", "scarce", 5_000),
    ("watch", "腕表", "physical", "scarce", 9_000),
]
ITEMS = pd.DataFrame(GOODS, columns=["item_id", "category", "kind", "class", "unit_price"])
NOTHING = pd.DataFrame(
    {
        "member_id": pd.Series([], dtype="str"),
        "item_id": pd.Series([], dtype="str"),
        "occurred_at": pd.Series([], dtype="datetime64[us, UTC]"),
    }
)


def members(count, **columns):
    frame = pd.DataFrame({"member_id": [f"m{n:03d}" for n in range(count)], "registered_at": JOINED})
    return frame.assign(**columns)


def took(*rows, days=1):
    """Return interactions of rows (member number, item), so many days after the members joined."""
    return pd.DataFrame(
        [(f"m{number:03d}", item, JOINED + pd.Timedelta(days=days)) for number, item in rows],
        columns=["member_id", "item_id", "occurred_at"],
    )


def shares(result, group):
    found = scores(result, group)
    return {item: score / sum(found.values()) for item, score in found.items()}


def train(interactions=NOTHING, who=None, **options):
    who = members(3) if who is None else who
    options = {"items": ITEMS, "members": who, "industry": "bank"} | options
    items = Items.from_frame(options.pop("items"))
    return train_cold_start(Interactions.from_frame(interactions), items=items, **options)


def listed(result, group):
    table = result.starting_items
    return table.loc[table["member_group"] == group, "item_id"].tolist()


def scores(result, group):
    table = result.starting_items
    rows = table[table["member_group"] == group]
    return dict(zip(rows["item_id"], rows["score"], strict=True))


def test_the_day_one_rule_holds_where_nothing_is_known():
    result = train(industry="of its own")
    assert set(listed(result, "high")[:2]) == {"lounge", "watch"}
    assert set(listed(result, "low")[:3]) == {"cup", "towel", "oil"}
    assert listed(result, "low")[-1] == "watch"
    assert set(listed(result, "young")[:2]) == {"film", "game"}
    assert set(listed(result, "family")[:3]) == {"cup", "towel", "oil"}
    assert set(listed(result, "senior")[:2]) == {"oil", "pills"}
    assert listed(result, "traveller")[0] == "lounge"


def test_every_group_ranks_every_item_from_one_down():
    table = train().starting_items
    assert list(GROUPS) == table["member_group"].unique().tolist()
    for _, rows in table.groupby("member_group"):
        assert sorted(rows["item_id"]) == sorted(ITEMS["item_id"])
        assert rows["starting_rank"].tolist() == list(range(1, len(ITEMS) + 1))
        assert rows["score"].is_monotonic_decreasing
        assert rows["score"].iloc[0] == 1.0
        assert (rows["score"] > 0).all()


@pytest.mark.parametrize(
    ("industry", "first"),
    [("bank", "lounge"), ("airline", "lounge"), ("retail", "towel"), ("employee_benefit", "oil")],
)
def test_a_shop_opens_with_the_preset_of_its_industry(industry, first):
    assert listed(train(industry=industry), "any")[0] == first


def test_the_goods_of_an_unknown_industry_are_all_alike():
    assert set(scores(train(industry="unheard-of", items=ITEMS[["item_id"]]), "any").values()) == {1.0}
    assert "unheard-of" not in INDUSTRIES


def test_evidence_outweighs_the_rule_as_members_become_known():
    def place_of_watch(count):
        who = members(count, profile="young")
        return listed(train(took(*((n, "watch") for n in range(count))), who), "young").index("watch")

    places = [place_of_watch(count) for count in (1, 10, 60, 400)]
    assert places == sorted(places, reverse=True)
    assert places[0] > 2
    assert places[-1] == 0


def test_evidence_is_a_mean_that_counts_the_members_it_is_of():
    only = pd.DataFrame({"item_id": ["a", "b"]})
    result = train(took((0, "a")), members(3), items=only, industry="retail", evidence_members=1)
    # What nobody took has half the share of a, and less for its unknown price; then a member who took a counts twice
    # as much as all belief: once in what was popular lately, once as a newcomer.
    b = 0.5 * math.exp(-1) / (1 + 0.5 * math.exp(-1)) / 2 / 2
    assert scores(result, "any") == pytest.approx({"a": 1.0, "b": b / (1 - b)})


def test_a_group_learns_from_its_own_newcomers():
    who = members(80, profile=["young"] * 40 + ["senior"] * 40)
    result = train(took(*((n, "oil" if n < 40 else "film") for n in range(80))), who)
    assert scores(result, "young")["oil"] > 3 * scores(train(who=who), "young")["oil"]
    assert scores(result, "senior")["film"] > 3 * scores(train(who=who), "senior")["film"]


def test_balances_part_newcomers_by_what_they_had_before_they_redeemed():
    points = [100] * 30 + [500] * 40 + [1_000] * 29 + [2_000]
    who = members(100, points=points, starting_points=[100] * 30 + [500] * 40 + [1_000] * 30)
    rows = [(n, "pills" if n < 30 else "towel") for n in range(100) if n < 30 or n >= 70]
    result = train(took(*rows), who, evidence_members=1)
    groups = result.starting_groups.set_index("member_group")
    assert groups.loc["high", "from_points"] == 501
    assert pd.isna(groups.loc["high", "until_points"])
    assert groups.loc["low"].tolist() == [0, 100]
    # The 30th percentile is 100 itself: nobody who had 100 was low.
    assert listed(result, "high")[0] == "towel"
    assert listed(result, "low")[0] == "towel"


def test_only_the_first_thirty_days_tell_of_newcomers():
    who = members(40, profile="young")
    rows = [(n, "watch") for n in range(40)]
    for days, is_new in ((-1, False), (0, True), (29, True), (30, False)):
        early, late = train(took(*rows, days=days), who), train(took(*rows, days=300), who)
        more = shares(early, "young")["watch"] > 1.01 * shares(late, "young")["watch"]
        assert more is is_new, days


def test_what_nobody_took_stands_below_its_like_that_somebody_did():
    before, after = listed(train(), "any"), listed(train(took((0, "cup"))), "any")
    assert before.index("towel") < before.index("cup")
    assert after.index("cup") < after.index("towel")


def test_of_unknown_goods_those_of_a_usual_price_come_first():
    frame = pd.DataFrame(
        {
            "item_id": ["a", "b", "c", "d"],
            "category": "tea",
            "unit_price": [100, 101, 102, 103],
            "kind": "physical",
        }
    )
    frame.loc[0, "unit_price"] = 1
    # All but the dearest two are cheap; of the cheap ones b is the closer to the median.
    assert listed(train(items=frame), "any").index("b") < listed(train(items=frame), "any").index("a")


def test_shares_of_similar_tenants_replace_the_preset_where_they_are_told():
    similar = {"category": {"腕表": 0.6, "粮油食品": 0.1}}
    plain, moved = train(), train(similar=similar)
    assert listed(moved, "any").index("watch") < listed(moved, "any").index("oil")
    before, after = shares(plain, "any"), shares(moved, "any")
    assert after["watch"] / after["oil"] == pytest.approx(6.0)
    # Together they weigh what they did, and what is not told of keeps its weight.
    assert after["watch"] + after["oil"] == pytest.approx(before["watch"] + before["oil"])
    assert after["film"] == pytest.approx(before["film"])


def test_only_eligible_items_are_shown_and_unknown_ones_too():
    result = train(took((0, "watch"), (1, "film")), eligible_item_ids=["film", "oil", "brand-new"])
    assert set(result.starting_items["item_id"]) == {"film", "oil", "brand-new"}
    assert len(result.starting_items) == 3 * len(GROUPS)


def test_a_shop_without_goods_shows_nothing():
    result = train(eligible_item_ids=[])
    assert len(result.starting_items) == 0
    assert result.starting_items.dtypes.to_dict() == train().starting_items.dtypes.to_dict()


def test_lists_are_cut():
    assert len(train(list_length=3).starting_items) == 3 * len(GROUPS)


def test_row_order_does_not_matter():
    who = members(80, profile=["young", "senior"] * 40, points=range(80), starting_points=range(80))
    rows = took(*((n, ITEMS["item_id"][n * n % 8]) for n in range(80)))
    first = train(rows, who)
    again = train(
        rows.sample(frac=1, random_state=1), who.sample(frac=1, random_state=2),
        items=ITEMS.sample(frac=1, random_state=3),
    )  # fmt: skip
    assert_frame_equal(first.starting_items, again.starting_items)
    assert_frame_equal(first.starting_groups, again.starting_groups)


def test_members_who_are_not_counted_are_no_newcomers():
    rows = took(*((n, "watch") for n in range(50)))
    some, everybody = train(rows, members(10)), train(rows, members(50))
    assert shares(some, "any")["watch"] < shares(everybody, "any")["watch"]


def test_without_a_positive_balance_there_are_no_groups_by_balance():
    assert len(starting_groups(members(3))) == 0
    assert len(starting_groups(members(3, points=[0, -5, None]))) == 0


def test_a_member_who_comes_twice_is_refused():
    with pytest.raises(InvalidFrame, match="a member must come once"):
        train(who=pd.concat([members(2), members(1)]))


def test_members_without_a_day_of_joining_are_refused():
    with pytest.raises(InvalidFrame, match="registered_at"):
        train(who=members(2).drop(columns="registered_at"))
