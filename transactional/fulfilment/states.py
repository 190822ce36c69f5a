"""What became of a parcel, as a function of the set of its events: neither their order of arrival nor repeats matter."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType


class ShipmentStatus(StrEnum):
    """Where a parcel is."""

    REGISTERED = "registered"
    COLLECTED = "collected"
    IN_TRANSIT = "in_transit"
    OUT_FOR_DELIVERY = "out_for_delivery"
    ATTEMPTED = "attempted"
    DELIVERED = "delivered"
    RETURNED = "returned"
    LOST = "lost"


_S = ShipmentStatus
_ON_THE_WAY = frozenset({_S.IN_TRANSIT, _S.OUT_FOR_DELIVERY, _S.ATTEMPTED})
_ENDS = frozenset({_S.DELIVERED, _S.RETURNED, _S.LOST})

# What the next event, in the order in which they happened, may make of a parcel. Carriers scan late: what does not fit
# is kept and changes nothing. A lost parcel may be found; what was handed over or sent back stays so.
FOLLOWING: Mapping[ShipmentStatus, frozenset[ShipmentStatus]] = MappingProxyType(
    {
        _S.REGISTERED: frozenset(_S) - {_S.REGISTERED},
        _S.COLLECTED: _ON_THE_WAY | _ENDS,
        **dict.fromkeys(_ON_THE_WAY, _ON_THE_WAY | _ENDS),
        _S.LOST: frozenset({_S.DELIVERED, _S.RETURNED}),
        _S.DELIVERED: frozenset(),
        _S.RETURNED: frozenset(),
    }
)
# Events of one second are taken in the order in which a parcel goes.
_RANK = {status: rank for rank, status in enumerate(_S)}


@dataclass(frozen=True)
class Event:
    """What a carrier told of a parcel.

    Attributes:
        key: the same each time the same is told, pushed or asked for.
        kind: the status it tells of, never `registered`.
        occurred_at: when it happened, by the carrier's clock, UTC.
    """

    key: str
    kind: ShipmentStatus
    occurred_at: datetime


@dataclass(frozen=True)
class State:
    """Where a parcel is and since when it is on its way, delivered, ended."""

    status: ShipmentStatus = ShipmentStatus.REGISTERED
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    ended_at: datetime | None = None


def state_of(events: Iterable[Event]) -> State:
    """Return what became of a parcel, of its events in any order and any number of times.

    It is shipped since the first of them, for nobody scans what nobody has collected.
    """
    told = {event.key: event for event in events}.values()
    state = State()
    for event in sorted(told, key=lambda one: (one.occurred_at, _RANK[one.kind], one.key)):
        if event.kind not in FOLLOWING[state.status]:
            continue
        state = State(
            status=event.kind,
            shipped_at=state.shipped_at or event.occurred_at,
            delivered_at=event.occurred_at if event.kind is _S.DELIVERED else None,
            ended_at=event.occurred_at if event.kind in _ENDS else None,
        )
    return state
