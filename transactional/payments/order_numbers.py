"""Our identifiers as the providers' order and refund numbers: 32 lower-case hex digits, no more fit WeChat Pay."""

import re
from uuid import UUID

_NUMBER = re.compile("[0-9a-f]{32}")


def number(identifier: UUID) -> str:
    """Return the merchant's number of a payment or refund."""
    return identifier.hex


def identifier(number: str) -> UUID | None:
    """Return the payment or refund a number stands for, or None if it is not one of ours."""
    return UUID(hex=number) if _NUMBER.fullmatch(number) else None
