"""Categories by their words, and prices by thirds."""

import math

import pandas as pd
import pytest

from recommender.ranking.attributes import Items
from recommender.ranking.traits import labels_of, topic_of, traits_of


@pytest.mark.parametrize(
    ("category", "topic"),
    [
        ("母婴食品", "baby"),
        ("粮油食品", "food"),
        ("GROCERY", "food"),
        ("机场贵宾厅", "travel"),
        ("影音会员", "entertainment"),
        ("汽车服务", "car"),
        ("Home & Kitchen", "household"),
        ("腕表", ""),
        ("", ""),
    ],
)
def test_a_category_has_the_first_topic_of_which_it_holds_a_word(category, topic):
    assert topic_of(category) == topic


def test_prices_are_parted_in_thirds_and_missing_ones_are_unknown():
    frame = pd.DataFrame({"item_id": list("abcdefg"), "unit_price": [1, 2, 30, 40, 500, 600, None]})
    traits = traits_of(Items.from_frame(frame))
    assert traits.band.tolist() == ["low", "low", "middle", "middle", "high", "high", ""]


def test_closeness_is_the_ratio_of_the_price_to_the_median_of_the_category():
    frame = pd.DataFrame(
        {"item_id": list("abcd"), "category": ["x", "x", "x", None], "unit_price": [50, 100, 400, None]}
    )
    closeness = traits_of(Items.from_frame(frame)).closeness
    assert closeness == pytest.approx([0.5, 1.0, 0.25, math.exp(-1)])


def test_labels_name_each_item_by_kind_band_and_category():
    frame = pd.DataFrame({"item_id": ["b", "a"], "category": ["tea", None], "kind": ["physical", "virtual"]})
    assert labels_of(Items.from_frame(frame)).to_dict("list") == {
        "item_id": ["a", "b"], "kind": ["virtual", "physical"], "band": ["", ""], "category": ["", "tea"],
    }  # fmt: skip
