"""`pointmart release list | show | impressions | rollback | prune`."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from orchestration.cli.release_table import print_release
from orchestration.release.impressions import Reward, write_impressions
from orchestration.release.manifest import BrokenRelease
from orchestration.release.retention import LONGEST_AFTER_ERASURE, drop_outdated, require_current
from orchestration.release.shelf import Shelf
from orchestration.settings import PipelineSettings

app = typer.Typer(name="release", help="List, show and roll back releases.", no_args_is_help=True)


@app.command("list")
def list_() -> None:
    """List the releases, newest first; the current one is marked."""
    shelf = _shelf()
    table = Table("")
    table.add_column("release", no_wrap=True)
    for heading in ("passed", "warned", "rows"):
        table.add_column(heading, justify="right")
    for release_id in shelf.release_ids():
        mark = "→" if release_id == shelf.current_id() else ""
        try:
            manifest = shelf.manifest(release_id)
        except BrokenRelease:
            table.add_row(mark, release_id, "manifest damaged")
            continue
        rows = sum(content.rows for content in manifest.tables.values())
        table.add_row(
            mark, release_id, str(manifest.checks["passed"]), str(manifest.checks["warned"]), f"{rows:,}"
        )  # fmt: skip
    Console().print(table if table.row_count else "no release yet; run `pointmart pipeline run`")


@app.command()
def show(
    release_id: str = typer.Argument("", help="The release; by default the current one."),
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole manifest instead.")] = False,
) -> None:
    """Show where a release stands, and the cards of its models."""
    shelf = _shelf()
    manifest = shelf.manifest(release_id or shelf.current_id() or "current")
    if as_json:
        typer.echo(json.dumps(asdict(manifest), indent=2, ensure_ascii=False, default=str))
    else:
        print_release(Console(), manifest, shelf.releases / manifest.release_id)


@app.command()
def impressions(
    tenant: Annotated[str, typer.Option(help="Code of the tenant.")],
    out: Annotated[Path, typer.Option(help="The Parquet file to write.", dir_okay=False)],
    reward: Annotated[
        Reward, typer.Option(help="What is worth 1: a redemption within seven days, or a click.")
    ] = "redeemed",
) -> None:
    """Write what a tenant's members were shown and what came of it, for `pointmart evaluate policy`."""
    shelf = _shelf()
    release = shelf.releases / shelf.manifest(shelf.current_id() or "current").release_id
    try:
        rows = write_impressions(release, tenant, out, reward)
    except OSError as error:
        raise typer.BadParameter(f"{out} cannot be written: {error.strerror}", param_hint="--out") from error
    typer.echo(
        f"{rows:,} impressions are in {out}; judge policies with: pointmart evaluate policy --impressions {out}"
    )


@app.command()
def rollback(release_id: str = typer.Argument("", help="The release; by default the one before.")) -> None:
    """Make an older release the current one, or a newer one again; readers follow at their next look."""
    now_current = _shelf().roll_back(release_id or None)
    typer.echo(f"release {now_current} is current")


@app.command()
def prune(
    now: Annotated[
        bool,
        typer.Option(
            "--now", help="Do not wait the seven days: delete what may hold erased members at once."
        ),
    ] = False,
) -> None:
    """Delete releases that are too many, and those from before an erasure that is more than seven days ago."""
    folder = PipelineSettings().folder
    longest = timedelta(0) if now else LONGEST_AFTER_ERASURE
    moment = datetime.now(UTC)
    before = set(Shelf(folder.releases).release_ids())
    Shelf(folder.releases).prune()
    drop_outdated(folder, moment, longest)
    deleted = sorted(before - set(Shelf(folder.releases).release_ids()))
    for release_id in deleted:
        typer.echo(f"release {release_id} was deleted")
    require_current(folder, moment, longest)
    if not deleted:
        typer.echo("no release had to be deleted")


def _shelf() -> Shelf:
    return Shelf(PipelineSettings().folder.releases)
