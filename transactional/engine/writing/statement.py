"""One statement made of a part for each table that has rows to write."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from transactional.database import Connection
from transactional.engine.book import Book
from transactional.engine.unnest import names_of, unnest

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Part:
    """What is written to one table.

    Attributes:
        columns: names and SQL types of the rows' values, such as `tenant_id uuid, amount bigint`.
        sql: an insert or update that reads them from `{rows}`, an aliased `unnest`.
        rows: takes the rows out of a book.
    """

    name: str
    columns: str
    sql: str
    rows: Callable[[Book], Sequence[Row]]


async def write(connection: Connection, parts: Sequence[Part], book: Book) -> None:
    """Write the rows of all parts that have any, in one statement and one round trip."""
    chosen, values = [], []
    for part in parts:
        if rows := part.rows(book):
            chosen.append(part)
            values += [_travelling(column) for column in zip(*rows, strict=True)]
    if chosen:
        await connection.execute(_statement(tuple(chosen)), *values)


def _travelling(column: Row) -> Row:
    """Return a column as it is sent: `unnest` fills short lists up with nulls, so one without values is sent empty.

    Of a plain redemption a sixth of all values are null, and a null takes nearly as much time as a number.
    """
    return column if any(value is not None for value in column) else ()


@cache
def _statement(parts: tuple[Part, ...]) -> str:
    """Return the statement; few combinations occur, and the driver keeps each prepared."""
    texts, first = [], 1
    for part in parts:
        rows = unnest(part.columns, alias="r", first=first)
        first += len(part.columns.split(", "))
        texts.append(f"{part.name} as ({part.sql.format(rows=rows, names=names_of(part.columns))})")
    return f"with {', '.join(texts)} select 1"


def insert(table: str, columns: str, rows: Callable[[Book], Sequence[Row]]) -> Part:
    """Return the part that inserts new rows into a table of the mall."""
    sql = f"insert into mall.{table} ({{names}}) select * from {{rows}}"
    return Part(f"new_{table}", columns, sql, rows)


def update(table: str, keys: int, columns: str, rows: Callable[[Book], Sequence[Row]]) -> Part:
    """Return the part that changes rows of a table; its first `keys` columns tell which."""
    names = [column.split()[0] for column in columns.split(", ")]
    where = " and ".join(f"x.{name} = r.{name}" for name in names[:keys])
    sets = ", ".join(f"{name} = r.{name}" for name in names[keys:])
    sql = f"update mall.{table} x set {sets} from {{rows}} where {where}"
    return Part(f"changed_{table}", columns, sql, rows)
