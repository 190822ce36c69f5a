"""What the platform's own people tell the mall of money: payments on invoices, a bank's file, statements settled."""

from dataclasses import dataclass, field
from datetime import datetime

import streamlit as st

from dashboards.mall import Told, ask
from dashboards.visitor import COOKIE

_WRITE_SECONDS = 30.0


@dataclass(frozen=True)
class BooksMall:
    """The mall's books as one of the platform's own people reaches them. Every call may raise `MallAway` or `Refused`."""

    url: str
    token: str = field(repr=False)

    def pay(
        self, tenant_id: str, invoice_id: str, *, reference: str, amount_fen: int, received_at: datetime
    ) -> Told:
        """Record money that came on an invoice, once for a reference, and return the invoice."""
        return self._tell(
            f"/v1/platform/tenants/{tenant_id}/invoices/{invoice_id}/payments",
            {"reference": reference, "amount_fen": amount_fen, "received_at": received_at.isoformat()},
        )

    def load(self, file: bytes) -> Told:
        """Record every payment of a bank's file or none, and return how many were new and how many known."""
        return self._tell("/v1/platform/invoice-payments/import", None, content=file)

    def settle(self, tenant_id: str, statement_id: str, *, reference: str, settled_at: datetime) -> Told:
        """Note by which payment a statement was settled, whole and once, and return it."""
        return self._tell(
            f"/v1/platform/tenants/{tenant_id}/settlements/{statement_id}/payment",
            {"reference": reference, "settled_at": settled_at.isoformat()},
        )

    def _tell(self, path: str, body: Told | None, *, content: bytes | None = None) -> Told:
        return ask(self.url, self.token, "POST", path, {}, body, content=content, seconds=_WRITE_SECONDS)


def books_mall_of_visitor() -> BooksMall:
    """Return the mall's books for whoever holds the session cookie of this page."""
    return BooksMall(st.secrets["pointmart"]["transactional_url"], st.context.cookies[COOKIE])
