"""Locks and reads how much subjects did lately."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from transactional.database import Connection
from transactional.risk.recent import Recent
from transactional.risk.subjects import Subject

# A row that is not there cannot be locked: two batches would both begin at nothing, and one count would be lost.
_PLANT = """
insert into mall.velocity (tenant_id, dimension, subject, seen_at)
select w.tenant_id, w.dimension, w.subject, $4
from unnest($1::uuid[], $2::text[], $3::bytea[]) as w(tenant_id, dimension, subject)
where (
    select true from mall.velocity v
    where v.tenant_id = w.tenant_id and v.dimension = w.dimension and v.subject = w.subject
) is null
order by 1, 2, 3
on conflict do nothing
"""
_VELOCITY = """
select v.tenant_id, v.dimension, v.subject, v.recent
from mall.velocity v
join unnest($1::uuid[], $2::text[], $3::bytea[]) as w(tenant_id, dimension, subject)
    using (tenant_id, dimension, subject)
order by v.tenant_id, v.dimension, v.subject
"""
_LOCK = "for update of v"


async def lock_velocity(
    connection: Connection, subjects: Iterable[Subject], now: datetime
) -> dict[Subject, Recent]:
    """Lock the rows of subjects until the transaction ends, making those that are new, and return their counts.

    Batches cannot wait for each other in a circle: while planting, a batch holds no row that others can see yet,
    and afterwards rows are locked in the order of their key.
    """
    missing = set(subjects)
    found: dict[Subject, Recent] = {}
    # More than one round only if the sweeper took a row between the two statements.
    while missing:
        await connection.execute(_PLANT, *subject_columns(missing), now)
        found |= await _lock(connection, missing)
        missing -= found.keys()
    return found


async def lock_known_velocity(
    connection: Connection, subjects: Iterable[Subject], now: datetime
) -> dict[Subject, Recent]:
    """Do as `lock_velocity`, a round trip quicker if every row is there already.

    The very first batches of several tenants at once might wait for each other in a circle, which the database
    notices; they are tried again.
    """
    wanted = set(subjects)
    found = await _lock(connection, wanted)
    if missing := wanted - found.keys():
        found |= await lock_velocity(connection, missing, now)
    return found


async def peek_velocity(
    connection: Connection, subjects: Iterable[Subject], _now: datetime
) -> dict[Subject, Recent]:
    """Return the counts of subjects without locking or making their rows."""
    wanted = set(subjects)
    found = {subject: Recent(b"") for subject in wanted}
    for row in await connection.fetch(_VELOCITY, *subject_columns(wanted)):
        found[row["tenant_id"], row["dimension"], row["subject"]] = Recent(row["recent"])
    return found


def subject_columns(subjects: Iterable[Subject]) -> tuple[list[UUID], list[str], list[bytes]]:
    """Return tenants, dimensions and the 16 bytes of subjects as three lists."""
    rows = list(subjects)
    return [t for t, _, _ in rows], [d for _, d, _ in rows], [s for _, _, s in rows]


async def _lock(connection: Connection, subjects: Iterable[Subject]) -> dict[Subject, Recent]:
    return {
        (row["tenant_id"], row["dimension"], row["subject"]): Recent(row["recent"])
        for row in await connection.fetch(_VELOCITY + _LOCK, *subject_columns(subjects))
    }
