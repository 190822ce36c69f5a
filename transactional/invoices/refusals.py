"""Why an invoice or a credit note is refused."""

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
