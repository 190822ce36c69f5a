"""Entry point: collects the commands and turns refusals into one sentence and an exit code."""

import typer

from orchestration.cli import pipeline, release

app = typer.Typer(
    name="pointmart",
    help="Pointmart: a points-redemption mall and the data platform behind it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(pipeline.app, name="pipeline")
app.add_typer(release.app, name="release")


def run() -> None:
    """Run the command line."""
    app()
