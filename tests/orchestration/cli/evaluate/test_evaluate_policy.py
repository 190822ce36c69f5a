"""`pointmart evaluate policy` from files to figures, and the sentences where a file cannot be used."""

import json

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from orchestration.cli.main import app

HEAD = "request_id,member_id,item_id,propensity,reward"
# Two members, two requests each; the log shows x and y evenly, x earns 2 and y 6.
LOGGED = f"{HEAD}\n1,a,x,0.5,2\n2,a,y,0.5,6\n3,b,x,0.5,2\n4,b,y,0.5,6\n"
# Member a always sees y, member b always x.
TARGET = "member_id,item_id,probability\na,y,1\nb,x,1\n"


@pytest.fixture
def file(tmp_path):
    def write(text, name):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write


def evaluate(impressions, *options, target=None):
    arguments = ["evaluate", "policy", "--impressions", str(impressions), *map(str, options)]
    if target is not None:
        arguments += ["--target", str(target)]
    return CliRunner().invoke(app, arguments)


def figures(folder):
    return json.loads((folder / "policy.json").read_text())


def sentence_of(done):
    assert done.exit_code == 1
    return str(done.exception)


def test_a_target_is_estimated_from_what_was_logged(file, tmp_path):
    done = evaluate(
        file(LOGGED, "log.csv"), "--out", tmp_path, "--clip", "1.5", target=file(TARGET, "target.csv")
    )
    assert done.exception is None, done.exception
    found = figures(tmp_path)
    # Two of four requests are the target's, each with weight 2: (2 · 6 + 2 · 2) / 4.
    assert found["logged"]["value"] == 4.0
    assert found["ips"]["value"] == 4.0
    assert found["clipped"]["value"] == 3.0
    assert found["snips"]["value"] == 4.0
    assert found["covered"]["value"] == 1.0
    assert found["largest_weight"] == 2.0
    assert found["effective_requests"] == 2.0
    assert (found["requests"], found["impressions"], found["outside_share"]) == (4, 4, 0.0)
    for words in (
        "target, IPS",
        "target, IPS clipped",
        "target, SNIPS",
        "4 requests with 4 impressions count as 2",
    ):
        assert words in done.output
    assert any("So few requests" in note for note in found["notes"])


def test_positions_are_met_and_only_places_that_were_filled_count(file, tmp_path):
    log = f"{HEAD},position\n1,a,x,0.5,1,1\n1,a,y,0.5,3,2\n2,a,y,0.5,5,1\n2,a,x,0.5,7,2\n"
    target = "member_id,item_id,position,probability\na,x,1,0.8\na,y,1,0.2\na,y,2,1\na,z,3,1\n"
    done = evaluate(file(log, "log.csv"), "--out", tmp_path, target=file(target, "target.csv"))
    assert done.exception is None, done.exception
    found = figures(tmp_path)
    assert found["ips"]["value"] == pytest.approx((1.6 * 1 + 2 * 3 + 0.4 * 5 + 0 * 7) / 2)
    assert found["covered"]["value"] == pytest.approx((1.6 + 2 + 0.4) / 4)


def test_members_that_the_target_does_not_know_are_left_out(file, tmp_path):
    target = file("member_id,item_id,probability\na,y,1\n", "target.csv")
    done = evaluate(file(LOGGED, "log.csv"), "--out", tmp_path, target=target)
    assert done.exception is None, done.exception
    assert figures(tmp_path)["requests"] == 2
    assert figures(tmp_path)["members_without_target"] == 1
    assert "The target tells nothing of 1 members" in done.output


def test_a_target_that_was_never_logged_is_refused(file):
    target = file("member_id,item_id,probability\na,z,1\nb,z,1\n", "target.csv")
    sentence = sentence_of(evaluate(file(LOGGED, "log.csv"), target=target))
    assert "none of the 4 logged impressions" in sentence


def live(n_members=600, *, mixed=0):
    """Impressions of two policies, of which the second earns half as much again."""
    rng = np.random.default_rng(3)
    policy = np.where(np.arange(n_members) % 2 == 0, "popularity", "recipe")
    frame = pd.DataFrame({"member_id": np.arange(n_members), "policy": policy})
    frame["reward"] = rng.poisson(np.where(policy == "recipe", 1.5, 1.0))
    both = frame.iloc[:mixed].assign(policy=np.where(policy[:mixed] == "recipe", "popularity", "recipe"))
    frame = pd.concat([frame, both], ignore_index=True)
    return frame.assign(request_id=[f"r{n}" for n in range(len(frame))], item_id="x", propensity=1.0)


def test_policies_that_were_live_are_read_out_per_member(tmp_path):
    live().to_parquet(tmp_path / "log.parquet")
    done = evaluate(tmp_path / "log.parquet", "--out", tmp_path)
    assert done.exception is None, done.exception
    found = figures(tmp_path)
    readout = found["readouts"]["recipe"]
    means = live().groupby("policy")["reward"].mean()
    assert found["control"] == "popularity"
    assert readout["control"]["members"] == readout["treated"]["members"] == 300
    assert readout["lift"] == pytest.approx(means["recipe"] / means["popularity"] - 1)
    assert readout["lift_low"] > 0
    assert not readout["is_split_broken"]
    assert "Rewards per member against popularity" in done.output


