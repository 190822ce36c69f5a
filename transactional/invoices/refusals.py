"""Why an invoice, a credit note or a payment is refused."""

from datetime import date
from uuid import UUID

from transactional.problems import Problem


class UnknownInvoice(Problem):
    """The tenant has no such invoice."""

    slug = "unknown-invoice"
    title = "No such invoice"
    status = 404

    def __init__(self, invoice_id: UUID) -> None:
        super().__init__(
            f"the tenant has no invoice {invoice_id}; GET /v1/invoices lists them", invoice_id=str(invoice_id)
        )


class NothingToInvoice(Problem):
    """Nothing was charged in the month."""

    slug = "nothing-to-invoice"
    title = "Nothing was charged in this month"
    status = 409

    def __init__(self, month: date) -> None:
        super().__init__(
            f"in {month:%Y-%m} the tenant was not live or had confirmed no tariff, so there is nothing to invoice"
        )


class CreditNoteExists(Problem):
    """The reference names a credit note with other contents."""

    slug = "credit-note-exists"
    title = "There is such a credit note with other contents"
    status = 409

    def __init__(self, reference: str) -> None:
        super().__init__(
            f"the credit note {reference!r} has other contents; give another one its own reference"
        )


class CreditTooLarge(Problem):
    """More would be given back than was asked."""

    slug = "credit-too-large"
    title = "More would be given back than was asked"
    status = 409

    def __init__(self, *, left_fen: int, asked_fen: int) -> None:
        super().__init__(
            f"{left_fen} fen of this invoice can still be given back, not {asked_fen}", left_fen=left_fen
        )


class UnknownInvoiceNumber(Problem):
    """No invoice has the number."""

    slug = "unknown-invoice-number"
    title = "No invoice has this number"
    status = 404

    def __init__(self, number: str) -> None:
        super().__init__(f"no invoice has the number {number!r}; it is on the invoice, such as acorn-202603")


class PaymentExists(Problem):
    """The reference names another payment of the tenant."""

    slug = "payment-exists"
    title = "There is such a payment with other contents"
    status = 409

    def __init__(self, reference: str) -> None:
        super().__init__(f"the payment {reference!r} has other contents; give another one its own reference")


class PaymentTooLarge(Problem):
    """More would be paid than is left, or more paid back than was given back."""

    slug = "payment-too-large"
    title = "More would be paid than is left"
    status = 409

    def __init__(self, *, left_fen: int, paid_fen: int) -> None:
        told = (
            f"{left_fen} fen of this invoice are left to pay"
            if left_fen > 0
            else (
                f"{-left_fen} fen of this invoice are to be paid back"
                if left_fen < 0
                else "nothing of this invoice is left"
            )
        )
        super().__init__(
            f"{told}, not {paid_fen}; record what belongs to it, and the rest on the invoice it is for, or send it back",
            left_fen=left_fen,
            paid_fen=paid_fen,
        )


class PaymentTermExists(Problem):
    """From this day on the tenant pays within other days."""

    slug = "payment-term-exists"
    title = "There is a payment term from this day on"
    status = 409

    def __init__(self, valid_from: date, days: int) -> None:
        super().__init__(
            f"from {valid_from} on this tenant pays within {days} days; what was agreed stays, so set a later day",
            days=days,
        )
