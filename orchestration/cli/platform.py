"""`pointmart platform`: keys by which the platform's own people and programs read of all tenants."""

import asyncio
from enum import StrEnum
from typing import Annotated

import asyncpg
import typer

from orchestration.cli.database import database
from orchestration.cli.platform_key import new_platform_key
from orchestration.cli.tenants import LoginRefused
from orchestration.settings import PipelineSettings
from transactional.problems import Problem
from transactional.sessions.operations import create_login
from transactional.tenants.operations import PLATFORM_CODE, platform_tenant

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


@app.command()
def login(
    username: str,
    password: Annotated[
        str,
        typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for if left out."),
    ] = "",
) -> None:
    """Let one of the platform's own people log in to the screens; they see all tenants."""
    settings = PipelineSettings()
    with database(settings.folder.root, settings.database_url) as url:
        asyncio.run(_let_in(url, username, password))
    typer.echo(f"{username} of {PLATFORM_CODE} can log in now.")


async def _let_in(database_url: str, username: str, password: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        async with connection.transaction():
            tenant_id = await platform_tenant(connection)
            await create_login(
                connection, tenant_id=tenant_id, username=username, password=password, role="platform_admin"
            )
    except asyncpg.UniqueViolationError as error:
        raise LoginRefused(f"an enterprise has the code {PLATFORM_CODE}; the platform needs it") from error
    except Problem as problem:
        raise LoginRefused(problem.detail) from problem
    finally:
        await connection.close()
