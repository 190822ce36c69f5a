"""The `month` of a request: a calendar month of business days, written like 2026-03."""

import re
from datetime import date
from typing import Annotated

from fastapi import Depends, Query

from serving.problems import InvalidRequest

_WRITTEN = re.compile(r"[12]\d{3}-(0[1-9]|1[0-2])")


def _month(
    month: Annotated[
        str | None, Query(description="The month; the latest there is if not given.", examples=["2026-03"])
    ] = None,
) -> date | None:
    if month is None:
        return None
    if not _WRITTEN.fullmatch(month):
        message = "must be a month, written like 2026-03"
        raise InvalidRequest(f"month: {message}", errors=[{"field": "month", "message": message}])
    return date.fromisoformat(f"{month}-01")


# The month's first day; None: the latest.
MonthOf = Annotated[date | None, Depends(_month)]
