"""What is wrong with a field, in words for who sent it: the same for a request's body and for the row of a file."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_PLAIN = "write it without control characters"
_PAGE = "send the value that the page before gave for it"

# What a form asks for; a person reads no regular expressions.
_FORMS: Mapping[str, str] = MappingProxyType(
    {
        r"^[^\x00\s]([^\x00]*[^\x00\s])?$": "write it without spaces or line breaks at its beginning and end",
        r"^[^\x00]*\S[^\x00]*$": "write more than spaces",
        r"^[^\x00]*$": _PLAIN,
        r"^[^\x00]+$": _PLAIN,
        r"^[^\x00-\x1f\x7f-\x9f]+$": _PLAIN,
        r"^[\x20-\x7e]+$": "write letters, digits, signs and spaces of ASCII alone",
        r"^[\x21-\x7e]{1,100}$": "write 1 to 100 letters, digits and signs of ASCII, without spaces",
        r"^[a-z][a-z0-9_-]{0,39}$": "write up to 40 lower-case letters, digits, - and _, a letter first",
        r"^[a-z][a-z0-9_-]{1,39}$": "write 2 to 40 lower-case letters, digits, - and _, a letter first",
        r"^[a-z][a-z0-9_]{0,39}$": "write up to 40 lower-case letters, digits and _, a letter first",
        r"^[a-z0-9][a-z0-9_+-]{0,39}$": "write up to 40 lower-case letters, digits, _, + and -, beginning with a "
        "letter or a digit",
        r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$": "write up to 40 letters, digits, ., _ and -, beginning with a letter or "
        "a digit",
        r"^[A-Za-z0-9-]{4,40}$": "write 4 to 40 letters, digits and -",
        r"^[0-9A-Za-z@._+-]{3,100}$": "write 3 to 100 letters, digits and @ . _ + -",
        r"^[0-9A-Za-z -]+$": "write letters, digits, spaces and - alone",
        r"^[0-9a-f]{64}$": "write the SHA-256 as 64 digits and letters from a to f",
        r"^\d{8}T\d{6}Z-[0-9a-f]{8}$": "send the release's id as the release has it",
        r"^[0-9a-f-]{36}:[0-9a-f-]{36}$": _PAGE,
        r"^\d{1,4}:[0-9a-f-]{36}$": _PAGE,
        r"^\d{4}-\d{2}-\d{2}:[0-9a-f-]{36}$": _PAGE,
    }
)
_MEMBER_OF_AN_ENUM = re.compile(r"<\w+\.\w+: ('[^']*')>")


def words_of(found: Mapping[str, Any]) -> str:
    """Return what is wrong with a field, from what pydantic found there."""
    message: str = found["msg"]
    if found["type"] == "string_pattern_mismatch":
        return _FORMS.get(found["ctx"]["pattern"], message)
    return _MEMBER_OF_AN_ENUM.sub(r"\1", message).removeprefix("Value error, ")
