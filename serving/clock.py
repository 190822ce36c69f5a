"""Time comes in as an argument; business days are those of Asia/Shanghai."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]

_BUSINESS_ZONE = ZoneInfo("Asia/Shanghai")


def system_clock() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


# An answer asks for the days of a few moments several times over, and each costs as much as choosing an item.
@lru_cache(maxsize=64)
def business_date(moment: datetime) -> date:
    """Return the business day a moment falls on."""
    return moment.astimezone(_BUSINESS_ZONE).date()
