"""What a log may tell of an error: a database quotes whole rows in what it says of one, and rows hold what people wrote."""

import re
from typing import TypeVar

import asyncpg

# A value that does not fit. Of other errors only the detail quotes values; what a message quotes are names.
_DATA_EXCEPTIONS = "22"
_VALUE = re.compile(r"""(?s)'.*'|".*\"""")
_MASK = "…"
_Error = TypeVar("_Error", bound=BaseException)


def masked(error: _Error) -> _Error:
    """Take the values of rows out of an error and those that led to it, and return it to be logged.

    Names of tables and rules stay, so that the defect can be found.
    """
    one: BaseException | None = error
    seen: set[int] = set()
    is_of_a_value = False
    while one is not None and id(one) not in seen:
        seen.add(id(one))
        if isinstance(one, asyncpg.PostgresError):
            is_of_a_value = (one.sqlstate or _DATA_EXCEPTIONS).startswith(_DATA_EXCEPTIONS)
            if one.detail:
                one.detail = _MASK
        if is_of_a_value:
            # The driver's own complaint about a value is what led to it.
            one.args = tuple(_VALUE.sub(_MASK, part) if isinstance(part, str) else part for part in one.args)
        one = one.__cause__ or one.__context__
    return error
