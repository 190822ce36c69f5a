"""Locks and reads what many batches share: stock, flash sales, what risk rules count of whole tenants.

All of it in one statement, for whoever has the first of these rows keeps others waiting, and each further round trip
would make that longer.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from transactional.database import Connection
from transactional.engine.book import Book
from transactional.engine.commands import Needs
from transactional.engine.reading import goods, sales
from transactional.engine.reading.slots import columns
from transactional.risk.recent import Recent
from transactional.risk.subjects import Subject
from transactional.risk.velocity import VELOCITY, lock_velocity

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Part:
    """Rows of a table that are locked by key.

    Attributes:
        key: names and SQL types of the key, such as `tenant_id uuid, item_id uuid`.
        sql: selects the row of the key `wanted` and names the table to lock last, as `s`.
        wanted: the keys that commands need.
        add: puts a row that was found into the book.
    """

    key: str
    sql: str
    wanted: Callable[[Needs, Book], set[Row]]
    add: Callable[[Book, Row], None]


def _tenants(needs: Needs, book: Book) -> set[Row]:
    return {
        (a.tenant_id, "tenant", a.tenant_id.bytes)
        for a in needs.attempts
        if (rules := book.risk.books.get(a.tenant_id)) is not None and "tenant" in rules.kept_seconds
    }


def _add_tenant(book: Book, row: Row) -> None:
    tenant_id, dimension, subject, recent = row
    book.risk.recents[tenant_id, dimension, subject] = Recent(recent)


# In the order in which they are locked.
_PARTS = (
    Part("tenant_id uuid, item_id uuid", goods.STOCK, lambda needs, _: set(needs.items), goods.add_stock),
    Part("tenant_id uuid, sale_id uuid", sales.SALE, lambda needs, _: set(needs.sales), sales.add_sale),
    Part("tenant_id uuid, dimension text, subject bytea", VELOCITY, _tenants, _add_tenant),
)


async def read_shared(connection: Connection, needs: Needs, book: Book, *, lock: bool) -> None:
    """Lock and read what the commands share with those of other batches; `book.risk` has its rules already."""
    chosen: list[Part] = []
    values: list[list[Any]] = []
    for part in _PARTS:
        if wanted := part.wanted(needs, book):
            chosen.append(part)
            values += columns(sorted(wanted))
    if not chosen:
        return
    for number, row in await connection.fetch(_statement(tuple(chosen), lock), *values):
        chosen[number].add(book, row)
    await _begin_tenants(connection, needs, book, lock=lock)


async def _begin_tenants(connection: Connection, needs: Needs, book: Book, *, lock: bool) -> None:
    """Begin the counts of tenants that have none yet.

    The first batches of several tenants at once might wait for each other in a circle, which the database notices;
    they are tried again.
    """
    missing: set[Subject] = {
        (tenant_id, "tenant", subject) for tenant_id, _, subject in _tenants(needs, book)
    } - book.risk.recents.keys()
    if missing and lock:
        book.risk.recents |= await lock_velocity(connection, missing, max(a.at for a in needs.attempts))
    else:
        book.risk.recents |= {subject: Recent() for subject in missing}


@cache
def _statement(parts: tuple[Part, ...], lock: bool) -> str:
    """Return the statement. Its parts run one after the other, and each looks its keys up in their order."""
    texts, number = [], 0
    for index, part in enumerate(parts):
        names, arrays = [], []
        for column in part.key.split(", "):
            name, type_ = column.split()
            number += 1
            names.append(name)
            arrays.append(f"${number}::{type_}[]")
        texts.append(
            f"select {index} as part, found from unnest({', '.join(arrays)}) as wanted({', '.join(names)}) "
            f"cross join lateral ({part.sql} offset 0 {'for update of s' if lock else ''}) found"
        )
    return " union all ".join(texts)
