"""What came out of an experiment on a world, as a person reads it and as a file keeps it."""

import math
from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from orchestration.cli.evaluate.document import plain_figures
from orchestration.cli.experiment import choice
from orchestration.cli.experiment.arms import Arm
from orchestration.cli.experiment.mall import NEW_DAYS
from orchestration.cli.experiment.trial import Outcome, Plan
from orchestration.cli.world.presets import preset_of
from orchestration.release.build import code_version
from recommender.experiment import Readout

# What the platform asks of its recommendations: the lift over popularity.
_ASKED_LIFT = 0.15


def document_of(outcome: Outcome, plan: Plan) -> dict[str, Any]:
    """Return everything that is written; NaN is null."""
    return plain_figures(
        {
            "plan": {
                "tenant": preset_of(plan.number).code,
                "members": plan.world.members,
                "past_days": plan.past_days,
                "days": plan.days,
                "seed": plan.world.seed,
                "until": str(plan.world.until),
            },
            "code_version": code_version(),
            "choice_model": {
                "utility": "log(taste for the category × exp(appeal) × price effect × season); unaffordable: none",
                "choice": "multinomial logit among the places looked at and nothing",
                "places": choice.PLACES,
                "patience": choice.PATIENCE,
                "outside_worth": outcome.outside,
                "redemptions_per_visit_of_the_world": outcome.rate,
            },
            "redemptions_before": outcome.redemptions_before,
            "released": outcome.released,
            "arms": {arm.policy.name: _arm(arm) for arm in outcome.arms},
            "redemptions_per_member": _readout(outcome.redemptions),
            "points_per_member": _readout(outcome.points),
            "regret": {
                regret.policy: {
                    "redemptions_per_visit": regret.redemptions,
                    "regret": {"value": regret.value, "low": regret.low, "high": regret.high},
                    "affordable_share_of_ranking@10": regret.affordable,
                }
                for regret in outcome.regrets
            },
            "asked": {"lift": _ASKED_LIFT, "is_reached": outcome.redemptions.lift >= _ASKED_LIFT},
        }
    )


def show(outcome: Outcome, console: Console) -> None:
    """Print the tables and what they say."""
    console.print(_arms(outcome))
    console.print(_regrets(outcome))
    for sentence in _sentences(outcome):
        console.print(sentence, highlight=False)


def _arms(outcome: Outcome) -> Table:
    table = Table(title="Two arms", title_justify="left", box=box.SIMPLE_HEAD)
    headings = (
        "members", "visits", "redemptions", "per member", "per visit", "points per member", "new: of impressions",
        "of redemptions", "of appeal",
    )  # fmt: skip
    table.add_column("arm", no_wrap=True)
    for heading in headings:
        table.add_column(heading, justify="right")
    for arm in outcome.arms:
        figures = _arm(arm)
        table.add_row(
            arm.policy.name,
            f"{figures['members']:,}",
            f"{figures['visits']:,}",
            f"{figures['redemptions']:,}",
            f"{figures['redemptions'] / figures['members']:.3f}",
            f"{figures['redemptions'] / max(figures['visits'], 1):.3f}",
            f"{arm.points.mean():,.0f}",
            *(f"{figures[f'new_share_of_{name}']:.2%}" for name in ("impressions", "redemptions", "appeal")),
        )
    return table


def _regrets(outcome: Outcome) -> Table:
    table = Table(title="Against the true tastes", title_justify="left", box=box.SIMPLE_HEAD)
    table.add_column("policy", no_wrap=True)
    table.add_column("redemptions per visit", justify="right")
    table.add_column("regret", justify="right")
    table.add_column("affordable of its first ten", justify="right")
    for regret in outcome.regrets:
        table.add_row(
            regret.policy,
            f"{regret.redemptions:.3f}",
            f"{regret.value:.1%} [dim]{regret.low:.1%}, {regret.high:.1%}[/]",
            f"{regret.affordable:.1%}" if math.isfinite(regret.affordable) else "–",
        )
    return table


def _sentences(outcome: Outcome) -> list[str]:
    readout = outcome.redemptions
    popularity, recipe = (_arm(arm) for arm in outcome.arms)
    verdict = "reaches" if readout.lift >= _ASKED_LIFT else "misses"
    return [
        f"The recipe ({outcome.released}) changes the redemptions per member by {_lift(readout)} over popularity, "
        f"p = {readout.p:.2g}: it {verdict} the {_ASKED_LIFT:.0%} that are asked for. Points per member: {_lift(outcome.points)}.",
        f"Items listed within {NEW_DAYS} days have {recipe['new_share_of_appeal']:.2%} of the true appeal. The recipe's arm "
        f"gives them {recipe['new_share_of_redemptions']:.2%} of its redemptions, popularity's "
        f"{popularity['new_share_of_redemptions']:.2%}.",
        *(["The split of the arms is broken: nothing above counts."] if readout.is_split_broken else []),
    ]


def _arm(arm: Arm) -> dict[str, Any]:
    redemptions = int(arm.redemptions.sum())
    return {
        "members": len(arm.members),
        "visits": arm.visits,
        "redemptions": redemptions,
        "impressions": arm.impressions,
        "new_share_of_impressions": arm.new_impressions / max(arm.impressions, 1),
        "new_share_of_redemptions": arm.new_redemptions / max(redemptions, 1),
        "new_share_of_appeal": arm.new_appeal / max(arm.visits, 1),
    }


def _readout(readout: Readout) -> dict[str, Any]:
    return asdict(readout) | {"is_split_broken": readout.is_split_broken}


def _lift(readout: Readout) -> str:
    return f"{readout.lift:+.1%} [{readout.lift_low:+.1%}, {readout.lift_high:+.1%}]"
