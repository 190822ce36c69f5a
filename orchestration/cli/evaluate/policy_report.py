"""What was found about policies, as a person reads it and as a file keeps it."""

from dataclasses import asdict
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from orchestration.cli.evaluate.document import plain_figures
from orchestration.cli.evaluate.impressions import Target
from orchestration.cli.evaluate.policy import Comparison
from recommender.bootstrap import Estimate
from recommender.off_policy import PolicyValue

# Fewer requests than these, in effect, and an interval says little.
_FEW_REQUESTS = 30


def document_of_value(value: PolicyValue, target: Target) -> dict[str, Any]:
    """Return the estimates as they are written; NaN is null."""
    return plain_figures(
        {
            "target_file": target.file,
            "members_without_target": target.members_without,
            **asdict(value),
            "notes": _notes(value, target),
        }
    )


def document_of_comparison(comparison: Comparison) -> dict[str, Any]:
    """Return the readouts as they are written; NaN is null."""
    return plain_figures(
        {
            "control": comparison.control,
            "members_of_several_policies": comparison.mixed,
            "readouts": {
                name: asdict(readout) | {"is_split_broken": readout.is_split_broken}
                for name, readout in comparison.readouts.items()
            },
        }
    )


def show_value(value: PolicyValue, target: Target, console: Console) -> None:
    """Print the estimates and how far they can be trusted."""
    table = Table(box=box.SIMPLE_HEAD)
    table.add_column("reward per request", no_wrap=True)
    table.add_column("value", justify="right")
    table.add_column("95 %", justify="right")
    rows = {"as logged": value.logged, "target, IPS": value.ips, "target, IPS clipped": value.clipped}
    for name, interval in (rows | {"target, SNIPS": value.snips}).items():
        if interval is not None:
            table.add_row(name, f"{interval.value:.4g}", _range(interval))
    console.print(table)
    console.print(
        f"{value.requests:,} requests with {value.impressions:,} impressions count as {value.effective_requests:,.0f} requests "
        f"of the target's own; the largest weight is {value.largest_weight:,.1f}. {value.outside_share:.1%} of the target's "
        "probability lies outside what the log shows.",
        highlight=False,
    )
    for note in _notes(value, target):
        console.print(note, highlight=False)


def show_comparison(comparison: Comparison, console: Console) -> None:
    """Print each policy against the control."""
    table = Table(
        title=f"Rewards per member against {comparison.control}", title_justify="left", box=box.SIMPLE_HEAD
    )
    table.add_column("policy", no_wrap=True)
    for heading in ("members", "mean", "difference", "lift", "p", "members needed per arm"):
        table.add_column(heading, justify="right")
    first = next(iter(comparison.readouts.values())).control
    table.add_row(comparison.control, f"{first.members:,}", f"{first.mean:.4g}", "", "", "", "")
    for name, readout in comparison.readouts.items():
        table.add_row(
            name,
            f"{readout.treated.members:,}",
            f"{readout.treated.mean:.4g}",
            f"{readout.difference:+.4g} [dim]{readout.difference_low:+.4g}, {readout.difference_high:+.4g}[/]",
            f"{readout.lift:+.1%} [dim]{readout.lift_low:+.1%}, {readout.lift_high:+.1%}[/]",
            f"{readout.p:.2g}",
            "–" if readout.required_members is None else f"{readout.required_members:,}",
        )
    console.print(table)
    for name, readout in comparison.readouts.items():
        if readout.is_split_broken:
            console.print(
                f"{comparison.control} and {name} were not split evenly (p = {readout.ratio_p:.1g}): something decides "
                "who is counted, so do not believe their difference.",
                highlight=False,
            )
    if comparison.mixed:
        console.print(
            f"{comparison.mixed:,} members saw more than one policy and are left out.", highlight=False
        )


def _notes(value: PolicyValue, target: Target) -> list[str]:
    """Return in sentences what speaks against the estimates."""
    notes = []
    if value.is_too_likely:
        notes.append(
            f"The weights sum to {value.covered.value:.2f} times the target's probability, and to more than once for sure: "
            "the propensities are smaller than the true ones, so do not believe the estimates."
        )
    if value.is_uncovered:
        notes.append(
            f"The weights cover {value.covered.value:.1%} of the target's probability: the log never shows the rest, or "
            "the propensities are larger than the true ones. IPS counts the rest as earning nothing, SNIPS as earning alike."
        )
    if value.effective_requests < _FEW_REQUESTS:
        notes.append(
            f"So few requests in effect ({value.effective_requests:.1f}) tell next to nothing: log a policy that is "
            "closer to the target."
        )
    if target.members_without:
        notes.append(
            f"The target tells nothing of {target.members_without:,} members; their impressions are left out."
        )
    return notes


def _range(estimate: Estimate) -> str:
    return f"{estimate.low:.4g}, {estimate.high:.4g}"
