"""`pointmart tenant` and `pointmart login`: who may use the mall."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import asyncpg
import typer

from orchestration.cli.database import database
from orchestration.refusal import Refusal
from orchestration.settings import PipelineSettings
from transactional.access.operations import issue_key
from transactional.problems import Problem
from transactional.sessions.operations import create_login
from transactional.tenants.operations import NewTenant, create_tenant, find_tenant

tenant_app = typer.Typer(no_args_is_help=True, help="Create tenants and their API keys.")
login_app = typer.Typer(no_args_is_help=True, help="Let people log in to the screens.")


class TenantRefused(Refusal):
    """The tenant cannot be created, or does not exist."""


class LoginRefused(Refusal):
    """The login cannot be created."""


class Industry(StrEnum):
    """What kind of enterprise a tenant is."""

    BANK = "bank"
    AIRLINE = "airline"
    RETAIL = "retail"
    ECOMMERCE = "ecommerce"
    EMPLOYEE_BENEFIT = "employee_benefit"


class Role(StrEnum):
    """A person's part; the session carries it to the screens."""

    ENTERPRISE_VIEWER = "enterprise_viewer"
    ENTERPRISE_ADMIN = "enterprise_admin"
    PLANNER = "planner"


Code = Annotated[str, typer.Argument(help="The enterprise code: lower-case letters, digits, - and _.")]


@tenant_app.command("create")
def create(
    code: Code,
    name: Annotated[str, typer.Option(help="The enterprise's name.")],
    industry: Annotated[Industry, typer.Option()],
    lot_validity_months: Annotated[
        int | None,
        typer.Option(min=1, max=120, help="Points expire after so many months; never if left out."),
    ] = None,
) -> None:
    """Create a tenant and print its API key, which is shown only this once."""

    async def work(connection: asyncpg.Connection) -> str:
        try:
            tenant_id = await create_tenant(
                connection, NewTenant(code, name, industry.value, lot_validity_months)
            )
        except asyncpg.UniqueViolationError as error:
            raise TenantRefused(f"the enterprise code {code} is taken; choose another one") from error
        except asyncpg.CheckViolationError as error:
            raise TenantRefused(
                "the enterprise code must begin with a lower-case letter and have 2 to 40 letters, digits, - or _, "
                "and the name 1 to 200 characters"
            ) from error
        return await issue_key(connection, tenant_id=tenant_id, label="first")

    typer.echo(_with_connection(work))


@tenant_app.command("key")
def key(code: Code, label: Annotated[str, typer.Option(help="What the key is for.")] = "further") -> None:
    """Print a further API key of a tenant, which is shown only this once."""

    async def work(connection: asyncpg.Connection) -> str:
        return await issue_key(
            connection, tenant_id=await _tenant(connection, code), label=label[:100] or "key"
        )

    typer.echo(_with_connection(work))


@login_app.command("create")
def create_person(
    code: Code,
    username: str,
    role: Annotated[Role, typer.Option()] = Role.ENTERPRISE_VIEWER,
    password: Annotated[
        str,
        typer.Option(prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for if left out."),
    ] = "",
) -> None:
    """Let a person of a tenant log in to the screens."""

    async def work(connection: asyncpg.Connection) -> str:
        tenant_id = await _tenant(connection, code)
        try:
            await create_login(
                connection, tenant_id=tenant_id, username=username, password=password, role=role.value
            )
        except Problem as problem:
            raise LoginRefused(problem.detail) from problem
        return f"{username} of {code} can log in now."

    typer.echo(_with_connection(work))


async def _tenant(connection: asyncpg.Connection, code: str) -> UUID:
    tenant_id = await find_tenant(connection, code)
    if tenant_id is None:
        raise TenantRefused(
            f"there is no tenant with the code {code}; create it with `pointmart tenant create`"
        )
    return tenant_id


def _with_connection(work: Callable[[asyncpg.Connection], Awaitable[str]]) -> str:
    """Run work on the owner's connection; no route can do what these commands do."""

    async def connected(url: str) -> str:
        connection = await asyncpg.connect(url)
        try:
            return await work(connection)
        finally:
            await connection.close()

    settings = PipelineSettings()
    with database(settings.data_dir, settings.database_url) as url:
        return asyncio.run(connected(url))
