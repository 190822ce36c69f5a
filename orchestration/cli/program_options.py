"""How the rules of a program are written on the command line and shown."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, get_args

from orchestration.refusal import Refusal
from transactional.ledger.lots import ReturnPolicy, Rounding
from transactional.tenants.domain import Program, Rate


class OptionRefused(Refusal):
    """The value of an option does not make sense."""


def changed(program: Program, options: Mapping[str, str]) -> Program:
    """Return a program with options applied.

    Args:
        options: texts by name, such as `cash_share`: `0:50`.

    Raises:
        OptionRefused: a text is not of the option's form; bounds are checked later, with all rules together.
    """
    rules: dict[str, Any] = {}
    for name, text in options.items():
        rules |= _READERS.get(name, _count)(name, text)
    return replace(program, **rules)


def shown(program: Program) -> str:
    """Return the rules of a program, one to a line, as the options that set them."""
    months = program.lot_validity_months
    lines = {
        "lot-validity-months": "never" if months is None else months,
        "pending-days": program.pending_days,
        "expiry-rounding": program.expiry_rounding,
        "return-policy": program.return_policy,
        "refund-grace-days": program.refund_grace_days,
        "qualification": program.qualification,
        "cash": _shown_rate(program.cash),
        "cash-share": f"{_percent(program.cash_share_min_bp)}:{_percent(program.cash_share_max_bp)}",
        "offset": _shown_rate(program.offset),
        "payment-minutes": program.payment_minutes,
        "review-hours": program.review_hours,
        "confirmation-hours": program.confirmation_hours,
    }
    return "\n".join(f"{name:<20} {value}" for name, value in lines.items())


def _count(name: str, text: str) -> dict[str, Any]:
    if not (text.isascii() and text.isdecimal() and len(text) <= 9):
        raise _refused(name, text, "a whole number such as 15")
    return {name: int(text)}


def _months(name: str, text: str) -> dict[str, Any]:
    return {name: None} if text == "never" else _count(name, text)


def _one_of(*words: str) -> Callable[[str, str], dict[str, Any]]:
    def read(name: str, text: str) -> dict[str, Any]:
        if text not in words:
            raise _refused(name, text, f"one of {', '.join(words)}")
        return {name: text}

    return read


def _rate(name: str, text: str) -> dict[str, Any]:
    if text == "none":
        return {name: None}
    points, colon, fen = text.partition(":")
    if not colon or not all(part.isascii() and part.isdecimal() and len(part) <= 9 for part in (points, fen)):
        raise _refused(name, text, "points:fen such as 100:1000, or none")
    return {name: Rate(int(points), int(fen))}


def _share(name: str, text: str) -> dict[str, Any]:
    least, colon, most = text.partition(":")
    try:
        shares = [Decimal(part) * 100 for part in (least, most)]
        whole = [int(share) for share in shares]
    except (InvalidOperation, ValueError, OverflowError) as error:
        raise _refused(name, text, _SHARE_FORM) from error
    if not colon or any(share != part for share, part in zip(shares, whole, strict=True)):
        raise _refused(name, text, _SHARE_FORM)
    return {"cash_share_min_bp": whole[0], "cash_share_max_bp": whole[1]}


def _refused(name: str, text: str, form: str) -> OptionRefused:
    return OptionRefused(f"--{name.replace('_', '-')} is {form}, not {text!r}")


def _shown_rate(rate: Rate | None) -> str:
    return "none" if rate is None else f"{rate.points}:{rate.fen}"


def _percent(basis_points: int) -> str:
    return f"{basis_points / 100:g}"


_SHARE_FORM = "the smallest and the largest percentage such as 0:50, with at most two decimals"
_READERS: Mapping[str, Callable[[str, str], dict[str, Any]]] = {
    "lot_validity_months": _months,
    "expiry_rounding": _one_of(*get_args(Rounding)),
    "return_policy": _one_of(*get_args(ReturnPolicy)),
    "qualification": _one_of("calendar_year", "rolling_year"),
    "cash": _rate,
    "cash_share": _share,
    "offset": _rate,
}
