"""What must be true of every ranking model, whatever it learns."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from sklearn.base import clone

from recommender.frames import InvalidFrame
from recommender.ranking.ease import Ease
from recommender.ranking.evaluation import latest_split
from recommender.ranking.interactions import Interactions
from recommender.ranking.item_neighbours import ItemNeighbours
from recommender.ranking.personal_frequency import PersonalFrequency
from recommender.ranking.popularity import Popularity
from recommender.ranking.rankers import Smoothing
from recommender.ranking.recipe import Recipe
from recommender.ranking.tifu_knn import TifuKnn
from recommender.ranking.transitions import Transitions
from recommender.ranking.two_stage import TwoStage

MEMBERS = ["m003", "m001", "m059"]


# The laws hold for any number of trees.
QUICK = (Smoothing(8, 8, 20, 1.0, 0.5),)
MODELS = [Popularity, PersonalFrequency, ItemNeighbours, Ease, Transitions, TifuKnn, TwoStage, Recipe]


@pytest.fixture(params=MODELS, ids=lambda model: model.__name__)
def model(request):
    if request.param is TwoStage:
        return TwoStage(general=QUICK, novel=QUICK)
    if request.param is Recipe:
        return Recipe(TwoStage(general=QUICK, novel=QUICK))
    return request.param()


def test_parameters_are_stored_untouched_and_fit_returns_the_model(model, mall):
    before = model.get_params()
    assert model.fit(Interactions.from_frame(mall)) is model
    assert model.get_params() == before


def test_a_refit_forgets_the_first_fit(model, mall):
    past = Interactions.from_frame(mall)
    other = Interactions.from_frame(mall.assign(item_id="other-" + mall["item_id"]))
    refitted = model.fit(other).fit(past).recommend(MEMBERS, 8)
    assert_frame_equal(refitted, clone(model).fit(past).recommend(MEMBERS, 8))


def test_row_order_does_not_matter(model, mall):
    shuffled = mall.sample(frac=1, random_state=3)
    expected = clone(model).fit(Interactions.from_frame(mall)).recommend(MEMBERS, 8)
    assert_frame_equal(model.fit(Interactions.from_frame(shuffled)).recommend(MEMBERS, 8), expected)


def test_a_member_does_not_depend_on_who_is_asked_with_them(model, mall):
    model.fit(Interactions.from_frame(mall))
    together = model.recommend(MEMBERS, 5)
    alone = pd.concat([model.recommend([member], 5) for member in MEMBERS], ignore_index=True)
    assert_frame_equal(together, alone)


def test_lists_follow_the_members_and_fall_in_score(model, mall):
    lists = model.fit(Interactions.from_frame(mall)).recommend(MEMBERS, 6)
    assert lists["member_id"].tolist() == [member for member in MEMBERS for _ in range(6)]
    assert lists["recommendation_rank"].tolist() == [1, 2, 3, 4, 5, 6] * 3
    assert np.isfinite(lists["score"]).all()
    assert (lists.groupby("member_id")["score"].diff().dropna() <= 0).all()
    assert not lists.duplicated(["member_id", "item_id"]).any()
    assert lists.notna().all(axis=None)


def test_an_unknown_member_gets_the_popular_items(model, mall):
    past = Interactions.from_frame(mall)
    lists = model.fit(past).recommend(["nobody"], 10)
    popular = Popularity().fit(past).recommend(["nobody"], 10)
    assert lists["item_id"].tolist() == popular["item_id"].tolist()
    assert lists["stage"].unique().tolist() == ["popular"]


def test_ineligible_items_are_never_shown(model, mall):
    eligible = {"i01", "i02", "i20", "never-redeemed"}
    model.fit(Interactions.from_frame(mall))
    lists = model.recommend([*MEMBERS, "nobody"], 10, eligible_item_ids=eligible)
    assert set(lists["item_id"]) == {"i01", "i02", "i20"}
    assert lists.groupby("member_id").size().tolist() == [3, 3, 3, 3]


def test_seen_items_are_never_shown_when_excluded(model, mall):
    lists = model.fit(Interactions.from_frame(mall)).recommend(MEMBERS, 24, exclude_seen=True)
    shown = set(zip(lists["member_id"], lists["item_id"], strict=True))
    assert shown
    assert not shown & set(zip(mall["member_id"], mall["item_id"], strict=True))


def test_no_members_make_an_empty_list_of_the_same_type(model, mall):
    model.fit(Interactions.from_frame(mall))
    empty = model.recommend([], 5)
    assert len(empty) == 0
    assert empty.dtypes.tolist() == model.recommend(MEMBERS, 5).dtypes.tolist()


def test_nothing_after_the_cutoff_changes_a_list(model, mall):
    split = latest_split(Interactions.from_frame(mall), horizon_days=28)
    cutoff = pd.Timestamp(split.cutoff).tz_localize("Asia/Shanghai")
    future = (mall["occurred_at"] >= cutoff).to_numpy()
    assert 0 < future.sum() < len(mall)
    changed = mall.copy()
    changed.loc[future, "item_id"] = mall.loc[future, "item_id"].sample(frac=1, random_state=1).to_numpy()
    changed.loc[future, "quantity"] = 99
    other = latest_split(Interactions.from_frame(changed), horizon_days=28)
    assert_frame_equal(
        clone(model).fit(split.train).recommend(MEMBERS, 10),
        model.fit(other.train).recommend(MEMBERS, 10),
    )


def test_nothing_to_learn_from_is_refused(model, mall):
    with pytest.raises(InvalidFrame, match="no interaction to learn from"):
        model.fit(Interactions.from_frame(mall.head(0)))
