"""What a simulated tenant's back office keeps: parcels, cases, and what the platform charges and suppliers are owed."""

from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from uuid import UUID

from orchestration.cli.world.identity import Identities
from transactional.after_sales.importing import PastCases
from transactional.clock import BUSINESS_ZONE
from transactional.database import Connection
from transactional.fees.domain import TariffLine, month_after, month_of
from transactional.fees.operations import NewTariff, announce_tariff, confirm_tariff
from transactional.fulfilment.importing import PastParcels
from transactional.invoices.operations import issue_invoice
from transactional.settlement.importing import import_statements

# What the platform asks for: so much a month, and for each redemption, in fen.
TARIFF = (
    TariffLine("service", "month", 800_000, "平台服务费", "Platform service"),
    TariffLine("redemption", "redemption", 35, "兑换处理费", "Handling of a redemption"),
)
_BY = "simulated platform"
_CONFIRMED_BEFORE = timedelta(days=7)
# Bills are written in the small hours of the first day after.
_NIGHT = time(2)


class BackOffice:
    """Keeps a tenant's parcels and cases, and writes its bills when their time has come."""

    def __init__(
        self, connection: Connection, tenant_id: UUID, first: date, parcels: PastParcels, cases: PastCases,
        identities: Identities,
    ) -> None:  # fmt: skip
        """Use `begin`."""
        self._connection = connection
        self._tenant_id = tenant_id
        self._month = month_of(first)
        self.parcels = parcels
        self.cases = cases
        self._identities = identities

    @classmethod
    async def begin(
        cls, connection: Connection, *, tenant_id: UUID, first: date, identities: Identities
    ) -> "BackOffice":
        """Begin with a tariff that the tenant has confirmed before its first day."""
        reference = f"simulated {first}"
        now = _night(first) - _CONFIRMED_BEFORE
        async with connection.transaction():
            tariff_id, _ = await announce_tariff(
                connection,
                new=NewTariff(reference, first, TARIFF, _BY),
                request_hash=sha256(reference.encode()).digest(),
                now=now,
            )
            await confirm_tariff(
                connection, tenant_id=tenant_id, tariff_id=tariff_id, by="simulated buyer", now=now
            )
        parcels = await PastParcels.begin(connection, tenant_id=tenant_id)
        cases = await PastCases.begin(connection, tenant_id=tenant_id)
        return cls(connection, tenant_id, first, parcels, cases, identities)

    async def write(self, now: datetime) -> None:
        """Write what has ended by `now`, and the invoices of months that are over; redemptions are written before."""
        await self.parcels.flush(now)
        await self.cases.flush(now)
        while (issued := _night(month_after(self._month))) <= now:
            async with self._connection.transaction():
                await issue_invoice(
                    self._connection, tenant_id=self._tenant_id, month=self._month, now=issued, is_told=False
                )
            self._month = month_after(self._month)

    async def finish(self, now: datetime) -> None:
        """Write the rest as it stands, and the settlement of each day; purchases are written before."""
        await self.parcels.finish(now)
        await self.cases.finish(now)
        async with self._connection.transaction():
            await import_statements(
                self._connection,
                tenant_id=self._tenant_id,
                until=now,
                stated_at=lambda day: _night(day + timedelta(days=1)),
                new_id=self._identities.at,
            )


def _night(day: date) -> datetime:
    return datetime.combine(day, _NIGHT, BUSINESS_ZONE).astimezone(UTC)
