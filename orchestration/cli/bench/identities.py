"""Identifiers that Python and SQL derive from a number alike, so that a million need not be read back."""

from typing import Final

# They look like version 7 UUIDs of early 2025, older than anything the service will make.
_EPOCH_MS: Final = 1_735_689_600_000

MEMBER: Final = 1
ITEM: Final = 2
EARLY_LOT: Final = 3
LATE_LOT: Final = 4
PAST_CREDIT: Final = 5
PAST_DEBIT: Final = 6
EARN_EVENT: Final = 7
DEBIT_EVENT: Final = 8
SALE: Final = 9


def identifier(kind: int, number: int) -> str:
    """Return the UUID of the thing of a kind with a number."""
    moment = _EPOCH_MS + number
    return f"{moment >> 16:08x}-{moment & 0xFFFF:04x}-7{kind:03x}-8000-{number:012x}"


def sql_identifier(kind: int, number: str) -> str:
    """Return the SQL expression for the UUID of the thing whose number the SQL expression `number` gives."""
    return (
        f"(lpad(to_hex({_EPOCH_MS} + ({number})::bigint), 12, '0') || '7{kind:03x}8000' "
        f"|| lpad(to_hex(({number})::bigint), 12, '0'))::uuid"
    )
