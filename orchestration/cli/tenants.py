"""`pointmart tenant` and `pointmart login`: who may use the mall."""

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import asyncpg
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestration.cli.database import database
from orchestration.cli.program_options import changed, shown
from orchestration.refusal import Refusal
from orchestration.settings import PipelineSettings
from transactional.access.operations import issue_key
from transactional.problems import Problem
from transactional.sessions.domain import LinkTaken
from transactional.sessions.operations import create_login, link_login, unlink_login
from transactional.tenants.operations import NewTenant, change_program, create_tenant, find_tenant
from transactional.tenants.queries import list_tenants, program_of

tenant_app = typer.Typer(
    no_args_is_help=True, help="Create tenants, their API keys and the rules of their points."
)
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
    OPERATOR = "operator"
    RISK_ANALYST = "risk_analyst"


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


@tenant_app.command("list")
def show_all() -> None:
    """Print the tenants: code, name, industry, and since when each is live."""

    async def work(connection: asyncpg.Connection) -> str:
        table = Table("code", "name", "industry", "live since", box=None)
        for tenant in await list_tenants(connection):
            live_on = "not yet" if tenant["live_on"] is None else tenant["live_on"].isoformat()
            table.add_row(tenant["code"], escape(tenant["name"]), tenant["industry"], live_on)
        if not table.row_count:
            return "there are none yet; `pointmart tenant create` makes one"
        console = Console()
        with console.capture() as written:
            console.print(table)
        return written.get().rstrip()

    typer.echo(_with_connection(work))


@tenant_app.command("key")
def key(code: Code, label: Annotated[str, typer.Option(help="What the key is for.")] = "further") -> None:
    """Print a further API key of a tenant, which is shown only this once."""

    async def work(connection: asyncpg.Connection) -> str:
        return await issue_key(
            connection, tenant_id=await _tenant(connection, code), label=label[:100] or "key"
        )

    typer.echo(_with_connection(work))


@tenant_app.command("program")
def program(
    code: Code,
    lot_validity_months: Annotated[
        str | None, typer.Option(help="Points expire after so many months, or `never`.")
    ] = None,
    pending_days: Annotated[
        str | None, typer.Option(help="Earned points can be spent after so many days.")
    ] = None,
    expiry_rounding: Annotated[
        str | None, typer.Option(help="Round the last day up to the end of its day, month or quarter.")
    ] = None,
    return_policy: Annotated[
        str | None,
        typer.Option(
            help="What can be taken back of earned points: only_pending, within_balance or unlimited."
        ),
    ] = None,
    refund_grace_days: Annotated[
        str | None, typer.Option(help="Points refunded after their last day can be spent so many days.")
    ] = None,
    qualification: Annotated[
        str | None, typer.Option(help="Tiers count points of a calendar_year or a rolling_year.")
    ] = None,
    cash: Annotated[
        str | None,
        typer.Option(help="Points and the fen they are worth in cash, such as 100:1000, or `none`."),
    ] = None,
    cash_share: Annotated[
        str | None,
        typer.Option(help="Smallest and largest part of a price in cash in percent, such as 0:50."),
    ] = None,
    offset: Annotated[
        str | None,
        typer.Option(help="Points and the fen they are worth on a bill, such as 100:80, or `none`."),
    ] = None,
    payment_minutes: Annotated[str | None, typer.Option(help="How long a payment is waited for.")] = None,
    review_hours: Annotated[str | None, typer.Option(help="How long a review is waited for.")] = None,
    confirmation_hours: Annotated[
        str | None, typer.Option(help="How long the confirmation of a bill is waited for.")
    ] = None,
) -> None:
    """Change rules of a tenant's points and print all of them; without options, only print."""
    options = {
        "lot_validity_months": lot_validity_months,
        "pending_days": pending_days,
        "expiry_rounding": expiry_rounding,
        "return_policy": return_policy,
        "refund_grace_days": refund_grace_days,
        "qualification": qualification,
        "cash": cash,
        "cash_share": cash_share,
        "offset": offset,
        "payment_minutes": payment_minutes,
        "review_hours": review_hours,
        "confirmation_hours": confirmation_hours,
    }
    given = {name: value for name, value in options.items() if value is not None}

    async def work(connection: asyncpg.Connection) -> str:
        tenant_id = await _tenant(connection, code)
        rules = await program_of(connection, tenant_id=tenant_id)
        if given:
            rules = changed(rules, given)
            try:
                await change_program(connection, tenant_id=tenant_id, program=rules)
            except Problem as problem:
                raise TenantRefused(problem.detail) from problem
        return shown(rules)

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


@login_app.command("link")
def link_person(
    code: Code,
    username: str,
    subject: Annotated[str, typer.Option(help="The `sub` by which the identity provider knows the person.")],
    issuer: Annotated[
        str, typer.Option(envvar="POINTMART_OIDC_ISSUER", help="The provider, as it calls itself.")
    ],
) -> None:
    """Let a person who has a login use an identity provider for it too."""

    async def work(connection: asyncpg.Connection) -> str:
        tenant_id = await _tenant(connection, code)
        try:
            await link_login(
                connection, tenant_id=tenant_id, username=username, issuer=issuer, subject=subject
            )
        except LinkTaken as problem:
            raise LoginRefused(
                f"{problem.detail}; `pointmart login unlink {code} {problem.username}` takes it back"
            ) from problem
        except Problem as problem:
            raise LoginRefused(problem.detail) from problem
        return f"{username} of {code} can log in by {issuer} now."

    typer.echo(_with_connection(work))


@login_app.command("unlink")
def unlink_person(code: Code, username: str) -> None:
    """Let a person log in with their password alone; sessions that are open last until they expire."""

    async def work(connection: asyncpg.Connection) -> str:
        tenant_id = await _tenant(connection, code)
        try:
            await unlink_login(connection, tenant_id=tenant_id, username=username)
        except Problem as problem:
            raise LoginRefused(problem.detail) from problem
        return f"{username} of {code} is linked to no identity provider."

    typer.echo(_with_connection(work))


async def _tenant(connection: asyncpg.Connection, code: str) -> UUID:
    tenant_id = await find_tenant(connection, code)
    if tenant_id is None:
        raise TenantRefused(
            f"there is no tenant with the code {code}: `pointmart tenant list` tells which there are, "
            "`pointmart tenant create` makes one"
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
