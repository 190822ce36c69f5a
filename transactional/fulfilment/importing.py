"""Imports parcels of the past: what carriers told decides by the same rules, and each parcel is written once.

A parcel that is registered, told of six times and late takes dozens of statements through `shipments`, `tracking` and
`breaches`; thousands of them are imported with a handful. No events are told: what is past is no news.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any, Literal, NamedTuple
from uuid import UUID

from transactional.database import Connection
from transactional.fulfilment.carriers.domain import CarrierName
from transactional.fulfilment.clocks import DELIVER_WITHIN, SHIP_WITHIN, due_at, region_of
from transactional.fulfilment.states import Event, State, state_of
from transactional.fulfilment.terms import compensation_points_of, rest_days_of
from transactional.identifiers import derived
from transactional.suppliers.importing import supplier_of_items
from transactional.warehouses.operations import default_warehouse

# The worker looks for broken promises so often.
_NOTICED_AFTER = timedelta(minutes=1)
_LINE_NO = 1


class News(NamedTuple):
    """An event as it reached the mall: pushed by the carrier, or when the carrier was asked."""

    told_at: datetime
    event: Event
    source: Literal["push", "pull"]


class PastParcel(NamedTuple):
    """All pieces of a redemption of one item in one parcel; the same event may be among its news more than once.

    Attributes:
        paid_at: when the redemption's points were taken, from when on it waits to be shipped.
        news: in the order in which they reached the mall.
    """

    shipment_id: UUID
    redemption_id: UUID
    member_id: UUID
    item_id: UUID
    quantity: int
    carrier: CarrierName
    tracking_number: str
    province: str
    paid_at: datetime
    created_at: datetime
    news: tuple[News, ...]


class PastParcels:
    """A tenant's parcels of the past, all from its default warehouse.

    Nobody else may register parcels or look for broken promises of the tenant meanwhile; the caller sees to that.
    """

    def __init__(
        self,
        connection: Connection,
        tenant_id: UUID,
        warehouse_id: UUID,
        suppliers: Mapping[UUID, UUID],
        rest_days: Collection[date],
        points: int,
    ) -> None:
        """Use `begin`."""
        self._connection = connection
        self._tenant_id = tenant_id
        self._warehouse_id = warehouse_id
        self._suppliers = suppliers
        self._rest_days = rest_days
        self._points = points
        self._kept: list[PastParcel] = []

    @classmethod
    async def begin(cls, connection: Connection, *, tenant_id: UUID) -> "PastParcels":
        """Begin with the suppliers, rest days and terms that the tenant has."""
        return cls(
            connection,
            tenant_id,
            await default_warehouse(connection, tenant_id=tenant_id),
            await supplier_of_items(connection, tenant_id=tenant_id),
            await rest_days_of(connection, tenant_id),
            await compensation_points_of(connection, tenant_id),
        )

    def add(self, parcel: PastParcel) -> None:
        """Take a parcel of a redemption that is decided; it is written once all of its news are there."""
        self._kept.append(parcel)

    async def flush(self, now: datetime) -> None:
        """Write the parcels of which nothing is told after `now`; their redemptions are written before."""
        done = [parcel for parcel in self._kept if parcel.news[-1].told_at <= now]
        self._kept = [parcel for parcel in self._kept if parcel.news[-1].told_at > now]
        await self._write(done, now)

    async def finish(self, now: datetime) -> None:
        """Write the others as they stand at `now`; the import ends with it."""
        await self._write(self._kept, now)
        self._kept = []

    async def _write(self, parcels: list[PastParcel], now: datetime) -> None:
        if not parcels:
            return
        async with self._connection.transaction():
            for table, columns, rows in self._rows(parcels, now):
                if rows:
                    await self._connection.copy_records_to_table(
                        table, schema_name="mall", columns=("tenant_id", *columns), records=rows
                    )

    def _rows(
        self, parcels: list[PastParcel], now: datetime
    ) -> Iterator[tuple[str, tuple[str, ...], list[tuple[Any, ...]]]]:
        """Yield table, columns after the tenant's and rows, in the order in which they depend on each other."""
        tenant = self._tenant_id
        shipments: list[tuple[Any, ...]] = []
        lines: list[tuple[Any, ...]] = []
        events: list[tuple[Any, ...]] = []
        compensations: list[tuple[Any, ...]] = []
        for parcel in parcels:
            told = {n.event.key: n for n in reversed(parcel.news) if n.told_at <= now}
            state = state_of(news.event for news in told.values())
            due = self._due(parcel, state)
            compensations += self._broken(parcel, state, due, now)
            # What nobody has packed yet is no parcel.
            if parcel.created_at > now:
                continue
            shipments.append((tenant, *self._shipment(parcel, state, due, now)))
            lines.append((tenant, parcel.shipment_id, _LINE_NO, parcel.redemption_id, parcel.quantity))
            for news in told.values():
                event = news.event
                events.append(
                    (tenant, parcel.shipment_id, event.key, event.kind, event.occurred_at, news.source)
                )
        yield "shipment", _SHIPMENT, shipments
        yield "shipment_line", ("shipment_id", "line_no", "redemption_id", "quantity"), lines
        yield "shipment_event", ("shipment_id", "event_key", "kind", "occurred_at", "source"), events
        yield "compensation", _COMPENSATION, compensations

    def _due(self, parcel: PastParcel, state: State) -> datetime | None:
        if state.shipped_at is None:
            return None
        return due_at(state.shipped_at, DELIVER_WITHIN[region_of(parcel.province)], self._rest_days)

    def _shipment(
        self, parcel: PastParcel, state: State, due: datetime | None, now: datetime
    ) -> tuple[Any, ...]:
        last = min(parcel.news[-1].told_at, now)
        return (
            parcel.shipment_id, parcel.redemption_id, str(parcel.shipment_id), sha256(parcel.shipment_id.bytes).digest(),
            parcel.carrier, parcel.tracking_number, parcel.province, region_of(parcel.province), self._warehouse_id,
            state.status, parcel.created_at, state.shipped_at, due, state.delivered_at, state.ended_at, last, now,
        )  # fmt: skip

    def _broken(
        self, parcel: PastParcel, state: State, due: datetime | None, now: datetime
    ) -> Iterator[tuple[Any, ...]]:
        """Yield the compensations of promises that were broken until `now`.

        The supplier of the item is responsible for what is shipped late, else the platform; the carrier for the rest.
        """
        tenant, supplier_id = self._tenant_id, self._suppliers.get(parcel.item_id)
        ship_by = due_at(parcel.paid_at, SHIP_WITHIN, self._rest_days)
        if _is_broken(ship_by, state.shipped_at, now):
            party = "supplier" if supplier_id else "platform"
            yield (
                tenant, derived(parcel.shipment_id, 1), "shipping", parcel.redemption_id, parcel.redemption_id, None, parcel.member_id, party, supplier_id,
                None, ship_by, ship_by + _NOTICED_AFTER, self._points,
            )  # fmt: skip
        if due is not None and _is_broken(due, state.delivered_at, now):
            yield (
                tenant, derived(parcel.shipment_id, 2), "delivery", parcel.shipment_id, parcel.redemption_id, parcel.shipment_id, parcel.member_id,
                "carrier", None, parcel.carrier, due, due + _NOTICED_AFTER, self._points,
            )  # fmt: skip


def _is_broken(due: datetime, kept_at: datetime | None, now: datetime) -> bool:
    return due + _NOTICED_AFTER <= now if kept_at is None else kept_at > due


_SHIPMENT = (
    "shipment_id", "redemption_id", "reference", "request_hash", "carrier", "tracking_number", "province", "region",
    "warehouse_id", "status", "created_at", "shipped_at", "due_at", "delivered_at", "ended_at", "asked_at", "ask_next_at",
)  # fmt: skip
_COMPENSATION = (
    "compensation_id", "clock", "subject_id", "redemption_id", "shipment_id", "member_id", "party", "supplier_id", "carrier", "due_at",
    "opened_at", "points",
)  # fmt: skip
