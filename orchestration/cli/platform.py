"""`pointmart platform`: keys by which the platform's own people and programs read of all tenants."""

from typing import Annotated

import typer

from orchestration.cli.database import database
from orchestration.cli.platform_key import new_platform_key
from orchestration.settings import PipelineSettings

app = typer.Typer(no_args_is_help=True, help="What is for the platform's own people, over all tenants.")


@app.command()
def key(label: Annotated[str, typer.Option(help="What the key is for.")] = "reading") -> None:
    """Print a new key for reading serving's /v1/platform, which is shown only this once."""
    settings = PipelineSettings()
    with database(settings.folder.root, settings.database_url) as url:
        typer.echo(new_platform_key(url, scope="read", label=label))
