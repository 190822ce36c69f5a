"""`pointmart catalogue categories`: what people call the categories of goods, from a file."""

import asyncio
from pathlib import Path
from typing import Annotated

import asyncpg
import typer

from orchestration.cli.database import database
from orchestration.cli.evaluate.table import Table, read_table
from orchestration.settings import PipelineSettings
from transactional.catalogue.categories import CategoryName, name_categories

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
