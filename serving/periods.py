"""The `from` and `to` of a request: business days, both included, either may be left out."""

from datetime import date
from typing import Annotated

from fastapi import Depends, Query

from serving.problems import InvalidRequest


async def _period(
    first: Annotated[
        date | None, Query(alias="from", description="First business day.", examples=["2026-01-01"])
    ] = None,
    last: Annotated[
        date | None, Query(alias="to", description="Last business day.", examples=["2026-03-31"])
    ] = None,
) -> tuple[date, date]:
    period = (first or date.min, last or date.max)
    if period[0] > period[1]:
        message = "must not be later than `to`"
        raise InvalidRequest(f"from: {message}", errors=[{"field": "from", "message": message}])
    return period


Period = Annotated[tuple[date, date], Depends(_period)]
