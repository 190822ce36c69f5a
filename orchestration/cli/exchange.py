"""`pointmart exchange propose`: terms under which a tenant's points can become another's."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import asyncpg
import typer

from orchestration.cli.database import database
from orchestration.refusal import Refusal
from orchestration.settings import PipelineSettings
from transactional.exchange.agreements import NewAgreement, propose
from transactional.exchange.domain import Terms
from transactional.problems import Problem
from transactional.tenants.operations import find_tenant

app = typer.Typer(no_args_is_help=True, help="Let points of one tenant become those of another.")


class ExchangeRefused(Refusal):
    """The agreement cannot be proposed."""


@app.callback()
def _exchange() -> None:
    """Let points of one tenant become those of another."""


@app.command("propose")
def propose_agreement(
    giver: Annotated[str, typer.Argument(help="The code of the tenant whose points are given.")],
    receiver: Annotated[str, typer.Argument(help="The code of the tenant whose points are credited.")],
    rate: Annotated[str, typer.Option(help="Points given and points they buy, such as 12:1.")],
    member_daily: Annotated[int, typer.Option(min=1, max=10**9, help="Points a member may give a day.")],
    pair_daily: Annotated[int, typer.Option(min=1, max=10**12, help="Points all members may give a day.")],
    settlement: Annotated[
        int, typer.Option(min=0, max=10**6, help="Fen the giver owes for 100 points that are credited.")
    ],
    fee_bp: Annotated[
        int, typer.Option(min=0, max=9_999, help="The fee in basis points of what is given.")
    ] = 0,
) -> None:
    """Propose an agreement for a tenant, from now on; it counts once the other accepts it with its own key."""
    now = datetime.now(UTC)
    new = NewAgreement(
        terms=_terms(rate, fee_bp),
        member_daily_points=member_daily,
        pair_daily_points=pair_daily,
        settlement_fen_per_100=settlement,
        valid_from=now,
    )

    async def work(url: str) -> str:
        connection = await asyncpg.connect(url)
        try:
            tenant_id = await find_tenant(connection, giver)
            if tenant_id is None:
                raise ExchangeRefused(f"there is no tenant with the code {giver}")
            made = await propose(connection, tenant_id=tenant_id, to_code=receiver, new=new, now=now)
        except Problem as problem:
            raise ExchangeRefused(problem.detail) from problem
        finally:
            await connection.close()
        return (
            f"proposed as {made['agreement_id']}; {receiver} accepts it with "
            f"POST /v1/exchanges/agreements/{made['agreement_id']}/acceptance"
        )

    settings = PipelineSettings()
    with database(settings.data_dir, settings.database_url) as url:
        typer.echo(asyncio.run(work(url)))


def _terms(rate: str, fee_bp: int) -> Terms:
    given, colon, bought = rate.partition(":")
    if not (colon and given.isdecimal() and bought.isdecimal()):
        raise ExchangeRefused("--rate: give two whole numbers, such as 12:1")
    if not (1 <= int(given) <= 10**6 and 1 <= int(bought) <= 10**6):
        raise ExchangeRefused("--rate: both numbers lie between 1 and 1,000,000")
    return Terms(int(given), int(bought), fee_bp)
