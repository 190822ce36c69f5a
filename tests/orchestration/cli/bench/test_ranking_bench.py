"""The measurement of the ranking at a size that says nothing about speed: the mall is as asked, every list is there."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from orchestration.cli.bench.command import app
from orchestration.cli.bench.ranking import Plan, made_up

PLAN = Plan(members=600, items=500, interactions=30_000)


def test_the_mall_has_tastes_and_a_long_tail_and_follows_its_seed():
    frame = made_up(PLAN)
    assert len(frame) == pytest.approx(PLAN.interactions, rel=0.05)
    by_item = frame["item_id"].cat.codes.value_counts()
    assert by_item.iloc[:50].sum() > 0.3 * len(frame)
    assert frame["member_id"].cat.codes.value_counts().max() < 800
    assert frame.equals(made_up(PLAN))
    # Members of a taste take the same items more often than two members by chance.
    taken = np.zeros((600, 500))
    np.add.at(taken, (frame["member_id"].cat.codes, frame["item_id"].cat.codes), 1)
    unit = taken / np.linalg.norm(taken, axis=1, keepdims=True).clip(1e-9)
    alike = np.sort((unit @ unit.T)[~np.eye(600, dtype=bool)])
    assert alike[-6_000:].mean() > 2 * alike.mean()


@pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
def test_a_tiny_run_writes_a_list_for_every_member_and_its_figures(tmp_path):
    out = tmp_path / "ranking.json"
    sizes = ["--members", "600", "--items", "500", "--interactions", "30000"]
    done = CliRunner().invoke(app, ["ranking", *sizes, "--out", str(out)])
    assert done.exit_code == 0, done.output
    figures = json.loads(out.read_text())
    lists = [pq.read_table(tmp_path / f"lists-{number}.parquet").to_pandas() for number in range(2)]
    lengths = [part.groupby("member_id").size() for part in lists]
    assert sum(map(len, lengths)) == pytest.approx(600, abs=10)  # by chance some took nothing
    assert all((length == 50).all() for length in lengths)
    assert figures["listed"] == sum(map(len, lists))
    assert figures["train_and_lists_s"] > 0
    assert 0 < figures["peak_gb"] < 4
    assert set(figures["steps"]) == {
        "make up the mall", "read the interactions", "choose and learn", "write the lists",
    }  # fmt: skip
    assert figures["released"].keys() == {"all", "novel"}
