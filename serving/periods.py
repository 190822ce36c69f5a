"""The `from` and `to` of a request: business days, both included, either may be left out."""

import re
from datetime import date
from typing import Annotated

from fastapi import Depends, Query
from pydantic import BeforeValidator

from serving.problems import InvalidRequest

_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}")


def _written_out(text: str) -> str:
    # A bare number would be read as seconds since 1970.
    if not _WRITTEN.fullmatch(text):
        raise ValueError("must be a day, written like 2026-03-31")
    return text


_Day = Annotated[date, BeforeValidator(_written_out)]


async def _period(
    first: Annotated[
        _Day | None, Query(alias="from", description="First business day.", examples=["2026-01-01"])
    ] = None,
    last: Annotated[
        _Day | None, Query(alias="to", description="Last business day.", examples=["2026-03-31"])
    ] = None,
) -> tuple[date, date]:
    period = (first or date.min, last or date.max)
    if period[0] > period[1]:
        message = "must not be later than `to`"
        raise InvalidRequest(f"from: {message}", errors=[{"field": "from", "message": message}])
    return period


Period = Annotated[tuple[date, date], Depends(_period)]
