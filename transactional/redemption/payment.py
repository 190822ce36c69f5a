"""Cash that a provider collects for a redemption."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from uuid import UUID

from transactional.changes import Tracked

Provider = Literal["wechat", "alipay"]
PaymentStatus = Literal["pending", "captured", "closed", "refund_due", "refunded"]


@dataclass(slots=True)
class Payment(Tracked):
    """What a provider is to collect, or has collected.

    Attributes:
        payment_id: also the order number at the provider.
        provider_reference: the provider's own number of the payment.
        status: `closed` was never paid; `refund_due` came, but nothing can be given for it.
        refunds: amount in fen of each refund, and whether the provider has paid it back.
    """

    payment_id: UUID
    redemption_id: UUID
    provider: Provider
    amount_fen: int
    status: PaymentStatus = "pending"
    provider_reference: str | None = None
    refunded_fen: int = 0
    captured_at: datetime | None = None
    refunds: dict[UUID, tuple[int, bool]] = field(default_factory=dict)
