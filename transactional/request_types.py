"""Types of request fields that several routes share."""

import re
from datetime import UTC, date, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints

from transactional.clock import BUSINESS_ZONE
from transactional.problems import InvalidRequest

_ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_ISO_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}")


def _written_out(value: object) -> object:
    """Let only written-out times pass: a bare number would be read as seconds since 1970."""
    if not isinstance(value, str) or not _ISO_DATE_TIME.match(value):
        raise ValueError("write a date and time with its offset, such as 2026-03-01T12:00:00+08:00")
    return value


def _written_out_day(value: object) -> object:
    """Let only written-out days pass: a bare number, even in quotes, would be read as seconds since 1970."""
    if not isinstance(value, str) or not _ISO_DATE.fullmatch(value):
        raise ValueError("write a day, such as 2026-03-01")
    return value


def _finite(value: date) -> date:
    """Let neither end of the calendar pass: the database's driver takes them for days that never come or never were."""
    if value in (date.min, date.max):
        raise ValueError(
            "write a day between 0001-01-02 and 9999-12-30; where there may be none, leave it out"
        )
    return value


def _of_a_real_time(value: str) -> str:
    """Let only times pass that there are: an impossible one would be newer than every release to come."""
    try:
        datetime.strptime(value[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError as error:
        raise ValueError(
            f"{value[:16]} is no time in UTC; send the release's id as the release has it"
        ) from error
    return value


def _of_the_business_zone(value: datetime) -> datetime:
    """Take a time without an offset as one of Asia/Shanghai, as files of banks have it."""
    return value if value.tzinfo else value.replace(tzinfo=BUSINESS_ZONE)


def _within_the_calendar(value: datetime) -> datetime:
    """Let only times pass that are times in UTC and in the mall too: at either end of the calendar some are not."""
    try:
        value.astimezone(UTC)
        value.astimezone(BUSINESS_ZONE)
    except OverflowError as error:
        raise ValueError("this is no time in every zone; write one between the years 2 and 9998") from error
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_within_the_calendar)]
BusinessMoment = Annotated[
    datetime,
    BeforeValidator(_written_out),
    AfterValidator(_of_the_business_zone),
    AfterValidator(_within_the_calendar),
]
Day = Annotated[date, BeforeValidator(_written_out_day), AfterValidator(_finite)]

# PostgreSQL's text cannot hold a NUL character; blank edges are typing mistakes in an identifier.
Reference = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00\s]([^\x00]*[^\x00\s])?$")
]
Reason = Annotated[
    str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00\s]([^\x00]*[^\x00\s])?$")
]
# Its beginning is the release's time, so that ids sort by it.
ReleaseId = Annotated[
    str, StringConstraints(pattern=r"^\d{8}T\d{6}Z-[0-9a-f]{8}$"), AfterValidator(_of_a_real_time)
]
# A name to be written in addresses and files, such as that of a warehouse.
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]
# A name given by a program, such as that of a segment.
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
# Who did something, where a person may ask for it as well as a program.
ActingFor = Annotated[
    Reference | None,
    Field(
        description="For whom a program does this; a person who is logged in is known, and need not be told."
    ),
]
Text = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]

_FIRST_MOMENT = datetime(1970, 1, 1, tzinfo=UTC)


def require_past(field: str, moment: datetime, now: datetime) -> None:
    """Make sure that a moment is not in the future.

    Raises:
        InvalidRequest: it is, or it lies before 1970, which is a mistake too.
    """
    if moment > now:
        raise InvalidRequest(f"{field}: this cannot be in the future")
    if moment < _FIRST_MOMENT:
        raise InvalidRequest(f"{field}: this cannot be before 1970")
