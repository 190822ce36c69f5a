"""The public log of a draw: the form of the document. It holds no personal data.

`drawing` says how its parts are hashed, `verification` whether a document keeps its promises.
"""

from datetime import UTC, datetime
from typing import Annotated

import msgspec

# What a text of the terms may hold: it must not be able to look like the next line. (\Z, because $ would let one
# line feed pass at the end.)
_PLAIN_TEXT = r"^[^\x00-\x1f\x7f-\x9f]+\Z"

_Uuid = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")]
_Time = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z")]
_Hash = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
_Pseudonym = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{32}\Z")]
_Count = Annotated[int, msgspec.Meta(ge=1)]
_Text = Annotated[str, msgspec.Meta(pattern=_PLAIN_TEXT, max_length=500)]


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the document; it has these members and no others."""


class LogPrize(_Part, frozen=True):
    """A prize: `quantity` pieces of an item, each worth `value_fen` fen; `name` is the item's at the time."""

    prize_no: _Count
    item_id: _Uuid
    name: _Text
    quantity: _Count
    value_fen: Annotated[int, msgspec.Meta(ge=0)]


class LogTerms(_Part, frozen=True):
    """What was promised before the first ticket. Times are UTC, `ends_at` is the first moment after the end."""

    draw_id: _Uuid
    name: _Text
    ticket_points: _Count
    starts_at: _Time
    ends_at: _Time
    max_tickets: _Count
    member_limit: _Count
    one_prize_per_member: bool
    entropy_source: _Text | None
    seed_hash: _Hash
    prizes: list[LogPrize]


class LogTicket(_Part, frozen=True):
    """A sold ticket; its id is its redemption's, `member` the pseudonym of who bought it."""

    ticket_no: _Count
    ticket_id: _Uuid
    member: _Pseudonym
    sold_at: _Time


class Reveal(_Part, frozen=True):
    """What was told after the end."""

    seed: _Hash
    entropy: _Text | None
    revealed_at: _Time


class Winner(_Part, frozen=True):
    """A ticket and the prize it won."""

    prize_no: _Count
    ticket_no: _Count


class DrawLog(_Part, frozen=True):
    """The whole document; `log_digest` is the head after the last ticket in it."""

    form: str
    terms: LogTerms
    tickets: list[LogTicket]
    log_digest: _Hash
    cancelled_at: _Time | None
    reveal: Reveal | None
    winners: list[Winner]


def written(moment: datetime) -> str:
    """Return a moment as the log writes it: UTC with microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
