"""Lets a release write back, if no newer one has: by tenant and kind, such as `segments:rfm`."""

from datetime import date, datetime
from uuid import UUID

from transactional.database import Connection
from transactional.problems import Problem


class NoSuchTenant(Problem):
    """There is no such tenant."""

    slug = "no-such-tenant"
    title = "No such tenant"
    status = 404

    def __init__(self, tenant_id: UUID) -> None:
        super().__init__(f"there is no tenant {tenant_id}", tenant_id=str(tenant_id))


class OutdatedRelease(Problem):
    """A newer release has written back."""

    slug = "outdated-release"
    title = "A newer release was written back"
    status = 409

    def __init__(self, release_id: str, newest: str) -> None:
        super().__init__(
            f"release {newest} was written back before and is newer than {release_id}; nothing was changed",
            newest_release_id=newest,
        )


async def begin(
    connection: Connection, *, tenant_id: UUID, kind: str, release_id: str, as_of_date: date
) -> None:
    """Let a release write one kind of a tenant's rows inside the caller's transaction.

    Raises:
        NoSuchTenant: it is not there.
        OutdatedRelease: a newer one has written.
    """
    if not await connection.fetchval(
        "select exists (select from mall.tenant where tenant_id = $1)", tenant_id
    ):
        raise NoSuchTenant(tenant_id)
    # Two requests at once would otherwise mix two releases.
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended('write back ' || $1 || $2, 0))", str(tenant_id), kind
    )
    newest = await connection.fetchval(
        "select release_id from mall.write_back where tenant_id = $1 and kind = $2", tenant_id, kind
    )
    if newest is not None and newest > release_id:
        raise OutdatedRelease(release_id, newest)
    if newest != release_id:
        await connection.execute(
            "insert into mall.write_back (tenant_id, kind, release_id, as_of_date) values ($1, $2, $3, $4) "
            "on conflict (tenant_id, kind) do update set release_id = excluded.release_id, "
            "as_of_date = excluded.as_of_date, completed_at = null, recorded_at = clock_timestamp()",
            tenant_id,
            kind,
            release_id,
            as_of_date,
        )


async def complete(connection: Connection, *, tenant_id: UUID, kind: str, now: datetime) -> None:
    """Note that a release has written all its rows; once noted, that stays."""
    await connection.execute(
        "update mall.write_back set completed_at = $3 "
        "where tenant_id = $1 and kind = $2 and completed_at is null",
        tenant_id,
        kind,
        now,
    )
