"""What the platform itself has in a simulated world: its licences, one of which ends soon, and carriers' rates."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Final

import asyncpg

from orchestration.cli.world.plan import WorldPlan
from transactional.carriage.domain import Rate, VolumeDiscount
from transactional.carriage.operations import announce_rate
from transactional.clock import BUSINESS_ZONE
from transactional.database import Connection
from transactional.licences.operations import NewLicence, evaluate_alerts, register

_BY = "simulated platform"
_HOLDER = "示例积分平台有限公司"
# What a parcel costs up to a kilogram and for each begun beyond it, in fen, by carrier and region.
RATES: Final = {
    ("sf", "nationwide"): (1_200, 300), ("sf", "remote"): (2_200, 1_200),
    ("jd", "nationwide"): (1_000, 250), ("jd", "remote"): (2_000, 1_100),
}  # fmt: skip
_KILOGRAM: Final = 1_000
# The platform's promise: over 100,000 parcels a month each costs a fifth less.
VOLUME_DISCOUNT: Final = VolumeDiscount(100_000, 2_000)
# The kind of each licence, and how many days after the world it ends; who sells virtual goods has both.
LICENCES: Final = {"value_added_telecom": 900, "internet_culture": 27}
_LICENCE_DAYS: Final = 1_826


async def set_up_platform(url: str, plan: WorldPlan) -> None:
    """Announce rates and register licences, of which the platform has none yet, and tell what ends soon."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            await _announce(connection, plan)
            await _register(connection, plan)
    finally:
        await connection.close()


async def _announce(connection: Connection, plan: WorldPlan) -> None:
    rated = {row["carrier"] for row in await connection.fetch("select carrier from mall.carrier_rate")}
    for (carrier, region), (first, step) in RATES.items():
        if carrier not in rated:
            rate = Rate(
                carrier=carrier,
                region=region,
                valid_from=plan.first,
                first_grams=_KILOGRAM,
                first_fen=first,
                step_grams=_KILOGRAM,
                step_fen=step,
                volume_discounts=(VOLUME_DISCOUNT,),
            )
            await announce_rate(connection, rate=rate, by=_BY, now=_morning(plan.first - timedelta(days=14)))


async def _register(connection: Connection, plan: WorldPlan) -> None:
    held = {row["kind"] for row in await connection.fetch("select kind from mall.licence")}
    for kind, days in LICENCES.items():
        if kind not in held:
            expires = plan.until + timedelta(days=days)
            begins = expires - timedelta(days=_LICENCE_DAYS)
            new = NewLicence(kind, f"SIM-{kind}-{begins:%Y}", _HOLDER, begins, expires)
            await register(connection, new=new, by=_BY, now=_morning(begins))
            # As the worker would have, on the days on which something was to be told.
            for day in (plan.until - timedelta(days=n) for n in range(90, -1, -1)):
                await evaluate_alerts(connection, now=_morning(day))


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), BUSINESS_ZONE).astimezone(UTC)
