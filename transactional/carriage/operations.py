"""Announces carriers' rates. They are the platform's; everything runs inside the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from transactional.carriage.domain import Rate, RateExists
from transactional.database import Connection
from transactional.row_report import all_or_nothing


async def announce_rate(connection: Connection, *, rate: Rate, by: str, now: datetime) -> bool:
    """Announce a rate, and tell whether it is new; the same again changes nothing.

    Raises:
        RateExists: another one of the carrier and region begins on that day.
    """
    values = (
        rate.carrier, rate.region, rate.valid_from, rate.first_grams, rate.first_fen, rate.step_grams, rate.step_fen,
        [one.over_parcels for one in rate.volume_discounts], [one.discount_bp for one in rate.volume_discounts],
    )  # fmt: skip
    made = await connection.fetchval(
        "insert into mall.carrier_rate (carrier, region, valid_from, first_grams, first_fen, step_grams, step_fen, "
        "over_parcels, discounts_bp, announced_by, announced_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) "
        "on conflict (carrier, region, valid_from) do nothing returning true",
        *values,
        by,
        now,
    )
    if made:
        return True
    is_same = await connection.fetchval(
        "select (first_grams, first_fen, step_grams, step_fen, over_parcels, discounts_bp) = ($4::int, $5::bigint, "
        "$6::int, $7::bigint, $8::bigint[], $9::int[]) from mall.carrier_rate "
        "where carrier = $1 and region = $2 and valid_from = $3",
        *values,
    )
    if not is_same:
        raise RateExists(rate.carrier, rate.region, rate.valid_from)
    return False


async def announce_rates(connection: Connection, *, rates: Sequence[Rate], by: str, now: datetime) -> int:
    """Announce all rates of a file or none, and return how many are new.

    Raises:
        RowsRefused: naming each that is refused.
    """
    made = await all_or_nothing(rates, lambda rate: announce_rate(connection, rate=rate, by=by, now=now))
    return sum(made)
