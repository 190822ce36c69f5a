"""What a tenant promises beyond the platform's hours: points for a broken promise, and days on which clocks rest."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from transactional.clock import business_date
from transactional.database import Connection
from transactional.problems import InvalidRequest

# A tenant's own rest days, and the public holidays since it rests on them.
_REST_DAYS = """
select day, note, announced_by, announced_at from mall.rest_day where tenant_id = $1
union all
select w.day, '公众假期 / public holiday', w.changed_by, w.changed_at
from mall.fulfilment_terms t
join mall.working_day_change w on not w.is_working and w.day >= t.holidays_from
where t.tenant_id = $1 and not exists (
    select from mall.rest_day r where r.tenant_id = t.tenant_id and r.day = w.day)
order by day
"""
_ADD_REST_DAY = """
insert into mall.rest_day (tenant_id, day, note, announced_by, announced_at) values ($1, $2, $3, $4, $5)
on conflict (tenant_id, day) do nothing
"""
# Holidays that have begun stay rest days; the others are no longer.
_WORK_ON_HOLIDAYS = """
with begun as (
    insert into mall.rest_day (tenant_id, day, note, announced_by, announced_at)
    select t.tenant_id, w.day, '公众假期 / public holiday', $3, $4
    from mall.fulfilment_terms t
    join mall.working_day_change w on not w.is_working and w.day between t.holidays_from and $2
    where t.tenant_id = $1
    on conflict (tenant_id, day) do nothing
)
update mall.fulfilment_terms set holidays_from = null where tenant_id = $1
"""


async def rest_days(connection: Connection, *, tenant_id: UUID) -> Sequence[Any]:
    """Return the days on which a tenant's clocks rest, the first first, with who announced them when."""
    return await connection.fetch(_REST_DAYS, tenant_id)


async def rest_days_of(connection: Connection, tenant_id: UUID) -> frozenset[date]:
    """Return the business days on which a tenant's clocks rest."""
    return frozenset(row["day"] for row in await rest_days(connection, tenant_id=tenant_id))


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
        _ADD_REST_DAY, [(tenant_id, day, note, by, now) for day, note in days.items()]
    )


async def add_rest_day(
    connection: Connection, *, tenant_id: UUID, day: date, note: str, by: str, now: datetime
) -> bool:
    """Make a day a rest day beside the others; return False if it was one before, which stays as it was.

    Raises:
        InvalidRequest: the day has begun, so that promises of it are made already.
    """
    is_known = await connection.fetchval(
        "select true from mall.rest_day where tenant_id = $1 and day = $2", tenant_id, day
    )
    if is_known:
        return False
    if day <= business_date(now):
        raise InvalidRequest(f"day: {day} has begun; announce a rest day before it comes")
    await connection.execute(_ADD_REST_DAY, tenant_id, day, note, by, now)
    return True


async def change_terms(
    connection: Connection,
    *,
    tenant_id: UUID,
    compensation_points: int,
    rests_on_holidays: bool | None = None,
    by: str,
    now: datetime,
) -> None:
    """Change the points that promises broken from now on are compensated with.

    Args:
        rests_on_holidays: whether clocks rest on the public holidays from tomorrow on; None leaves it as it is.
    """
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
    today = business_date(now)
    if rests_on_holidays:
        await connection.execute(
            "update mall.fulfilment_terms set holidays_from = coalesce(holidays_from, $2) where tenant_id = $1",
            tenant_id,
            today + timedelta(days=1),
        )
    elif rests_on_holidays is False:
        await connection.execute(_WORK_ON_HOLIDAYS, tenant_id, today, by, now)


async def compensation_points_of(connection: Connection, tenant_id: UUID) -> int:
    """Return the points of a broken promise, 0 if the tenant promises none."""
    points, _ = await terms_of(connection, tenant_id)
    return points


async def terms_of(connection: Connection, tenant_id: UUID) -> tuple[int, bool]:
    """Return the points of a broken promise, 0 if the tenant promises none, and whether its clocks rest on holidays."""
    row = await connection.fetchrow(
        "select compensation_points, holidays_from is not null from mall.fulfilment_terms where tenant_id = $1",
        tenant_id,
    )
    return (0, False) if row is None else (row[0], row[1])
