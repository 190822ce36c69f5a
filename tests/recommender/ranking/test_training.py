from datetime import date

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from recommender.ranking.attributes import Items
from recommender.ranking.interactions import Interactions
from recommender.ranking.training import train_ranking

TABLES = ("item_popularity", "item_neighbours", "member_items", "member_recommendations")


def train(frame, *, items=None, **options):
    """Train on frames, on the last day of the mall."""
    past = Interactions.from_frame(frame)
    known = None if items is None else Items.from_frame(items)
    return train_ranking(past, seed=1, today=date(2025, 5, 1), items=known, **options)


@pytest.fixture(scope="module")
def result(module_mall):
    return train(module_mall, items=module_items(), list_length=10, novel_list_length=6)


def module_items():
    """Two categories of twenty items each, and one item of each that nobody takes."""
    return pd.DataFrame(
        {
            "item_id": [*(f"i{code:02d}" for code in range(40)), "n0", "n1"],
            "category": [f"c{code % 2}" for code in range(42)],
            "unit_price": [100 + code for code in range(42)],
        }
    )


@pytest.fixture(scope="module")
def module_mall():
    generator = np.random.default_rng(11)
    rows = 2400
    member = generator.integers(0, 60, rows)
    # Each member likes four items of their own, which popularity alone cannot know.
    item = (member * 5 + generator.integers(0, 4, rows)) % 40
    minute = generator.integers(0, 120 * 24 * 60, rows)
    return pd.DataFrame(
        {
            "member_id": [f"m{code:03d}" for code in member],
            "item_id": [f"i{code:02d}" for code in item],
            "occurred_at": pd.Timestamp("2025-01-01") + pd.to_timedelta(minute, "min"),
            "quantity": 1,
        }
    )


def test_every_member_gets_a_list_of_the_asked_length(result, module_mall):
    lists = result.member_recommendations
    assert lists.columns.tolist() == [
        "member_id",
        "slice",
        "item_id",
        "score",
        "stage",
        "recommendation_rank",
    ]
    for slice_name, length in (("all", 10), ("novel", 6)):
        sizes = (
            lists[lists["slice"] == slice_name]
            .groupby("member_id")["recommendation_rank"]
            .agg(["size", "max"])
        )
        assert set(sizes.index) == set(module_mall["member_id"])
        assert (sizes == length).all(axis=None)
    assert set(lists["slice"]) == {"all", "novel"}
    assert set(lists["stage"]) <= {"personal", "neighbour", "popular"}


def test_novel_lists_hold_nothing_that_the_member_has_taken(result, module_mall):
    seen = set(zip(module_mall["member_id"], module_mall["item_id"], strict=True))
    lists = result.member_recommendations
    shown = {
        name: set(zip(rows["member_id"], rows["item_id"], strict=True))
        for name, rows in lists.groupby("slice")
    }
    assert shown["all"] & seen
    assert not shown["novel"] & seen


def test_each_slice_has_its_own_gate_and_released_model(result):
    assert set(result.judgement.choice.gates) == {"all", "novel"}
    marked = result.model_scores.query("is_released").groupby("slice")["model"].unique()
    # In this mall nobody takes anything new in the end.
    assert {name: models.tolist() for name, models in marked.items()} == {
        "all": [result.judgement.released("all")]
    }


def test_popularity_is_ranked_without_gaps(result):
    table = result.item_popularity
    assert table["popularity_rank"].tolist() == list(range(1, 33))
    assert table["score"].is_monotonic_decreasing
    assert table["score"].sum() == pytest.approx(1.0)


def test_neighbours_are_ranked_per_item_by_weight(result):
    table = result.item_neighbours
    by_item = table.groupby(["item_id", "kind"])
    assert (by_item["neighbour_rank"].transform("cumcount") + 1 == table["neighbour_rank"]).all()
    assert (by_item["weight"].diff().dropna() <= 0).all()
    assert (table["item_id"] != table["neighbour_item_id"]).all()
    assert table["weight"].between(0, 1, inclusive="right").all()


def test_an_item_that_nobody_took_has_like_items_alone_for_neighbours(result):
    table = result.item_neighbours.query("item_id == 'n0'")
    assert table["kind"].unique().tolist() == ["content"]
    assert len(table) == 20
    assert {int(item[1:]) % 2 for item in table["neighbour_item_id"]} == {0}
    assert "n0" in set(result.item_neighbours.query("kind == 'content'")["neighbour_item_id"])
    assert set(result.item_neighbours["kind"]) == {"together", "content"}


