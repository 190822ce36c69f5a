"""Links between like items: small shops whose likenesses are known by hand, and what holds for any shop."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from sklearn.base import clone

from recommender.ranking.attributes import Items
from recommender.ranking.content_neighbours import ContentNeighbours
from recommender.ranking.tables import item_neighbours

COLUMNS = ["item_id", "category", "brand", "class", "name", "unit_price"]


def shop(*rows):
    return pd.DataFrame(rows, columns=COLUMNS).astype({"unit_price": "float64"})


def weights(frame, model=None, eligible=None):
    """Return item → neighbour → weight."""
    fitted = (model or ContentNeighbours()).fit(Items.from_frame(frame), eligible)
    found = {}
    for row in item_neighbours(None, fitted).itertuples():
        found.setdefault(row.item_id, {})[row.neighbour_item_id] = row.weight
    return found


def made_up_shop(items=60, seed=3):
    generator = np.random.default_rng(seed)
    category = generator.integers(0, 4, items)
    words = ["红茶", "绿茶", "毛巾", "cup", "mug", "电影票"]
    return pd.DataFrame(
        {
            "item_id": [f"i{code:03d}" for code in range(items)],
            "category": [f"c{code}" for code in category],
            "brand": pd.Series([None] * items, dtype="str"),
            "class": generator.choice(["staple", "quality"], items),
            "name": ["".join(generator.choice(words, 2)) for _ in range(items)],
            "unit_price": generator.integers(50, 5_000, items),
        }
    )


def test_each_likeness_adds_its_share():
    frame = shop(
        ("a", "tea", "hill", None, None, 100),
        ("b", "tea", None, None, None, None),
        ("c", "tea", "hill", None, None, None),
        ("d", None, "hill", None, None, None),
        ("e", "tea", None, None, None, 100),
    )
    found = weights(frame)
    assert found["a"] == pytest.approx({"e": 0.4 + 0.15, "c": 0.4 + 0.15, "b": 0.4, "d": 0.15})


def test_the_same_class_within_a_category_counts_where_no_brand_is_known():
    frame = shop(
        ("a", "tea", None, "staple", None, None),
        ("b", "tea", None, "staple", None, None),
        ("c", "tea", None, "scarce", None, None),
        ("d", "mugs", None, "staple", None, None),
    )
    assert weights(frame)["a"] == pytest.approx({"b": 0.55, "c": 0.4})


def test_prices_part_by_the_ratio_of_one_to_the_other():
    rows = [(f"i{price}", "tea", None, None, None, price) for price in (25, 100, 400)]
    # The median is 100: to it lies half the farthest distance, from end to end all of it.
    found = weights(shop(*rows))
    assert found["i100"] == pytest.approx({"i25": 0.4 + 0.075, "i400": 0.4 + 0.075})
    assert found["i25"] == pytest.approx({"i100": 0.4 + 0.075, "i400": 0.4})


def test_names_are_alike_by_their_characters_in_any_language_and_whatever_their_numbers():
    frame = shop(
        ("a", None, None, None, "龙井茶 250克", None),
        ("b", None, None, None, "龙井茶 500克", None),
        ("c", None, None, None, "毛巾 250", None),
        ("d", None, None, None, "Coffee mug", None),
        ("e", None, None, None, "COFFEE MUGS", None),
    )
    found = weights(frame)
    assert found["a"] == pytest.approx({"b": 0.3})
    assert set(found["d"]) == {"e"}
    assert 0.15 < found["d"]["e"] < 0.3
    assert "c" not in found


def test_items_of_which_nothing_is_known_have_no_neighbours():
    assert weights(pd.DataFrame({"item_id": ["a", "b"]})) == {}


def test_only_eligible_items_are_neighbours():
    found = weights(made_up_shop(), eligible={"i001", "i002", "i003", "elsewhere"})
    assert {neighbour for near in found.values() for neighbour in near} == {"i001", "i002", "i003"}
    assert len(found) > 3


def test_lists_are_cut_to_the_closest():
    full = weights(made_up_shop(), ContentNeighbours(n_neighbours=59))
    for item, near in weights(made_up_shop(), ContentNeighbours(n_neighbours=5)).items():
        assert list(near.values()) == pytest.approx(sorted(full[item].values(), reverse=True)[:5])
    assert all(0 < weight <= 1 for near in full.values() for weight in near.values())


def test_the_same_item_twice_is_its_own_likeness_and_no_more():
    twins = [
        ("a", "tea", "hill", "staple", "Green tea", 100),
        ("b", "tea", "hill", "staple", "Green tea", 100),
    ]
    assert weights(shop(*twins)) == {"a": {"b": 1.0}, "b": {"a": 1.0}}


def test_parameters_are_stored_untouched_and_a_refit_forgets():
    model = ContentNeighbours(n_neighbours=7)
    before = model.get_params()
    items = Items.from_frame(made_up_shop())
    assert model.fit(Items.from_frame(made_up_shop(20, seed=9))).fit(items) is model
    assert model.get_params() == before
    assert_frame_equal(item_neighbours(None, model), item_neighbours(None, clone(model).fit(items)))


def test_row_order_does_not_matter():
    frame = made_up_shop()
    tables = [
        item_neighbours(None, ContentNeighbours().fit(Items.from_frame(rows)))
        for rows in (frame, frame.sample(frac=1, random_state=1))
    ]
    assert_frame_equal(*tables)


def test_a_name_that_all_items_share_tells_nothing_where_they_are_very_many():
    many = pd.DataFrame({"item_id": [f"i{code:04d}" for code in range(5_001)], "name": "tea"})
    assert weights(many) == {}
    assert len(weights(many.head(300))) == 300