def test_the_control_can_be_chosen_and_members_of_both_are_left_out(tmp_path):
    live(mixed=10).to_parquet(tmp_path / "log.parquet")
    done = evaluate(tmp_path / "log.parquet", "--control", "recipe", "--out", tmp_path)
    assert done.exception is None, done.exception
    assert figures(tmp_path)["members_of_several_policies"] == 10
    assert figures(tmp_path)["readouts"]["popularity"]["lift"] < 0
    assert "10 members saw more than one policy" in done.output


def test_a_broken_split_is_told(tmp_path):
    frame = live()
    frame[(frame["policy"] == "recipe") | (frame["member_id"] < 300)].to_csv(
        tmp_path / "log.csv", index=False
    )
    assert "were not split evenly" in " ".join(evaluate(tmp_path / "log.csv").output.split())


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"{HEAD}\n1,a,x,0,2\n", "column propensity, row 1 of the data (the header is not counted): a propensity is above 0 and at most 1, not 0"),
        (f"{HEAD}\n1,a,x,1,2\n2,a,x,1.01,2\n", "column propensity, row 2 of the data (the header is not counted): a propensity is above 0 and at most 1, not 1.01"),
        (f"{HEAD}\n1,a,x,,2\n", "column propensity, row 1 of the data (the header is not counted): a number must be given"),
        (f"{HEAD}\n1,a,x,often,2\n", "row 1 of the data (the header is not counted): often is no number"),
        (f"{HEAD}\n1,a,x,1,-2\n", "column reward, row 1"),
        (f"{HEAD}\n1,a,x,1,2\n1,a,y,1,2\n", "column request_id, row 2 of the data (the header is not counted): the request has more than one impression, so the file must have a column position"),
        (f"{HEAD},position\n1,a,x,1,2,1\n1,a,y,1,2,1\n", "column position, row 2 of the data (the header is not counted): the request has this position already"),
        (f"{HEAD},position\n1,a,x,1,2,1\n1,a,x,1,2,2\n", "column item_id, row 2 of the data (the header is not counted): the request shows this item already"),
        (f"{HEAD},position\n1,a,x,1,2,1.5\n", "a position is a whole number from 1, not 1.5"),
        (f"{HEAD},position\n1,a,x,1,2,1\n1,b,y,1,2,2\n", "column member_id, row 2 of the data (the header is not counted): the request has another member_id before"),
        (f"{HEAD},policy\n1,a,x,1,2,\n", "column policy, row 1 of the data (the header is not counted): a policy must be given"),
        ("request_id,member_id,item_id,reward\n1,a,x,2\n", "has no column propensity"),
        (f"{HEAD}\n1,a,x,1,2\n", "has no column policy, so there is nothing to compare; give a --target or name policies"),
        (f"{HEAD},policy\n1,a,x,1,2,p\n2,b,x,1,2,p\n", "has 1 policies that members saw alone (0 members saw more than one)"),
        (f"{HEAD},policy\n1,a,x,1,2,p\n2,b,x,1,2,q\n", "the control arm has 1 members"),
    ],
)  # fmt: skip
def test_impressions_that_cannot_be_used(file, text, sentence):
    assert sentence in sentence_of(evaluate(file(text, "log.csv")))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("member_id,item_id,probability\na,x,1.2\n", "column probability, row 1 of the data (the header is not counted): a probability is at most 1, not 1.2"),
        ("member_id,item_id,probability\na,x,0.7\na,y,0.6\n", "row 2 of the data (the header is not counted): the member's probabilities of this position sum to 1 at most, not 1.3"),
        ("member_id,item_id,probability\na,x,0.5\na,x,0.5\n", "column item_id, row 2 of the data (the header is not counted): the member has this item there already"),
        ("member_id,item_id,probability\nc,x,1\n", "one has ids such as a, the other such as c"),
        ("member_id,item_id\na,x\n", "has no column probability"),
    ],
)  # fmt: skip
def test_targets_that_cannot_be_used(file, text, sentence):
    done = evaluate(file(LOGGED, "log.csv"), target=file(text, "target.csv"))
    assert sentence in sentence_of(done)


def test_a_target_without_positions_cannot_meet_propensities_of_positions(file):
    log = file(f"{HEAD},position\n1,a,x,0.5,1,1\n", "log.csv")
    done = evaluate(log, target=file("member_id,item_id,probability\na,x,1\n", "target.csv"))
    assert "has no column position" in sentence_of(done)


def test_a_control_that_nobody_saw_is_refused(tmp_path):
    live(20).to_parquet(tmp_path / "log.parquet")
    sentence = sentence_of(evaluate(tmp_path / "log.parquet", "--control", "random"))
    assert "saw the policy random alone; there are popularity, recipe" in sentence
