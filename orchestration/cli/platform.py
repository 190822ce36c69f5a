"""`pointmart platform`: keys by which the platform's own people and programs read of all tenants."""

from enum import StrEnum
from typing import Annotated

import typer

from orchestration.cli.database import database
from orchestration.cli.platform_key import new_platform_key
from orchestration.settings import PipelineSettings

app = typer.Typer(no_args_is_help=True, help="What is for the platform's own people, over all tenants.")


class Purpose(StrEnum):
    """What a key of the platform's own people is for."""

    READ = "read"
    OPERATE = "operate"
    PERSONS = "persons"


@app.command()
def key(
    label: Annotated[str, typer.Option(help="What the key is for.")] = "reading",
    scope: Annotated[
        Purpose,
        typer.Option(
            help="read serving's /v1/platform, operate the transactional API's /v1/platform, or read persons' balances "
            "for an app of the platform's own."
        ),
    ] = Purpose.READ,
) -> None:
    """Print a new key for reading of all tenants or for operating the mall, which is shown only this once."""
    settings = PipelineSettings()
    with database(settings.folder.root, settings.database_url) as url:
        typer.echo(new_platform_key(url, scope=scope.value, label=label))
