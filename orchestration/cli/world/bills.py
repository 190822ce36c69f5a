"""What the platform charges a simulated tenant, and how the tenant pays."""

from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Final, NamedTuple
from uuid import UUID

import numpy as np

from orchestration.cli.world.truth import Truth
from transactional.clock import BUSINESS_ZONE
from transactional.database import Connection
from transactional.fees.domain import TariffLine, month_after, month_of
from transactional.fees.operations import NewTariff, announce_tariff, confirm_tariff
from transactional.invoices.operations import issue_invoice
from transactional.invoices.payments import NewPayment, left_of, record_payment

# What the platform asks for: so much a month, and for each redemption, in fen.
TARIFF: Final = (
    TariffLine("service", "month", 800_000, "平台服务费", "Platform service"),
    TariffLine("redemption", "redemption", 35, "兑换处理费", "Handling of a redemption"),
)
# Days from an invoice to its money. Invoices are payable within thirty days; one in twelve is paid after them.
PAID_WITHIN: Final = (6, 29)
PAID_LATE: Final = (33, 58)
LATE_SHARE: Final = 1 / 12
# Paid in two halves, the second a week after the first.
HALVES_SHARE: Final = 1 / 15
_BETWEEN_HALVES: Final = timedelta(days=7)
_BY, _BUYER = "simulated platform", "simulated buyer"
_CONFIRMED_BEFORE: Final = timedelta(days=7)
# Bills are written in the small hours of the first day after.
_NIGHT: Final = time(2)


class _Payment(NamedTuple):
    """Money that will come on an invoice, a share of what is left of it then."""

    received_at: datetime
    reference: str
    invoice_id: UUID
    share: float


class Bills:
    """A tenant's invoices, issued in the night after each month and paid when their money comes."""

    def __init__(
        self, connection: Connection, tenant_id: UUID, first: date, truth: Truth, rng: np.random.Generator
    ) -> None:
        """Use `begin`."""
        self._connection = connection
        self._tenant_id = tenant_id
        self._month = month_of(first)
        self._truth = truth
        self._rng = rng
        self._coming: list[_Payment] = []

    @classmethod
    async def begin(
        cls, connection: Connection, *, tenant_id: UUID, first: date, truth: Truth, rng: np.random.Generator
    ) -> "Bills":
        """Begin with a tariff that the tenant has confirmed before its first day."""
        reference = f"simulated {first}"
        now = night(first) - _CONFIRMED_BEFORE
        async with connection.transaction():
            tariff_id, _ = await announce_tariff(
                connection,
                new=NewTariff(reference, first, TARIFF, _BY),
                request_hash=sha256(reference.encode()).digest(),
                now=now,
            )
            await confirm_tariff(connection, tenant_id=tenant_id, tariff_id=tariff_id, by=_BUYER, now=now)
        return cls(connection, tenant_id, first, truth, rng)

    async def write(self, now: datetime) -> None:
        """Issue the invoices of months that are over by `now`, and record the money that came."""
        while (issued_at := night(month_after(self._month))) <= now:
            async with self._connection.transaction():
                invoice_id, _ = await issue_invoice(
                    self._connection,
                    tenant_id=self._tenant_id,
                    month=self._month,
                    now=issued_at,
                    is_told=False,
                )
            self._coming += self._payments(issued_at, invoice_id)
            self._month = month_after(self._month)
        for payment in [coming for coming in self._coming if coming.received_at <= now]:
            await self._pay(payment)
            self._coming.remove(payment)

    def _payments(self, issued_at: datetime, invoice_id: UUID) -> list[_Payment]:
        """Draw when the invoice of the month is paid; as much is drawn for each, so that one changes nothing of the next."""
        late, halves, within = self._rng.random(3)
        begins, ends = PAID_LATE if late < LATE_SHARE else PAID_WITHIN
        days = begins + int(within * (ends - begins + 1))
        received_at = issued_at + timedelta(days=days, hours=8)
        reference = f"SIM-{self._month:%Y-%m}"
        self._truth.note(
            "invoices",
            {
                "invoice_id": str(invoice_id), "month": self._month, "paid_after_days": days,
                "is_paid_late": bool(late < LATE_SHARE), "is_paid_in_halves": bool(halves < HALVES_SHARE),
            },
        )  # fmt: skip
        if halves >= HALVES_SHARE:
            return [_Payment(received_at, reference, invoice_id, 1.0)]
        return [
            _Payment(received_at, f"{reference}-1", invoice_id, 0.5),
            _Payment(received_at + _BETWEEN_HALVES, f"{reference}-2", invoice_id, 1.0),
        ]

    async def _pay(self, payment: _Payment) -> None:
        of, now = {"tenant_id": self._tenant_id, "invoice_id": payment.invoice_id}, payment.received_at
        async with self._connection.transaction():
            left = await left_of(self._connection, **of)
            # A month that was waived as a whole asks for nothing.
            if left > 0:
                new = NewPayment(payment.reference, round(left * payment.share), now)
                await record_payment(self._connection, **of, new=new, by=_BY, now=now, is_told=False)


def night(day: date) -> datetime:
    """Return when what is of the days before is written, UTC."""
    return datetime.combine(day, _NIGHT, BUSINESS_ZONE).astimezone(UTC)
