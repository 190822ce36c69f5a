"""Which model may be released: a candidate that loses to its strongest baseline may not."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GateDecision:
    """What was compared on the validation window, and which model is released for it."""

    metric: str
    candidate: str
    candidate_value: float
    strongest_baseline: str
    baseline_value: float
    released: str
    reason: str

    @property
    def passed(self) -> bool:
        """Whether the candidate itself is released."""
        return self.released == self.candidate


def decide_release(
    *,
    metric: str,
    candidate: str,
    values: Mapping[str, float],
    higher_is_better: bool,
) -> GateDecision:
    """Release the candidate unless a baseline is strictly better by the validation metric.

    `values` holds the metric of the candidate and of every baseline, all finite.

    Raises:
        ValueError: the candidate or any baseline is missing.
    """
    baselines = {name: value for name, value in values.items() if name != candidate}
    if candidate not in values or not baselines:
        raise ValueError("A gate needs the value of the candidate and of at least one baseline.")
    sign = 1.0 if higher_is_better else -1.0
    strongest = strongest_of({name: sign * value for name, value in baselines.items()})
    is_worse = sign * values[candidate] < sign * baselines[strongest]
    released = strongest if is_worse else candidate
    verdict = "is worse than" if is_worse else "is not worse than"
    return GateDecision(
        metric=metric,
        candidate=candidate,
        candidate_value=values[candidate],
        strongest_baseline=strongest,
        baseline_value=baselines[strongest],
        released=released,
        reason=(
            f"On the validation window {candidate} ({metric} {values[candidate]:.4f}) {verdict} "
            f"{strongest} ({baselines[strongest]:.4f}), so {released} is released."
        ),
    )


def strongest_of(values: Mapping[str, float]) -> str:
    """Return the name of the highest value; of equals the first by name, so that a tie is decided the same every time."""
    return max(sorted(values), key=values.__getitem__)
