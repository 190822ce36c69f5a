"""Fills the mall stretch by stretch: so many days with so many pairs and events, numbered on from the last."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import psycopg

from orchestration.cli.bench.pipeline import past
from orchestration.cli.bench.pipeline.plan import Plan

_CHUNK = 100_000
# Redemptions of the last days of a stretch are on their way; they arrive with the day after it.
_DAYS_ON_THE_WAY = timedelta(days=1)
_SHANGHAI = timedelta(hours=8)

Advance = Callable[[int, int], None]


@dataclass
class Filled:
    """How far the mall is filled: its next day, and the number of the last pair and event."""

    next_day: date
    pairs: int = 0
    events: int = 0


def found(connection: psycopg.Connection[Any], plan: Plan) -> Filled:
    """Write tenants, members, items and stock into an empty mall."""
    given = {
        "tenants": plan.tenants, "members": plan.members, "items": plan.items, "first_day": plan.first_day,
    }  # fmt: skip
    connection.execute(past.FAST)
    for statement in (past.TENANTS, past.MEMBERS, past.OFFERS):
        connection.execute(statement, given)
    return Filled(plan.first_day)


def grow(
    connection: psycopg.Connection[Any], plan: Plan, filled: Filled, until: tuple[int, int, int], advance: Advance
) -> None:  # fmt: skip
    """Add days, pairs and events until there are so many of each in all, and settle stock and statistics.

    Args:
        until: days, pairs and events.
    """
    days, pairs, events = until
    last_day = plan.first_day + timedelta(days=days)
    stretch = {
        "tenants": plan.tenants, "members": plan.members, "items": plan.items, "redemptions": plan.redemptions,
        "pairs": plan.pairs, "first_date": filled.next_day, "days": (last_day - filled.next_day).days,
        "open_from": _begin_of(last_day - _DAYS_ON_THE_WAY), "now": datetime.now(UTC),
    }  # fmt: skip
    connection.execute(past.FAST)
    connection.execute(past.ARRIVALS, {**stretch, "before": _begin_of(filled.next_day)})
    for kind, statements, present, wanted in (
        ("pairs", past.OF_PAIRS, filled.pairs, pairs), ("events", (past.EVENTS,), filled.events, events),
    ):  # fmt: skip
        given = stretch | {"first_of_all": present + 1, "count": wanted - present}
        for done in range(present, wanted, _CHUNK):
            chunk = {"first": done + 1, "last": min(done + _CHUNK, wanted)}
            with connection.transaction():
                for statement in statements:
                    connection.execute(statement, given | chunk)
            advance(chunk["last"] - present + (kind == "events") * (pairs - filled.pairs), pairs - filled.pairs + events - filled.events)  # fmt: skip
    connection.execute(past.STOCK)
    connection.execute("vacuum (analyze)")
    connection.execute("checkpoint")
    filled.next_day, filled.pairs, filled.events = last_day, pairs, events


def _begin_of(day: date) -> datetime:
    """Return the first instant of an Asia/Shanghai day, UTC."""
    return datetime.combine(day, time(), UTC) - _SHANGHAI
