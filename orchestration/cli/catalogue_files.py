"""Takes a file of brands or items as the API does: all rows or none, and every row that cannot be used is named."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import typer

from orchestration.cli.database import database
from orchestration.refusal import Refusal
from orchestration.settings import PipelineSettings
from transactional.catalogue.brands import Brand, Imported, import_brands
from transactional.catalogue.documents import BrandRow, ItemRow
from transactional.catalogue.items import Item, import_items
from transactional.csv_rows import sift_rows
from transactional.database import Connection
from transactional.problems import Problem
from transactional.row_report import RowsRefused

# There is no request to be bounded here, but a million rows of a sheet would not fit into memory.
_MOST_ROWS = 200_000


class CatalogueFileRefused(Refusal):
    """A file cannot be used; the sentences name its rows."""


@dataclass(frozen=True)
class Told:
    """What an import made of a file of so many rows."""

    rows: int
    made: Imported


def take_brands(file: Path, *, dry_run: bool) -> Told:
    """Add and change brands.

    Raises:
        CatalogueFileRefused: naming every row that cannot be used.
    """

    async def take(connection: Connection, body: bytes) -> Told:
        rows = sift_rows(body, BrandRow, most_rows=_MOST_ROWS)
        return Told(
            len(rows.rows), await import_brands(connection, rows.each(lambda row: Brand(**dict(row))))
        )

    return _take(file, take, dry_run)


def take_items(file: Path, *, dry_run: bool) -> Told:
    """Add and change items; as `take_brands`."""

    async def take(connection: Connection, body: bytes) -> Told:
        rows = sift_rows(body, ItemRow, most_rows=_MOST_ROWS)
        return Told(len(rows.rows), await import_items(connection, rows.each(lambda row: Item(**dict(row)))))

    return _take(file, take, dry_run)


def _take(file: Path, take: Callable[[Connection, bytes], Awaitable[Told]], dry_run: bool) -> Told:
    try:
        body = file.read_bytes()
    except OSError as error:
        raise CatalogueFileRefused(f"{file} cannot be opened: {error.strerror}") from error
    settings = PipelineSettings()
    with database(settings.folder.root, settings.database_url) as url:
        try:
            return asyncio.run(_in_transaction(url, body, take, dry_run))
        except RowsRefused as refused:
            for row in refused.extra["rows"]:
                column = f", {row['column']}" if row["column"] else ""
                typer.secho(f"row {row['row']}{column}: {row['problem']}", err=True)
            raise CatalogueFileRefused(f"{file}: {refused.detail}") from refused
        except Problem as problem:
            raise CatalogueFileRefused(f"{file}: {problem.detail}") from problem


async def _in_transaction(
    url: str, body: bytes, take: Callable[[Connection, bytes], Awaitable[Told]], dry_run: bool
) -> Told:
    connection = await asyncpg.connect(url)
    try:
        transaction = connection.transaction()
        await transaction.start()
        told = await take(connection, body)
        await (transaction.rollback() if dry_run else transaction.commit())
        return told
    finally:
        await connection.close()
