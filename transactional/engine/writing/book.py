"""Writes a batch's book."""

from transactional.database import Connection
from transactional.engine.book import Book
from transactional.engine.writing import (
    answers,
    campaigns,
    draws,
    exchanges,
    points,
    redemptions,
    risk,
    sales,
)
from transactional.engine.writing.erasures import erase
from transactional.engine.writing.statement import Part, write

PARTS: tuple[Part, ...] = (
    *points.PARTS,
    *redemptions.PARTS,
    *exchanges.PARTS,
    *risk.PARTS,
    *sales.PARTS,
    *campaigns.PARTS,
    *draws.PARTS,
    *answers.PARTS,
)


async def write_book(connection: Connection, book: Book) -> None:
    """Write what was decided, inside the caller's transaction."""
    book.note_recents()
    await write(connection, PARTS, book)
    if book.erasures:
        await erase(connection, book.erasures)
