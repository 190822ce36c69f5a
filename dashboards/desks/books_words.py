"""Why something was not done about the books, in the reader's words: an act, a bank's file, a row of it."""

from collections.abc import Mapping
from typing import Any

from dashboards.desks import telling
from dashboards.mall import MallAway, Refused
from dashboards.words import Words, literally

# So many wrong rows of a file are named, the others counted.
_NAMED = 5
_REFUSALS = {
    "payment-exists": "books_payment_exists",
    "unknown-invoice": "books_no_such_invoice",
    "unknown-invoice-number": "books_no_such_number",
    "unknown-settlement": "books_no_such_statement",
    "request-too-large": "books_file_too_large",
}
_COLUMNS = {
    "invoice_number": "books_wrong_number",
    "reference": "books_wrong_reference",
    "amount_yuan": "books_wrong_amount",
    "received_at": "books_wrong_time",
}
_TIMES = ("received_at:", "settled_at:")


def refusal(words: Words, error: Refused | MallAway) -> str:
    """Return why something was not done about the books, and what to do now."""
    if isinstance(error, MallAway):
        return telling.refusal(words, error)
    if error.slug == "payment-too-large":
        return _too_large(words, int(error.told["left_fen"]), int(error.told["paid_fen"]))
    if error.slug == "already-settled":
        return words("books_already_settled", reference=literally(str(error.told["reference"])))
    if error.slug == "rows-refused":
        return _wrong_rows(words, error.told)
    if error.slug in _REFUSALS:
        return words(_REFUSALS[error.slug])
    if str(error.told.get("detail", "")).startswith(_TIMES):
        return words("books_not_yet")
    return telling.refusal(words, error)


def file_refusal(words: Words, error: Refused | MallAway) -> str:
    """Return why nothing of a bank's file was recorded, and what to do now."""
    if isinstance(error, Refused) and error.slug == "invalid-request":
        return words("books_no_such_file")
    return refusal(words, error)


def _too_large(words: Words, left_fen: int, paid_fen: int) -> str:
    if paid_fen < 0 <= left_fen:
        return words("books_nothing_back")
    if left_fen > 0:
        return words("books_too_large", left=words.exact_money(left_fen))
    if left_fen < 0:
        return words("books_pay_back", left=words.exact_money(-left_fen))
    return words("books_nothing_left")


def _wrong_rows(words: Words, told: Mapping[str, Any]) -> str:
    named = [
        words("books_wrong_row", row=one["row"], problem=_wrong(words, one)) for one in told["rows"][:_NAMED]
    ]
    left = int(told["problem_count"]) - len(named)
    more = [words("books_more_rows", n=left)] if left > 0 else []
    return words("between_sentences").join([words("books_file_refused"), *named, *more])


def _wrong(words: Words, row: Mapping[str, Any]) -> str:
    """Return what is wrong with a row: what the books refuse, what a column cannot be, or that it is no row of four."""
    refused = row.get("refusal")
    if refused is not None:
        return refusal(words, Refused(str(refused["type"]).rsplit(":", 1)[-1], refused))
    column = str(row["column"])
    return words(_COLUMNS.get(column, "books_wrong_fields"))
