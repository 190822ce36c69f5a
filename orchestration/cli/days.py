"""Business days as a person types them."""

from datetime import date, datetime

import typer

from transactional.clock import business_date, system_clock


def parse_day(text: str | date) -> date:
    """Return the day that is written as 2026-03-31; for the options of commands, whose defaults pass through here too.

    Raises:
        typer.BadParameter: it is not a day.
    """
    try:
        return datetime.strptime(str(text), "%Y-%m-%d").date()  # noqa: DTZ007 - a day, not a moment
    except ValueError:
        raise typer.BadParameter(f"“{text}” is not a day; write it like 2026-03-31") from None


def require_past(day: date) -> None:
    """Make sure that a day has begun.

    Raises:
        typer.BadParameter: it lies ahead.
    """
    if day > business_date(system_clock()):
        raise typer.BadParameter(f"{day} has not come yet")
