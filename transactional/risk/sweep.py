"""Forgets the counts that no rule can look at any more; a background job."""

from datetime import datetime, timedelta

from transactional.database import Connection

# The longest window a rule may have.
_LONGEST_WINDOW = timedelta(days=31)


async def sweep_velocity(connection: Connection, *, now: datetime, limit: int = 10_000) -> int:
    """Delete up to `limit` rows of subjects that were quiet longer than any window; return how many went.

    It needs the committer's role. Rows that a batch holds are left alone, so that neither waits for the other.
    """
    swept: int = await connection.fetchval(
        """
        with stale as (
            select tenant_id, dimension, subject from mall.velocity
            where seen_at < $1
            limit $2
            for update skip locked
        ), gone as (
            delete from mall.velocity v using stale s
            where v.tenant_id = s.tenant_id and v.dimension = s.dimension and v.subject = s.subject
            returning 1
        )
        select count(*) from gone
        """,
        now - _LONGEST_WINDOW,
        limit,
    )
    return swept
