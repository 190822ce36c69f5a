"""What impressions say of a policy: of a target that was never live, or of those that were, against each other."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from orchestration.cli.evaluate.impressions import Impressions, Target
from orchestration.refusal import Refusal
from recommender.experiment import Readout, TooFewMembers, read_out
from recommender.off_policy import NoOverlap, PolicyValue, estimate_value

_USUAL_CONTROL = "popularity"


class PolicyRefused(Refusal):
    """The impressions tell nothing of what was asked."""


@dataclass(frozen=True)
class Comparison:
    """The policies of a file against one of them.

    Attributes:
        mixed: members who saw more than one policy and are left out.
        readouts: of each other policy, by name.
    """

    control: str
    mixed: int
    readouts: Mapping[str, Readout]


def value_of(target: Target, *, clip: float | None, seed: int) -> PolicyValue:
    """Estimate what a target would have earned.

    Raises:
        PolicyRefused: the log shows nothing of what the target shows.
    """
    try:
        return estimate_value(
            target.impressions, target.probability, target_mass=target.mass, clip=clip, seed=seed
        )
    except NoOverlap as error:
        raise PolicyRefused(str(error)) from error


def compare(impressions: Impressions, *, control: str | None, minimal_effect: float) -> Comparison:
    """Compare the rewards per member of the policies that were live.

    Args:
        control: the policy that others are compared with; popularity if it is there, else that of the most members.

    Raises:
        PolicyRefused: the file names no policies or only one, not this control, or has too few members of one policy.
    """
    frame = impressions.frame
    if "policy" not in frame:
        raise PolicyRefused(
            f"{impressions.file} has no column policy, so there is nothing to compare; give a --target or name policies"
        )
    names = frame.groupby("member_id")["policy"]
    is_mixed = names.nunique() > 1
    rewards = pd.DataFrame({"policy": names.first(), "reward": frame.groupby("member_id")["reward"].sum()})
    rewards = rewards[~is_mixed]
    arms = {str(name): group.to_numpy(dtype="float64") for name, group in rewards.groupby("policy")["reward"]}
    if len(arms) < 2:
        raise PolicyRefused(
            f"{impressions.file} has {len(arms)} policies that members saw alone ({int(is_mixed.sum()):,} members saw "
            "more than one); two are needed, each with members of its own"
        )
    if control is None:
        control = _USUAL_CONTROL if _USUAL_CONTROL in arms else max(sorted(arms), key=lambda n: len(arms[n]))
    if control not in arms:
        raise PolicyRefused(
            f"no member of {impressions.file} saw the policy {control} alone; there are {', '.join(arms)}"
        )
    try:
        readouts = {
            name: read_out(arms[control], values, minimal_effect=minimal_effect)
            for name, values in arms.items()
            if name != control
        }
    except TooFewMembers as error:
        raise PolicyRefused(f"{impressions.file}: {error}") from error
    return Comparison(control, int(is_mixed.sum()), readouts)
