"""`pointmart evaluate policy`: what impressions say of policies."""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.evaluate.output import make_console, require_folder


def policy(
    impressions: Annotated[
        Path,
        typer.Option(
            help="Parquet or CSV: request_id, member_id, item_id, propensity, reward[, position, policy]."
        ),
    ],
    target: Annotated[
        Path | None,
        typer.Option(
            help="Parquet or CSV: member_id, item_id[, position], probability. Without it the policies of the file "
            "are compared with each other."
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="The folder for policy.json.")] = None,
    clip: Annotated[
        float | None, typer.Option(min=1.0, help="Also cut weights at this: less noise, a low estimate.")
    ] = None,
    control: Annotated[
        str | None, typer.Option(help="The policy that others are compared with; popularity if left out.")
    ] = None,
    minimal_effect: Annotated[
        float, typer.Option(min=0.001, max=10.0, help="The smallest relative lift that matters.")
    ] = 0.05,
    seed: Annotated[int, typer.Option(min=0, max=2**32 - 1, help="Of the resamples.")] = 0,
) -> None:
    """Estimate what another policy would have earned, or read out the policies that were live."""
    if out is not None:
        require_folder(out)
    # scipy takes seconds to import; other commands need not wait for it.
    from orchestration.cli.evaluate import policy_report
    from orchestration.cli.evaluate.document import write
    from orchestration.cli.evaluate.impressions import read_impressions, read_target
    from orchestration.cli.evaluate.policy import compare, value_of

    console = make_console()
    shown = read_impressions(impressions)
    asked = {"impressions_file": shown.file, "seed": seed}
    if target is None:
        comparison = compare(shown, control=control, minimal_effect=minimal_effect)
        policy_report.show_comparison(comparison, console)
        document = asked | policy_report.document_of_comparison(comparison)
    else:
        aim = read_target(target, shown)
        value = value_of(aim, clip=clip, seed=seed)
        policy_report.show_value(value, aim, console)
        document = asked | {"clip": clip} | policy_report.document_of_value(value, aim)
    if out is not None:
        write(document, out / "policy.json")
        console.print(f"All figures are in {out / 'policy.json'}.", highlight=False, soft_wrap=True)
