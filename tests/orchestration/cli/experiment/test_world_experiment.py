"""`pointmart evaluate world` on a small mall: its past, its arms and what is said of them."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from typer.testing import CliRunner

from orchestration.cli.experiment.arms import run
from orchestration.cli.experiment.choice import PLACES
from orchestration.cli.experiment.mall import NEW_DAYS, Mall, in_turn
from orchestration.cli.experiment.regret import regrets, visits_of
from orchestration.cli.experiment.slates import Policy
from orchestration.cli.main import app
from orchestration.cli.world.plan import WorldPlan

PAST, DAYS, MEMBERS = 150, 14, 600
PLAN = WorldPlan(1, MEMBERS, PAST + DAYS, 3, date(2025, 8, 31))


def lived():
    mall = Mall(PLAN, 0)
    return mall, mall.live(PAST, rate_days=60, advance=lambda *_: None)


@pytest.fixture(scope="module")
def world():
    return lived()


def test_the_past_is_of_members_who_could_pay(world):
    mall, past = world
    frame = past.interactions
    assert 300 < len(frame) < 3 * MEMBERS
    assert (mall.points.balance >= 0).all()
    assert frame["occurred_at"].dt.tz_convert("Asia/Shanghai").dt.date.max() <= date(2025, 8, 31)
    # Some visits lead to nothing, and so do the wishes of those who can afford nothing.
    assert 0.2 < past.rate < 0.6
    assert lived()[1].interactions.equals(frame)


def test_members_take_what_they_like(world):
    mall, past = world
    member = past.interactions["member_id"].str.slice(1).astype(int).to_numpy()
    item = past.interactions["item_id"].str.slice(1).astype(int).to_numpy()
    liking = mall.members.tastes[member, mall.catalogue.category[item]]
    assert liking.mean() > 3 * mall.members.tastes.mean()


def test_something_is_new_until_the_last_day():
    mall = Mall(WorldPlan(1, 200, 1_000, 3, date(2025, 8, 31)), 0)
    counts = [mall.is_new(day).sum() for day in range(NEW_DAYS, 1_000)]
    assert np.mean(counts) == pytest.approx(0.12 * 240 * NEW_DAYS / 1_000, rel=0.35)
    assert max(counts[-60:]) > 0
    assert not mall.is_new(0).any()


def test_nobody_comes_twice_in_a_turn():
    turns = [turn.tolist() for turn in in_turn(np.array([4, 1, 4, 4, 2, 1]))]
    assert turns == [[0, 1, 4], [2, 5], [3]]
    assert list(in_turn(np.array([], dtype=np.int64))) == []


def test_arms_share_all_honest_members_evenly_and_alike_policies_do_alike():
    mall, _ = lived()
    ranking = np.broadcast_to(np.argsort(-mall.catalogue.appeal), (MEMBERS, len(mall.catalogue)))
    arms = run(
        mall, [Policy("a", ranking), Policy("b", ranking)], 0.05, days=range(PAST, PAST + DAYS),
        rng=np.random.default_rng(1), advance=lambda *_: None,
    )  # fmt: skip
    assert len(arms[0].members) - len(arms[1].members) in (0, 1)
    together = np.concatenate([arm.members for arm in arms])
    assert sorted(together) == np.flatnonzero(mall.is_here(PAST)).tolist()
    assert (mall.points.balance >= 0).all()
    for arm in arms:
        assert 0 < arm.redemptions.sum() <= arm.visits
        assert (arm.points[arm.redemptions > 0] >= mall.catalogue.price.min()).all()
        assert (arm.points[arm.redemptions == 0] == 0).all()
    rates = [arm.redemptions.sum() / arm.visits for arm in arms]
    assert rates[0] == pytest.approx(rates[1], abs=0.12)


def test_what_is_new_is_shown_by_exploration_alone_when_the_ranking_does_not_know_it():
    mall, _ = lived()
    cheapest = np.argsort(mall.catalogue.price)[:3]
    listed_from = np.where(np.isin(np.arange(len(mall.catalogue)), cheapest), PAST - 1, 0)
    mall.catalogue = replace(mall.catalogue, listed_from=listed_from)
    last = np.argsort(np.isin(np.arange(len(mall.catalogue)), cheapest), kind="stable")
    ranking = np.broadcast_to(last, (MEMBERS, len(last)))
    plain, exploring = run(
        mall, [Policy("plain", ranking), Policy("exploring", ranking, explores=True)], 0.05,
        days=range(PAST, PAST + DAYS), rng=np.random.default_rng(1), advance=lambda *_: None,
    )  # fmt: skip
    # Who can have fewer than ten other items is shown the new ones after them.
    assert plain.new_impressions < 0.03 * plain.impressions
    assert exploring.new_impressions / exploring.impressions == pytest.approx(0.1, abs=0.03)
    assert exploring.new_redemptions > plain.new_redemptions
    # Three of the cheapest of some two hundred items.
    assert all(0.003 < arm.new_appeal / arm.visits < 0.15 for arm in (plain, exploring))


def test_who_ranks_by_the_true_tastes_has_no_regret(world):
    mall, _ = world
    rng = np.random.default_rng(2)
    visits = visits_of(mall, PAST, 400, rng)
    worth = mall.members.tastes[:, mall.catalogue.category] * visits.weights
    alike = np.broadcast_to(np.argsort(-visits.weights), worth.shape)
    policies = [Policy("knowing", np.argsort(-worth, axis=1)), Policy("alike", alike)]
    found = {regret.policy: regret for regret in regrets(mall, policies, visits, 0.05, rng)}
    assert found["knowing"].value == pytest.approx(0.0, abs=1e-12)
    assert found["knowing"].redemptions == pytest.approx(found["best"].redemptions)
    assert found["random"].value > found["alike"].value > 0.05
    assert found["random"].redemptions < found["alike"].redemptions < found["best"].redemptions
    first = np.argsort(-visits.weights)[:PLACES]
    balance = mall.points.balance[visits.member]
    can = (mall.catalogue.price[first] <= balance[:, None]).mean()
    assert found["alike"].affordable == pytest.approx(can)
    assert np.isnan(found["best"].affordable)


@pytest.fixture(scope="module")
def evaluated(tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "experiment.json"
    done = CliRunner().invoke(
        app,
        ["evaluate", "world", "--members", str(MEMBERS), "--past-days", str(PAST), "--days", str(DAYS), "--seed", "3", "--out", str(out)],
    )  # fmt: skip
    assert done.exception is None, done.exception
    return json.loads(out.read_text()), done.output


def test_every_policy_stands_between_chance_and_the_best(evaluated):
    regret = {name: found["regret"]["value"] for name, found in evaluated[0]["regret"].items()}
    policies = {"recipe", "recipe without exploration", "personal_frequency", "popularity"}
    assert set(regret) == policies | {"random", "best"}
    assert regret["best"] == 0.0
    assert all(0.0 < regret[name] < regret["random"] < 1.0 for name in policies)
    for found in evaluated[0]["regret"].values():
        assert found["regret"]["low"] <= found["regret"]["value"] <= found["regret"]["high"]
    can = {name: found["affordable_share_of_ranking@10"] for name, found in evaluated[0]["regret"].items()}
    assert all(0.0 < can[name] <= 1.0 for name in policies)
    assert can["best"] is None


def test_popularity_redeems_as_often_as_the_world(evaluated):
    model = evaluated[0]["choice_model"]
    per_visit = evaluated[0]["regret"]["popularity"]["redemptions_per_visit"]
    assert per_visit == pytest.approx(model["redemptions_per_visit_of_the_world"], abs=1e-6)


def test_the_arms_and_their_readout_agree(evaluated):
    found = evaluated[0]
    arms, readout = found["arms"], found["redemptions_per_member"]
    assert list(arms) == ["popularity", "recipe"]
    for arm, name in (("popularity", "control"), ("recipe", "treated")):
        assert readout[name]["members"] == arms[arm]["members"]
        assert readout[name]["mean"] == pytest.approx(arms[arm]["redemptions"] / arms[arm]["members"])
    assert readout["lift"] == pytest.approx(readout["treated"]["mean"] / readout["control"]["mean"] - 1)
    assert found["asked"]["is_reached"] == (readout["lift"] >= 0.15)
    assert not readout["is_split_broken"]
    for words in ("Two arms", "Against the true tastes", "personal_frequency", "have", "of the true appeal"):
        assert words in evaluated[1]
