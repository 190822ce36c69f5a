"""What a tenant promises beyond the platform's hours: points for a broken promise, and days on which clocks rest."""

from collections.abc import Mapping
from datetime import date, datetime
from uuid import UUID

from transactional.clock import business_date
from transactional.database import Connection
from transactional.problems import InvalidRequest


async def rest_days_of(connection: Connection, tenant_id: UUID) -> frozenset[date]:
    """Return the business days on which a tenant's clocks rest."""
    rows = await connection.fetch("select day from mall.rest_day where tenant_id = $1", tenant_id)
    return frozenset(row["day"] for row in rows)


async def announce_rest_days(
    connection: Connection, *, tenant_id: UUID, days: Mapping[date, str], by: str, now: datetime
) -> None:
    """Make `days`, with a note each, the rest days to come; those that have begun stay as they were.

    Raises:
        InvalidRequest: a day has begun, so that promises of it are made already.
    """
    today = business_date(now)
    begun = sorted(day for day in days if day <= today)
    if begun:
        raise InvalidRequest(f"days: {begun[0]} has begun; announce a rest day before it comes")
    await connection.execute(
        "delete from mall.rest_day where tenant_id = $1 and day > $2 and day <> all($3)",
        tenant_id,
        today,
        list(days),
    )
    await connection.executemany(
        "insert into mall.rest_day (tenant_id, day, note, announced_by, announced_at) values ($1, $2, $3, $4, $5) "
        "on conflict (tenant_id, day) do nothing",
        [(tenant_id, day, note, by, now) for day, note in days.items()],
    )


async def change_terms(
    connection: Connection, *, tenant_id: UUID, compensation_points: int, by: str, now: datetime
) -> None:
    """Change the points that promises broken from now on are compensated with."""
    await connection.execute(
        "insert into mall.fulfilment_terms (tenant_id, compensation_points, changed_by, changed_at) "
        "values ($1, $2, $3, $4) on conflict (tenant_id) do update set "
        "compensation_points = excluded.compensation_points, changed_by = excluded.changed_by, "
        "changed_at = excluded.changed_at",
        tenant_id,
        compensation_points,
        by,
        now,
    )


async def compensation_points_of(connection: Connection, tenant_id: UUID) -> int:
    """Return the points of a broken promise, 0 if the tenant promises none."""
    points: int | None = await connection.fetchval(
        "select compensation_points from mall.fulfilment_terms where tenant_id = $1", tenant_id
    )
    return points or 0
