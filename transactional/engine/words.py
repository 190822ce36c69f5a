"""The words that people give, told apart from the rest of what is kept, so that they can go while the rest stays."""

from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import Struct

# The members of answers and messages in which stands what people typed, or what leads to a bill of theirs.
_NAMES: Final = ("reference", "reason", "bill_reference")


class Words(Struct, frozen=True):
    """What was said about a member, by name."""

    member_id: UUID
    said: dict[str, str]


def apart(body: dict[str, Any]) -> tuple[dict[str, Any], Words | None]:
    """Return a body without the words about its member, null in their places, and the words, if there are any."""
    said = {name: body[name] for name in _NAMES if body.get(name) is not None}
    member_id = body.get("member_id")
    if not said or member_id is None:
        return body, None
    return body | dict.fromkeys(said), Words(member_id, said)


def together(kept: str, words: str | None) -> bytes:
    """Return a kept body with its words in their places again, to the letter."""
    if words is None:
        return kept.encode()
    return msgspec.json.encode(msgspec.json.decode(kept) | msgspec.json.decode(words))
