"""What a payment provider does for us, in words both providers share. No provider's own words belong here.

Amounts are integer fen, times are UTC. A payment's merchant order number is its identifier's 32 hex digits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from transactional.problems import Problem


class Outcome(StrEnum):
    """What became of a payment, or of a refund of it."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    CLOSED = "closed"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"


class RefundOutcome(StrEnum):
    """What became of a refund."""

    PENDING = "pending"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


@dataclass(frozen=True)
class PaymentOrder:
    """Cash to ask for. The same order may be sent again; no second payment comes of it."""

    payment_id: UUID
    amount_fen: int
    description: str
    expires_at: datetime
    notify_url: str

    def __post_init__(self) -> None:
        if self.amount_fen <= 0:
            raise ValueError(f"a payment of {self.amount_fen} fen cannot be asked for")


@dataclass(frozen=True)
class PayLink:
    """What the storefront needs: the text of the QR code the member scans, good until `expires_at`."""

    payment_id: UUID
    code_url: str
    expires_at: datetime


@dataclass(frozen=True)
class PaymentNotice:
    """Verified news of a payment, from a notification or from asking.

    `amount_fen` is the whole payment's amount, also in news of a refund; it is 0 and `provider_reference` empty
    only while the provider knows of no money. `occurred_at` is when it happened, as far as the provider tells,
    else when it was told. News of a refund names it in `refund_id` if it is one of ours, and its amount in
    `refund_fen` where the provider tells it (Alipay tells the sum of all refunds only). `notice_id` is the same
    each time the same news is told.
    """

    payment_id: UUID
    provider_reference: str
    amount_fen: int
    outcome: Outcome
    occurred_at: datetime
    notice_id: str
    refund_id: UUID | None = None
    refund_fen: int | None = None


@dataclass(frozen=True)
class RefundOrder:
    """Cash to give back, all or part of a payment of `total_fen`.

    The same refund may be sent again; no second refund comes of it. `notify_url` is where the provider tells the
    result (WeChat Pay; Alipay tells it, if at all, where the payment was told).
    """

    refund_id: UUID
    payment_id: UUID
    amount_fen: int
    total_fen: int
    reason: str
    notify_url: str

    def __post_init__(self) -> None:
        if not 0 < self.amount_fen <= self.total_fen:
            raise ValueError(f"{self.amount_fen} of {self.total_fen} fen cannot be refunded")


@dataclass(frozen=True)
class RefundStatus:
    """Where a refund stands; `occurred_at` is when the money went back, if the provider tells."""

    refund_id: UUID
    payment_id: UUID
    outcome: RefundOutcome
    amount_fen: int
    provider_reference: str | None
    occurred_at: datetime | None


@dataclass(frozen=True)
class NoticeAnswer:
    """The HTTP answer to a notification; anything but acceptance makes the provider send it again."""

    status: int
    content_type: str | None
    body: bytes


class PaymentProvider(Protocol):
    """One merchant's account at one provider.

    Every call may raise ProviderUnavailable (its effect is then unknown: ask, or repeat it), ProviderRefused and
    UntrustedAnswer.
    """

    @property
    def name(self) -> str:
        """The provider's name in routes, settings and rows."""
        ...

    async def create(self, order: PaymentOrder) -> PayLink:
        """Ask for a payment."""
        ...

    async def query(self, payment_id: UUID) -> PaymentNotice:
        """Return the news of a payment.

        Raises:
            UnknownPayment: it was never asked for.
        """
        ...

    async def close(self, payment_id: UUID) -> None:
        """Close an unpaid payment; closing it twice, or one the provider never saw, is no error.

        Raises:
            AlreadyPaid: it was paid.
        """
        ...

    async def refund(self, order: RefundOrder) -> RefundStatus:
        """Give cash back; `pending` is answered until the provider is done: ask again with `query_refund`.

        Raises:
            UnknownPayment: there is no such payment.
        """
        ...

    async def query_refund(self, *, payment_id: UUID, refund_id: UUID) -> RefundStatus:
        """Return where a refund stands.

        Raises:
            UnknownPayment: there is no such refund.
        """
        ...

    def read_notice(self, headers: Mapping[str, str], body: bytes, now: datetime) -> PaymentNotice:
        """Verify a notification and return its news; header names may be in any case.

        Raises:
            BadSignature: the provider did not sign this body.
            StaleNotice: it was signed outside the window around `now`.
            MalformedNotice: it does not have the documented form.
            UnknownMerchant: it is for another merchant.
        """
        ...

    def accepted(self) -> NoticeAnswer:
        """Return the answer to a notification that was worked off, now or before."""
        ...

    def refused(self, problem: Problem) -> NoticeAnswer:
        """Return the answer to a notification that was refused."""
        ...
