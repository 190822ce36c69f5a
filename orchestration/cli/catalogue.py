"""`pointmart catalogue`: brands, items and what people call the categories of goods, from files."""

import asyncio
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from orchestration.cli.catalogue_files import Told, take_brands, take_items
from orchestration.cli.database import database
from orchestration.cli.evaluate.table import Table, read_table
from orchestration.settings import PipelineSettings
from transactional.catalogue.categories import CategoryName, name_categories
from transactional.catalogue.documents import BrandRow, ItemRow
from transactional.csv_rows import template_of


class FileKind(StrEnum):
    """What a file of the catalogue holds."""

    BRANDS = "brands"
    ITEMS = "items"


class HeaderLanguage(StrEnum):
    """The language of a header."""

    ZH = "zh"
    EN = "en"


app = typer.Typer(no_args_is_help=True, help="The goods of the platform.")

_COLUMNS = ("category", "name_zh", "name_en")
# What the database keeps of each.
_MOST_CHARACTERS = {"category": 200, "name_zh": 100, "name_en": 100}


@app.command()
def categories(
    file: Annotated[
        Path, typer.Argument(help="CSV or Parquet: category (the code items bear), name_zh, name_en.")
    ],
) -> None:
    """Name categories, or name them anew: all rows of the file, or none if one of them is wrong."""
    names = _names(read_table(file, required=_COLUMNS, optional=()))
    settings = PipelineSettings()
    with database(settings.folder.root, settings.database_url) as url:
        changed = asyncio.run(_write(url, names))
    typer.echo(f"{changed} of {len(names)} categories have a new name; the next release shows them.")


@app.command()
def brands(
    file: Annotated[Path, typer.Argument(help="CSV or Excel: code, name_zh, name_en, is_known.")],
    dry_run: Annotated[bool, typer.Option(help="Check everything, but change nothing.")] = False,
) -> None:
    """Add brands and change those that are there: all rows of the file, or none if one of them is wrong."""
    _tell("brands", take_brands(file, dry_run=dry_run), dry_run)


@app.command()
def items(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV or Excel: code, name, category, kind, class, and if wanted brand, image_urls, compliance_flags, "
            "listing_priority, storage_units; `template items` writes one."
        ),
    ],
    dry_run: Annotated[bool, typer.Option(help="Check everything, but change nothing.")] = False,
) -> None:
    """Add items and change those that are there: all rows of the file, or none if one of them is wrong."""
    _tell("items", take_items(file, dry_run=dry_run), dry_run)


@app.command()
def template(
    kind: Annotated[FileKind, typer.Argument(help="What the file is to hold.")],
    language: Annotated[
        HeaderLanguage, typer.Option(help="Of the header; an import takes either.")
    ] = HeaderLanguage.ZH,
) -> None:
    """Write a CSV file to fill in to the standard output."""
    row = BrandRow if kind is FileKind.BRANDS else ItemRow
    typer.echo(template_of(row, kind, language.value).body, nl=False)


def _tell(what: str, told: Told, dry_run: bool) -> None:
    made = told.made
    unchanged = told.rows - made.added - made.changed
    would = "would be " if dry_run else ""
    typer.echo(f"{made.added} {what} {would}added, {made.changed} {would}changed, {unchanged} as they were.")


def _names(table: Table) -> list[CategoryName]:
    columns = {
        name: [str(text or "").strip() for text in table.columns[name].to_pylist()] for name in _COLUMNS
    }
    first_row: dict[str, int] = {}
    for row in range(table.n_rows):
        for name in _COLUMNS:
            text = columns[name][row]
            if not 0 < len(text) <= _MOST_CHARACTERS[name]:
                table.refuse(name, row, f"it must have 1 to {_MOST_CHARACTERS[name]} characters")
            if "\0" in text:
                table.refuse(name, row, "it has a character that is no text")
        before = first_row.setdefault(columns["category"][row], row)
        if before != row:
            table.refuse("category", row, f"row {before + 1} names the same category")
    return [CategoryName(*row) for row in zip(*columns.values(), strict=True)]


async def _write(url: str, names: list[CategoryName]) -> int:
    connection = await asyncpg.connect(url)
    try:
        return await name_categories(connection, names)
    finally:
        await connection.close()
