"""Entry point: collects the commands."""

import typer

from orchestration.cli import (
    catalogue,
    demo,
    docs,
    draws,
    exchange,
    ledger,
    pipeline,
    platform,
    release,
    replay,
    report,
    sandbox,
    serve,
    simulate,
    tenants,
    up,
    what_if,
)
from orchestration.cli.acceptance import command as acceptance
from orchestration.cli.bench import command as bench
from orchestration.cli.boundary import guarded
from orchestration.cli.evaluate import command as evaluate
from orchestration.cli.evaluate.policy_command import policy
from orchestration.cli.experiment.command import world
from orchestration.cli.sentiment import command as sentiment
from orchestration.cli.stock_trial.command import stock

app = typer.Typer(
    name="pointmart",
    help="Pointmart: a points-redemption mall and the data platform behind it.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(acceptance.app, name="acceptance")
app.add_typer(catalogue.app, name="catalogue")
app.add_typer(ledger.app, name="ledger")
app.add_typer(pipeline.app, name="pipeline")
app.add_typer(platform.app, name="platform")
app.add_typer(release.app, name="release")
app.add_typer(replay.app, name="replay")
app.add_typer(report.app, name="report")
app.add_typer(bench.app, name="bench")
app.add_typer(evaluate.app, name="evaluate")
evaluate.app.command("policy")(policy)
evaluate.app.command("world")(world)
evaluate.app.command("stock")(stock)
app.add_typer(draws.draw_app, name="draw")
app.add_typer(exchange.app, name="exchange")
app.add_typer(tenants.tenant_app, name="tenant")
app.add_typer(tenants.login_app, name="login")
app.add_typer(sandbox.app, name="sandbox")
app.add_typer(sentiment.app, name="sentiment")
app.command("simulate")(simulate.simulate)
app.command("serve")(serve.serve)
app.command("up")(up.up)
app.command("demo")(demo.demo)
app.command("docs")(docs.docs)
app.command("what-if")(what_if.what_if)


def run() -> None:
    """Run the command line."""
    guarded(app)
