"""Locks and reads what many batches share: stock, flash sales, campaigns, what risk rules count of whole tenants.

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
from transactional.engine.reading import campaigns, goods, sales
from transactional.engine.reading.slots import columns
from transactional.engine.unnest import unnest
from transactional.risk.recent import Recent
from transactional.risk.velocity import VELOCITY, read_velocity

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


_STOCK = Part("tenant_id uuid, item_id uuid", goods.STOCK, lambda needs, _: set(needs.items), goods.add_stock)
_SALES = Part("tenant_id uuid, sale_id uuid", sales.SALE, lambda needs, _: set(needs.sales), sales.add_sale)
_CAMPAIGNS = Part(
    "tenant_id uuid, campaign_id uuid",
    campaigns.CAMPAIGN,
    lambda needs, _: set(needs.campaigns),
    campaigns.add_campaign,
)
_TENANTS = Part("tenant_id uuid, dimension text, subject bytea", VELOCITY, _tenants, _add_tenant)
# In the order in which they are locked.
_PARTS = (_STOCK, _SALES, _CAMPAIGNS, _TENANTS)


async def read_shared(connection: Connection, needs: Needs, book: Book, *, lock: bool) -> None:
    """Lock and read what the commands share with those of other batches; `book.risk` has its rules already."""
    wanted = {part: keys for part in _PARTS if (keys := part.wanted(needs, book))}
    if not wanted:
        return
    parts = tuple(wanted)
    values = [column for keys in wanted.values() for column in columns(sorted(keys))]
    for number, row in await connection.fetch(_statement(parts, lock), *values):
        parts[number].add(book, row)
    # The first batches of several tenants at once might wait for each other in a circle here, which the database
    # notices; they are tried again.
    if new := wanted.get(_TENANTS, set()) - book.risk.recents.keys():
        latest = max(a.at for a in needs.attempts)
        book.risk.recents |= await read_velocity(connection, new, latest, lock=lock)


@cache
def _statement(parts: tuple[Part, ...], lock: bool) -> str:
    """Return the statement. Its parts run one after the other, and each looks its keys up in their order."""
    texts, first = [], 1
    for index, part in enumerate(parts):
        rows = unnest(part.key, alias="wanted", first=first)
        first += len(part.key.split(", "))
        texts.append(
            f"select {index} as part, found from {rows} "
            f"cross join lateral ({part.sql} offset 0 {'for update of s' if lock else ''}) found"
        )
    return " union all ".join(texts)
