"""Carriers' rates, and the parcels they took in a month."""

from collections import defaultdict
from datetime import date, datetime, time
from uuid import UUID

import asyncpg

from transactional.carriage.domain import (
    CarrierMonth,
    Parcels,
    Rate,
    VolumeDiscount,
    carrier_month,
    month_end,
)
from transactional.clock import BUSINESS_ZONE
from transactional.database import Connection

_RATES = """
select carrier, region, valid_from, first_grams, first_fen, step_grams, step_fen, over_parcels, discounts_bp
from mall.carrier_rate
order by carrier, region, valid_from desc
"""
_VOLUME = """
select carrier, count(*) as parcels
from mall.shipment
where shipped_at >= $1 and shipped_at < $2
group by carrier
"""
# An item that nobody weighed weighs nothing, and the parcel costs as much as the lightest.
_PARCELS = """
with parcel as (
    select s.carrier, s.region, (s.shipped_at at time zone 'Asia/Shanghai')::date as day, w.grams
    from mall.shipment s
    cross join lateral (
        select coalesce(sum(l.quantity * coalesce(i.weight_grams, 0)), 0)::bigint as grams
        from mall.shipment_line l
        join mall.redemption_line r using (tenant_id, redemption_id, line_no)
        join mall.item i on i.item_id = r.item_id
        where l.tenant_id = s.tenant_id and l.shipment_id = s.shipment_id
    ) w
    where s.shipped_at >= $1 and s.shipped_at < $2 and ($3::uuid is null or s.tenant_id = $3)
)
select carrier, region, day, grams, count(*) as count
from parcel
group by carrier, region, day, grams
"""


async def list_rates(connection: Connection) -> list[Rate]:
    """Return all rates by carrier and region, the newest first."""
    return [_rate(row) for row in await connection.fetch(_RATES)]


async def months_of_carriers(
    connection: Connection, *, tenant_id: UUID | None, month: date, today: date
) -> list[CarrierMonth]:
    """Return what a month's parcels of a tenant come to by carrier, or those of all tenants for None.

    Needs the committer's role, which sees the parcels of all tenants: their number together decides the discount.
    """
    end = min(today, month_end(month))
    span = _midnight(month), _midnight(date.fromordinal(end.toordinal() + 1))
    volumes = {row["carrier"]: row["parcels"] for row in await connection.fetch(_VOLUME, *span)}
    rates = await list_rates(connection)
    by_carrier: dict[str, list[Parcels]] = defaultdict(list)
    for row in await connection.fetch(_PARCELS, *span, tenant_id):
        by_carrier[row["carrier"]].append(Parcels(**dict(row)))
    return [
        carrier_month(
            carrier, by_carrier[carrier], rates=rates, volume=volumes[carrier], month=month, today=today
        )
        for carrier in sorted(by_carrier)
    ]


async def volume_of(connection: Connection, *, carrier: str, month: date, today: date) -> int:
    """Return how many parcels a carrier took of all tenants in a month until today; as `months_of_carriers`."""
    span = _midnight(month), _midnight(date.fromordinal(min(today, month_end(month)).toordinal() + 1))
    volumes: dict[str, int] = {
        row["carrier"]: row["parcels"] for row in await connection.fetch(_VOLUME, *span)
    }
    return volumes.get(carrier, 0)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), BUSINESS_ZONE)


def _rate(row: asyncpg.Record) -> Rate:
    told = dict(row)
    discounts = zip(told.pop("over_parcels"), told.pop("discounts_bp"), strict=True)
    return Rate(**told, volume_discounts=tuple(VolumeDiscount(over, bp) for over, bp in discounts))
