"""A training that goes by what an earlier one chose: no news changes nothing, and news of one member only that member's lists."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from recommender.card import Paired
from recommender.plain import plain
from recommender.ranking.interactions import Interactions
from recommender.ranking.judgement import Judgement
from recommender.ranking.kept import Former, in_order, kept_lists
from recommender.ranking.training import train_ranking
from tests.recommender.conftest import taste_mall

TODAY = date(2025, 6, 1)
ITEMS = [f"i{code:02d}" for code in range(24)]
LENGTHS = {"all": 10, "novel": 5}
TABLES = ("item_popularity", "item_neighbours", "member_items", "member_recommendations", "model_scores")


@pytest.fixture(scope="module")
def rows():
    return taste_mall(days=150)


def train(rows, former=None, *, today=TODAY, eligible=ITEMS, members=None, **options):
    return train_ranking(
        Interactions.from_frame(rows), seed=1, today=today, former=former, eligible_item_ids=eligible,
        member_ids=sorted(set(rows["member_id"]) | {"stranger"}) if members is None else members,
        list_length=LENGTHS["all"], novel_list_length=LENGTHS["novel"], **options,
    )  # fmt: skip


@pytest.fixture(scope="module")
def first(rows):
    return train(rows)


@pytest.fixture(scope="module")
def former(first):
    return Former(first.judgement, first.member_items, first.member_recommendations)


def lists(result):
    table = result.member_recommendations
    return {
        key: part[["item_id", "score", "recommendation_rank"]].to_records(index=False).tolist()
        for key, part in table.groupby(["member_id", "slice"])
    }


def with_row(rows, member_id, item_id, moment="2025-05-31 03:00"):
    new = {
        "member_id": member_id,
        "item_id": item_id,
        "occurred_at": pd.Timestamp(moment, tz="UTC"),
        "quantity": 1,
    }
    return pd.concat([rows, pd.DataFrame([new])], ignore_index=True)


def test_without_news_a_second_training_yields_the_same_tables_to_the_row(rows, first, former):
    again = train(rows.sample(frac=1, random_state=3), former, today=TODAY + timedelta(days=6))
    assert again.chosen_anew is None
    assert again.lists_kept == 61
    assert again.judgement == first.judgement
    for name in TABLES:
        assert_frame_equal(getattr(again, name), getattr(first, name))


def test_news_of_one_member_changes_the_lists_of_this_member_alone(rows, first, former):
    again = train(with_row(rows, "m007", "i00"), former)
    before, after = lists(first), lists(again)
    assert {member for member, _ in before if before[member, "all"] != after[member, "all"]} == {"m007"}
    assert {key[0] for key in before if before[key] != after[key]} == {"m007"}
    assert again.lists_kept == 60
    assert again.card.limits["lists_kept"] == 60
    assert again.card.chosen_on == TODAY


def test_what_was_given_back_is_news_too(rows, former):
    is_last = rows.index == rows[rows["member_id"] == "m007"]["occurred_at"].idxmax()
    # So few rows are gone that the choice holds.
    judgement = replace(former.judgement, data=replace(former.judgement.data, rows=len(rows) - 1))
    again = train(rows[~is_last], replace(former, judgement=judgement))
    assert again.chosen_anew is None
    assert again.lists_kept == 60


def test_a_new_member_and_one_who_was_not_listed_before_get_lists(rows, former):
    less = former.member_recommendations[former.member_recommendations["member_id"] != "m003"]
    again = train(with_row(rows, "new", "i05"), replace(former, member_recommendations=less))
    assert again.lists_kept == 60
    assert {"new", "m003"} <= {member for member, _ in lists(again)}


def test_a_delisted_item_is_in_nobodys_list_and_ranks_stay_without_gaps(rows, first, former):
    shown = first.member_recommendations.query("slice == 'all'")["item_id"].value_counts()
    gone = shown.index[0]
    again = train(rows, former, eligible=[item for item in ITEMS if item != gone])
    table = again.member_recommendations
    assert gone not in set(table["item_id"])
    assert 0 < again.lists_kept <= 61
    ranks = table.groupby(["slice", "member_id"])["recommendation_rank"].agg(["min", "max", "size"])
    assert (ranks["min"] == 1).all()
    assert (ranks["max"] == ranks["size"]).all()


def test_a_list_that_loses_more_than_a_fifth_is_made_again(first, former):
    three = lists(first)["m000", "all"][:3]
    lost = {item for item, _, _ in three}
    kept = kept_lists(
        former, first.member_items, ["m000"], list_lengths=LENGTHS,
        eligible_item_ids=[item for item in ITEMS if item not in lost],
    )  # fmt: skip
    assert kept.empty
    only_two = [item for item in ITEMS if item not in sorted(lost)[:2]]
    kept = kept_lists(
        former, first.member_items, ["m000"], list_lengths={"all": 10, "novel": 1}, eligible_item_ids=only_two
    )
    assert (kept["slice"] == "all").sum() == 8


def test_whoever_refuses_or_was_erased_has_no_rows(rows, former):
    others = [f"m{code:03d}" for code in range(60) if code != 9]
    again = train(rows, former, members=others)
    assert again.chosen_anew is None
    assert set(again.member_recommendations["member_id"]) == set(others)


def test_no_list_is_made_where_all_are_kept(rows, former, monkeypatch):
    monkeypatch.setattr(
        "recommender.ranking.recipe.Recipe.fit", lambda *_: pytest.fail("nothing was to be learnt")
    )
    assert train(rows, former).lists_kept == 61


@pytest.mark.parametrize(
    ("today", "change", "reason"),
    [
        (TODAY + timedelta(days=7), {}, "it was held on 2025-06-01"),
        (TODAY, {"seed": 2}, "the seed or the horizon is another one"),
        (TODAY, {"choice": None}, "nothing could be chosen the last time"),
        (
            TODAY,
            {"paired": {"novel": Paired("ease", 0.9, 0.8, 0.99, 60)}},
            "of novel ease was better than {novel} beyond chance",
        ),
    ],
)
def test_a_choice_that_does_not_hold_is_made_again_with_all_lists(rows, former, today, change, reason):
    again = train(rows, replace(former, judgement=replace(former.judgement, **change)), today=today)
    assert again.chosen_anew == reason.format(novel=former.judgement.released("novel"))
    assert again.lists_kept == 0
    assert again.judgement.held_on == today


def test_growth_and_loss_of_data_choose_again(rows, former):
    def outdated(changed):
        return former.judgement.outdated(
            Interactions.from_frame(changed), TODAY, choice_days=7, seed=1, horizon_days=28
        )

    later = rows.assign(occurred_at=rows["occurred_at"] + pd.Timedelta(days=160))
    assert outdated(pd.concat([rows, later.head(240)])) is None
    assert outdated(pd.concat([rows, later.head(241)])) == "there are 2,641 rows, and it was held on 2,400"
    # More came than went, but one member is gone.
    erased = pd.concat([rows[rows["member_id"] != "m009"], later.head(100)])
    assert "rows it was held on" in outdated(erased)


def test_on_request_everything_is_made_anew(rows, former):
    assert train(rows, former, choice_days=0).chosen_anew == "it was held on 2025-06-01"


def test_a_judgement_comes_back_from_json(first):
    told = json.loads(json.dumps(plain(first.judgement), allow_nan=False))
    again = Judgement.from_plain(told)
    assert plain(again) == plain(first.judgement)
    assert_frame_equal(again.model_scores(), first.judgement.model_scores())


@pytest.mark.parametrize(
    "harm",
    ["unknown model", "unknown parameter", "unknown two-stage parameter", "a field less", "no mapping"],
)
def test_a_judgement_of_another_version_is_refused(first, harm):
    told = plain(first.judgement)
    baselines = told["choice"]["baselines"]["all"]
    if harm == "unknown model":
        baselines["of old"] = {}
    elif harm == "unknown parameter":
        baselines["ease"]["of_old"] = 1
    elif harm == "unknown two-stage parameter":
        told["choice"]["two_stage"]["of_old"] = 1
    elif harm == "a field less":
        del told["test"]
    else:
        told = None
    with pytest.raises(ValueError, match=r"cannot be made|does not tell|Invalid parameter"):
        Judgement.from_plain(told)


def test_lists_are_in_the_order_of_slices_members_and_ranks(first):
    table = first.member_recommendations
    members = list(dict.fromkeys(table["member_id"]))
    assert_frame_equal(in_order(table.sample(frac=1, random_state=1), members), table)
