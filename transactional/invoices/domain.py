"""Where an invoice stands. Pure; amounts are integer fen.

What was invoiced is always what was credited, what was paid and what is left, together. What is left is negative where a
credit note gave back what had been paid: then the platform owes it, until it is paid back.
"""

from datetime import date
from typing import Literal

State = Literal["issued", "partially_paid", "paid", "overdue"]
# Where a tenant's contract says nothing else.
USUAL_TERM_DAYS = 30


def remaining_fen(*, amount_fen: int, credited_fen: int, paid_fen: int) -> int:
    """Return what is left of an invoice; negative if so much is to be paid back."""
    return amount_fen - credited_fen - paid_fen


def state_of(*, remaining_fen: int, paid_fen: int, due_on: date, today: date) -> State:
    """Return where an invoice stands on a business day; its last day to pay is in time."""
    if remaining_fen <= 0:
        return "paid"
    if today > due_on:
        return "overdue"
    return "partially_paid" if paid_fen > 0 else "issued"


def is_payable(*, amount_fen: int, remaining_fen: int) -> bool:
    """Tell whether an amount, negative if it is paid back, brings what is left nearer to nothing and not past it."""
    return 0 < amount_fen <= remaining_fen or remaining_fen <= amount_fen < 0
