"""Alipay's amounts, yuan as text with two decimals, to and from integer fen; no float comes near them."""

import re

_AMOUNT = re.compile(r"(0|[1-9][0-9]{0,12})(?:\.([0-9]{1,2}))?")


def to_yuan(fen: int) -> str:
    """Return an amount of fen, zero or more, as yuan with two decimals."""
    if fen < 0:
        raise ValueError(f"{fen} fen is no amount")
    return f"{fen // 100}.{fen % 100:02d}"


def to_fen(yuan: str) -> int:
    """Return an amount of yuan such as `12`, `12.3` or `12.30` as fen.

    Raises:
        ValueError: the text is anything else.
    """
    found = _AMOUNT.fullmatch(yuan)
    if found is None:
        raise ValueError(f"{yuan[:40]!r} is no amount in yuan")
    whole, decimals = found.groups()
    return int(whole) * 100 + int((decimals or "").ljust(2, "0"))
