"""Business days by counting: Shanghai is eight hours ahead of UTC and knows no summer time."""

from datetime import UTC, date, datetime, time, timedelta

_AHEAD = timedelta(hours=8)
_DAY = timedelta(days=1)


def day_of(moment: datetime) -> date:
    """Return the business day of a moment."""
    return (moment.astimezone(UTC) + _AHEAD).date()


def beginning_of(day: date) -> datetime:
    """Return the moment a business day begins."""
    return datetime.combine(day, time.min, UTC) - _AHEAD


def months_later(day: date, months: int) -> date:
    """Return the same day of a later month, or the last day of a month that is too short for it."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    wanted = day.day
    while True:
        try:
            return date(year, month, wanted)
        except ValueError:
            wanted -= 1


def last_day_of(begins: datetime, months: int | None, rounding: str) -> date | None:
    """Return the last day of points that begin at a moment; None means that they stay."""
    if months is None:
        return None
    day = months_later(day_of(begins), months)

    def ends_a_period() -> bool:
        ends_a_month = (day + _DAY).day == 1
        match rounding:
            case "month":
                return ends_a_month
            case "quarter":
                return ends_a_month and day.month in (3, 6, 9, 12)
        return True

    while not ends_a_period():
        day += _DAY
    return day
