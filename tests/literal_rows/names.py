"""Who and what is in the literal release, and when: January to March 2026."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import UUID

# Rows of tables, in column order.
Tables = dict[str, Iterable[tuple[Any, ...]]]


def id_of(number: int) -> UUID:
    """Return an id that tests can name."""
    return UUID(f"01900000-0000-7000-8000-{number:012d}")


ACORN, BIRCH = id_of(1), id_of(2)
ACORN_CODE, BIRCH_CODE = "acorn", "birch"
ACORN_NAME, BIRCH_NAME = "橡果银行", "Birch Retail"
# Members. MEI and LAN are acorn's, OTTO is birch's; LAN has redeemed nothing.
MEI, LAN, OTTO = id_of(101), id_of(102), id_of(103)
# The one lot of each member; none of them expires.
LOTS = {MEI: id_of(201), LAN: id_of(202), OTTO: id_of(203)}
# Items. TEA, RICE, MUG, TICKET and WATCH are acorn's; TEA and UMBRELLA are birch's.
TEA, RICE, MUG, TICKET, WATCH, UMBRELLA = (id_of(n) for n in range(301, 307))
FOOD, HOME, LEISURE = "食品", "家居", "Leisure"
REDEMPTIONS = {
    "mei_tea": id_of(401),
    "mei_tea_again": id_of(402),
    "mei_rice": id_of(403),
    "otto_umbrella": id_of(404),
}
FIRST_DATE, LAST_DATE = date(2026, 1, 1), date(2026, 3, 31)
FORECAST_ORIGIN, FORECAST_DAYS = LAST_DATE, 28


def days(first: date, last: date) -> Iterator[date]:
    """Yield each day from first to last, both included."""
    for offset in range((last - first).days + 1):
        yield first + timedelta(days=offset)