def test_member_items_agree_with_a_plain_count(result, module_mall):
    expected = (
        module_mall.groupby(["member_id", "item_id"])["occurred_at"]
        .agg(redemption_count="size", last_redeemed_at="max")
        .reset_index()
    )
    expected["last_redeemed_at"] = expected["last_redeemed_at"].dt.tz_localize("UTC")
    columns = ["member_id", "item_id", "redemption_count", "last_redeemed_at"]
    assert_frame_equal(result.member_items[columns], expected, check_dtype=False)
    assert (result.member_items["score"] > 0).all()
    assert (result.member_items["score"] <= result.member_items["redemption_count"]).all()


def test_scores_name_every_model_slice_and_k_and_mark_the_released_one(result):
    table = result.model_scores
    models = {
        "two_stage", "personal_frequency", "tifu_knn", "ease", "item_neighbours", "transitions", "popularity",
    }  # fmt: skip
    assert set(table["model"]) == models
    assert not table.duplicated(["model", "slice", "metric", "k"]).any()
    assert set(table["k"]) == {10, 20}
    assert (table["area"] == "ranking").all()


def test_scores_say_until_when_the_window_lasted_that_they_are_of(result):
    assert set(result.model_scores["judged_until"]) == {date(2025, 5, 1)}
    assert result.card.test.last == date(2025, 5, 1)


def test_personal_taste_beats_popularity_where_there_is_one(result):
    table = result.model_scores.query("slice == 'all' and metric == 'ndcg' and k == 10")
    value = table.set_index("model")["value"]
    assert value["two_stage"] > 1.5 * value["popularity"]
    gate = result.judgement.choice.gates["all"]
    assert gate.candidate_value >= gate.baseline_value or not gate.passed


def test_one_seed_gives_one_answer(result, module_mall):
    again = train(
        module_mall.sample(frac=1, random_state=2), items=module_items().sample(frac=1, random_state=4),
        list_length=10, novel_list_length=6,
    )  # fmt: skip
    for name in (*TABLES, "model_scores"):
        assert_frame_equal(getattr(again, name), getattr(result, name))


def test_the_gate_never_sees_the_test_window(module_mall):
    day = (module_mall["occurred_at"] + pd.Timedelta(hours=8)).dt.normalize()
    future = (day >= np.sort(day.unique())[-28]).to_numpy()
    changed = module_mall.copy()
    changed.loc[future, "item_id"] = changed.loc[future, "item_id"].sample(frac=1, random_state=5).to_numpy()
    same, other = (train(mall, list_length=10) for mall in (module_mall, changed))
    assert other.judgement.choice == same.judgement.choice
    assert other.model_scores["value"].tolist() != same.model_scores["value"].tolist()


def test_named_members_and_eligible_items_alone_make_the_lists(module_mall):
    eligible = ["i01", "i02", "i03"]
    lists = train(
        module_mall, member_ids=["m001", "stranger"], eligible_item_ids=eligible
    ).member_recommendations
    for slice_name in ("all", "novel"):
        chosen = lists[lists["slice"] == slice_name]
        assert set(chosen["member_id"]) <= {"m001", "stranger"}
        assert "stranger" in set(chosen["member_id"])
        assert set(chosen["item_id"]) == set(eligible)


def test_a_mall_without_redemptions_yields_empty_typed_tables(result, module_mall):
    empty = train(module_mall.head(0))
    for name in (*TABLES, "model_scores"):
        table = getattr(empty, name)
        assert len(table) == 0
        assert table.dtypes.to_dict() == getattr(result, name).dtypes.to_dict()
    assert empty.judgement is None


def test_a_mall_without_redemptions_knows_like_items(module_mall):
    table = train(module_mall.head(0), items=module_items()).item_neighbours
    assert table["kind"].unique().tolist() == ["content"]
    assert set(table["item_id"]) == set(module_items()["item_id"])


def test_a_frame_without_types_or_rows_is_an_empty_mall():
    untyped = pd.DataFrame(columns=["member_id", "item_id", "occurred_at", "quantity"])
    assert len(train(untyped).item_popularity) == 0


def test_with_one_window_only_the_models_are_measured_but_not_chosen(module_mall):
    latest = module_mall["occurred_at"] >= module_mall["occurred_at"].max() - pd.Timedelta(days=40)
    result = train(module_mall[latest])
    assert result.judgement.choice is None
    released = result.model_scores.query("is_released").groupby("slice")["model"].unique()
    assert {name: models.tolist() for name, models in released.items()} == {
        "all": ["personal_frequency"], "novel": ["popularity"],
    }  # fmt: skip


def test_a_young_mall_releases_personal_frequency_without_a_gate(module_mall):
    young = train(module_mall.nlargest(300, "occurred_at"))
    assert young.judgement.choice is None
    assert [choice.model for choice in young.card.choices] == ["personal_frequency", "popularity"]
    assert len(young.model_scores) == 0
    assert len(young.member_recommendations) > 0
