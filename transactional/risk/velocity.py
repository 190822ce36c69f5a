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
returning tenant_id, dimension, subject
"""
VELOCITY = """
select s.tenant_id, s.dimension, s.subject, s.recent
from mall.velocity s
where s.tenant_id = wanted.tenant_id and s.dimension = wanted.dimension and s.subject = wanted.subject
"""
_FOUND = f"""
select found.*
from unnest($1::uuid[], $2::text[], $3::bytea[]) as wanted(tenant_id, dimension, subject)
cross join lateral ({VELOCITY} offset 0 {{lock}}) found
"""


async def read_velocity(
    connection: Connection, subjects: Iterable[Subject], now: datetime, *, lock: bool
) -> dict[Subject, Recent]:
    """Lock the rows of subjects until the transaction ends, making those that are new, and return their counts.

    Batches cannot wait for each other in a circle: while planting, a batch holds no row that others can see yet,
    and afterwards rows are locked in the order of their key. Without `lock` nothing is locked or made.
    """
    missing = set(subjects)
    if not lock:
        return {subject: Recent() for subject in missing} | await _find(connection, missing, lock="")
    found: dict[Subject, Recent] = {}
    # More than one round only if the sweeper took a row between the two statements.
    while missing:
        planted = await connection.fetch(_PLANT, *subject_columns(missing), now)
        found |= {(tenant_id, dimension, subject): Recent() for tenant_id, dimension, subject in planted}
        missing -= found.keys()
        if missing:
            found |= await _find(connection, missing, lock="for update of s")
            missing -= found.keys()
    return found


def subject_columns(subjects: Iterable[Subject]) -> tuple[list[UUID], list[str], list[bytes]]:
    """Return tenants, dimensions and the 16 bytes of subjects as three lists, in the order of the key."""
    rows = sorted(subjects)
    return [t for t, _, _ in rows], [d for _, d, _ in rows], [s for _, _, s in rows]


async def _find(connection: Connection, subjects: Iterable[Subject], *, lock: str) -> dict[Subject, Recent]:
    rows = await connection.fetch(_FOUND.format(lock=lock), *subject_columns(subjects))
    return {(tenant_id, dimension, subject): Recent(recent) for tenant_id, dimension, subject, recent in rows}
