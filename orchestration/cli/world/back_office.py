"""What a simulated tenant's back office keeps: parcels, cases, and what the platform charges and suppliers are owed."""

from datetime import datetime, timedelta
from uuid import UUID

from orchestration.cli.world.bills import Bills, night
from orchestration.cli.world.identity import Identities
from transactional.after_sales.importing import PastCases
from transactional.database import Connection
from transactional.fulfilment.importing import PastParcels
from transactional.settlement.importing import import_statements


class BackOffice:
    """Keeps a tenant's parcels and cases, and writes its bills when their time has come."""

    def __init__(
        self, connection: Connection, tenant_id: UUID, bills: Bills, parcels: PastParcels, cases: PastCases,
        identities: Identities,
    ) -> None:  # fmt: skip
        """Use `begin`."""
        self._connection = connection
        self._tenant_id = tenant_id
        self._bills = bills
        self.parcels = parcels
        self.cases = cases
        self._identities = identities

    @classmethod
    async def begin(
        cls, connection: Connection, *, tenant_id: UUID, bills: Bills, identities: Identities
    ) -> "BackOffice":
        """Begin before the tenant's first day."""
        parcels = await PastParcels.begin(connection, tenant_id=tenant_id)
        cases = await PastCases.begin(connection, tenant_id=tenant_id)
        return cls(connection, tenant_id, bills, parcels, cases, identities)

    async def write(self, now: datetime) -> None:
        """Write what has ended by `now`, and what was invoiced and paid; redemptions are written before."""
        await self.parcels.flush(now)
        await self.cases.flush(now)
        await self._bills.write(now)

    async def finish(self, now: datetime) -> None:
        """Write the rest as it stands, and the settlement of each day; purchases are written before."""
        await self.parcels.finish(now)
        await self.cases.finish(now)
        await self._bills.write(now)
        async with self._connection.transaction():
            await import_statements(
                self._connection,
                tenant_id=self._tenant_id,
                until=now,
                stated_at=lambda day: night(day + timedelta(days=1)),
                new_id=self._identities.at,
            )
