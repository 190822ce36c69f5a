"""`pointmart evaluate ranking` from files to files, on a small mall with three tastes."""

import json

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from orchestration.cli.main import app

N_MEMBERS, N_ITEMS = 30, 24
CUTOFF = "2025-02-20"


def small_mall():
    """Members with numbers for ids, who mostly take the items of their taste, over 63 days."""
    generator = np.random.default_rng(11)
    member = generator.integers(0, N_MEMBERS, 1_200)
    liked = member % 3 * (N_ITEMS // 3) + generator.integers(0, N_ITEMS // 3, len(member))
    item = np.where(generator.random(len(member)) < 0.8, liked, generator.integers(0, N_ITEMS, len(member)))
    seconds = generator.integers(0, 63 * 86_400, len(member))
    return pd.DataFrame(
        {
            "member_id": member + 100,
            "item_id": item,
            "occurred_at": pd.Timestamp("2025-01-01") + pd.to_timedelta(seconds, "s"),
            "quantity": generator.integers(0, 4, len(member)),
            "unit_price": np.round(generator.random(len(member)) * 20, 2),
        }
    )


ITEMS = pd.DataFrame({"item_id": range(N_ITEMS), "category": [f"c{code // 8}" for code in range(N_ITEMS)]})


def evaluate(interactions, out, *options, cutoff=CUTOFF, items=None):
    """Run the command; a refusal comes out as its exception."""
    arguments = ["evaluate", "ranking", "--interactions", str(interactions), "--out", str(out), *options]
    if cutoff:
        arguments += ["--cutoff", cutoff, "--horizon-days", "7"]
    if items:
        arguments += ["--items", str(items)]
    return CliRunner().invoke(app, arguments)


def read(out):
    return json.loads((out / "scores.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    small_mall().to_parquet(folder / "mall.parquet", index=False)
    small_mall().to_csv(folder / "mall.csv", index=False)
    ITEMS.to_csv(folder / "items.csv", index=False)
    return folder


@pytest.fixture(scope="module")
def evaluated(files, tmp_path_factory):
    """The results on the Parquet file, which other runs are compared with."""
    out = tmp_path_factory.mktemp("out")
    done = evaluate(files / "mall.parquet", out, items=files / "items.csv")
    assert done.exception is None, done.exception
    return out, done.output


def test_every_member_gets_a_list_in_order(evaluated):
    lists = pq.read_table(evaluated[0] / "recommendations.parquet").to_pandas()
    assert lists.columns.tolist() == ["member_id", "rank", "item_id", "score", "stage"]
    assert set(lists["member_id"]) == {str(member + 100) for member in range(N_MEMBERS)}
    by_member = lists.groupby("member_id")
    assert by_member["rank"].agg(list).map(lambda ranks: ranks == list(range(1, 21))).all()
    assert by_member["item_id"].nunique().eq(20).all()
    assert by_member["score"].agg(lambda scores: scores.is_monotonic_decreasing).all()
    assert set(lists["stage"]) <= {"personal", "neighbour", "popular"}


def test_the_scores_hold_all_models_in_both_slices(evaluated):
    scores = read(evaluated[0])
    models = {"popularity", "personal_frequency", "tifu_knn", "ease", "item_neighbours", "transitions"}
    for name in ("all", "novel"):
        found = scores["slices"][name]
        assert set(found["recipe_over_baseline_ndcg@10"]) == models
        assert set(found["scores"]) == models | {"recipe"}
        ndcg = {model: values["ndcg@10"]["value"] for model, values in found["scores"].items()}
        assert found["strongest_baseline"] == max(sorted(models), key=ndcg.__getitem__)
        for model, ratio in found["recipe_over_baseline_ndcg@10"].items():
            assert ratio["value"] == pytest.approx(ndcg["recipe"] / ndcg[model], abs=1e-4)
            assert ratio["low"] <= ratio["value"] <= ratio["high"]
        assert set(found["validation"]["values"]) == models | {"two_stage"}
        assert found["released"] in found["why"]
        assert {f"{metric}@{k}" for metric in METRICS for k in (10, 20)} == set(found["scores"]["recipe"])
        assert sum(part["members"] for part in found["segments"].values()) == found["members"]
    assert scores["data"]["first_day"] == "2025-01-01"
    assert scores["protocol"]["until_excluded"] == "2025-02-27"
    assert scores["data"]["rows"] + scores["data"]["rows_of_quantity_0_left_out"] == 1_200


METRICS = ("ndcg", "recall", "hit", "coverage", "novelty", "popularity_bias", "diversity", "affordable")


def test_the_tables_name_models_and_the_reason(evaluated):
    scores = read(evaluated[0])
    for word in ("recipe", "tifu_knn", "NDCG@10", "recall@20", "light", scores["slices"]["novel"]["why"]):
        assert word in evaluated[1]


def test_csv_and_a_second_run_give_the_same_bytes(files, evaluated, tmp_path):
    done = evaluate(files / "mall.csv", tmp_path, items=files / "items.csv")
    assert done.exception is None, done.exception
    lists = [(folder / "recommendations.parquet").read_bytes() for folder in (evaluated[0], tmp_path)]
    assert lists[0] == lists[1]
    first, second = read(evaluated[0]), read(tmp_path)
    for scores in (first, second):
        del scores["seconds"]
        del scores["data"]["interactions_file"]
    assert first == second


def test_what_comes_after_the_cutoff_changes_no_recommendation(files, evaluated, tmp_path):
    mall = small_mall()
    is_after = (mall["occurred_at"] + pd.Timedelta(hours=8)) >= CUTOFF
    generator = np.random.default_rng(1)
    for column in ("member_id", "item_id", "quantity", "unit_price"):
        mall.loc[is_after, column] = generator.permutation(mall.loc[is_after, column].to_numpy())
    mall.to_parquet(tmp_path / "mall.parquet", index=False)
    done = evaluate(tmp_path / "mall.parquet", tmp_path / "out", items=files / "items.csv")
    assert done.exception is None, done.exception
    assert read(tmp_path / "out")["slices"]["all"]["scores"] != read(evaluated[0])["slices"]["all"]["scores"]
    lists = [(folder / "recommendations.parquet").read_bytes() for folder in (evaluated[0], tmp_path / "out")]
    assert lists[0] == lists[1]


def test_the_last_item_of_each_member_can_be_the_test(files, tmp_path):
    mall = small_mall().drop(columns=["quantity", "unit_price"]).drop_duplicates(["member_id", "item_id"])
    few = pd.DataFrame(
        {"member_id": ["few"] * 3, "item_id": [0, 1, 2], "occurred_at": mall["occurred_at"].iloc[:3]}
    )
    mall = pd.concat([mall.assign(member_id=mall["member_id"].astype(str)), few])
    mall.to_csv(tmp_path / "mall.csv", index=False)
    done = evaluate(tmp_path / "mall.csv", tmp_path / "out", "--leave-last-out", "--k", "5", cutoff=None)
    assert done.exception is None, done.exception
    scores = read(tmp_path / "out")
    assert list(scores["slices"]) == ["novel"]
    assert scores["slices"]["novel"]["members"] == N_MEMBERS
    assert scores["test"]["rows"] == N_MEMBERS
    lists = pq.read_table(tmp_path / "out" / "recommendations.parquet").to_pandas()
    assert "few" in set(lists["member_id"])
    last = mall.sort_values(["occurred_at", "item_id"]).groupby("member_id")["item_id"].last()
    seen = set(zip(mall["member_id"], mall["item_id"].astype(str), strict=True))
    seen -= {(member, str(item)) for member, item in last.items() if member != "few"}
    assert not seen & set(zip(lists["member_id"], lists["item_id"], strict=True))


def test_novel_lists_hold_nothing_seen(tmp_path):
    mall = small_mall()
    mall = mall[mall["item_id"] != mall["member_id"] % N_ITEMS]
    mall.to_csv(tmp_path / "mall.csv", index=False)
    done = evaluate(tmp_path / "mall.csv", tmp_path / "out", "--novel-only", "--timezone", "UTC")
    assert done.exception is None, done.exception
    assert list(read(tmp_path / "out")["slices"]) == ["novel"]
    before = mall[(mall["occurred_at"] < CUTOFF) & (mall["quantity"] > 0)]
    seen = set(zip(before["member_id"].astype(str), before["item_id"].astype(str), strict=True))
    lists = pq.read_table(tmp_path / "out" / "recommendations.parquet").to_pandas()
    assert not seen & set(zip(lists["member_id"], lists["item_id"], strict=True))
    assert set(lists["member_id"]) == set(before["member_id"].astype(str))
