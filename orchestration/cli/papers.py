"""`pointmart report invoice | settlement`: documents of a tenant's books, as they are now."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from orchestration.cli.database import database
from orchestration.refusal import Refusal
from orchestration.settings import PipelineSettings
from transactional.clock import business_date
from transactional.invoices.documents import InvoiceInFull
from transactional.invoices.queries import find_invoice
from transactional.settlement.documents import StatementInFull
from transactional.settlement.queries import find_statement

Told = dict[str, Any]


class NoPaper(Refusal):
    """The books have no such document; the sentence says so."""


def invoice_told(code: str, month: date, now: datetime) -> tuple[str, Told]:
    """Return the tenant's name and the invoice of a month, as the mall's API tells it.

    Raises:
        NoPaper: there is no such tenant, or none was issued.
    """

    async def read(connection: asyncpg.Connection, tenant_id: UUID) -> list[Told]:
        ids = await connection.fetch(
            "select invoice_id from mall.invoice where tenant_id = $1 and month = $2", tenant_id, month
        )
        today = business_date(now)
        found = [
            await find_invoice(connection, tenant_id=tenant_id, invoice_id=one["invoice_id"], today=today)
            for one in ids
        ]
        return [InvoiceInFull.model_validate(one).model_dump(mode="json") for one in found]

    name, told = _read(code, read)
    if not told:
        raise NoPaper(
            f"no invoice of {month:%Y-%m} was issued to {code}; a month is invoiced once it is over"
        )
    return name, told[0]


def statements_told(code: str, day: date) -> tuple[str, list[Told]]:
    """Return the tenant's name and its settlement statements of a day, as the mall's API tells them.

    Raises:
        NoPaper: there is no such tenant, or nothing was stated.
    """

    async def read(connection: asyncpg.Connection, tenant_id: UUID) -> list[Told]:
        ids = await connection.fetch(
            "select statement_id from mall.settlement_statement where tenant_id = $1 and day = $2 order by statement_id",
            tenant_id,
            day,
        )
        found = [
            await find_statement(connection, tenant_id=tenant_id, statement_id=one["statement_id"])
            for one in ids
        ]
        return [StatementInFull.model_validate(one).model_dump(mode="json") for one in found]

    name, told = _read(code, read)
    if not told:
        raise NoPaper(f"nothing was stated for {code} of {day}; a day is stated the night after it")
    return name, told


def _read(
    code: str, read: Callable[[asyncpg.Connection, UUID], Awaitable[list[Told]]]
) -> tuple[str, list[Told]]:
    settings = PipelineSettings()

    async def work(url: str) -> tuple[str, list[Told]]:
        connection = await asyncpg.connect(url)
        try:
            tenant = await connection.fetchrow(
                "select tenant_id, name from mall.tenant where code = $1", code
            )
            if tenant is None:
                raise NoPaper(f"no tenant has the code {code}")
            return tenant["name"], await read(connection, tenant["tenant_id"])
        finally:
            await connection.close()

    with database(settings.data_dir, settings.database_url) as url:
        return asyncio.run(work(url))
