"""Types of request fields that several routes share."""

import re
from typing import Annotated

from pydantic import AwareDatetime, BeforeValidator, StringConstraints

_ISO_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}")


def _written_out(value: object) -> object:
    """Let only written-out times pass: a bare number would be read as seconds since 1970."""
    if not isinstance(value, str) or not _ISO_DATE_TIME.match(value):
        raise ValueError("write a date and time with its offset, such as 2026-03-01T12:00:00+08:00")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out)]

# PostgreSQL's text cannot hold a NUL character; blank edges are typing mistakes in an identifier.
Reference = Annotated[
    str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00\s]([^\x00]*[^\x00\s])?$")
]
Text = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]
