"""Lets a release write back, if no newer one has: by tenant and kind, such as `segments:rfm`."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from transactional.database import Connection
from transactional.problems import Problem

# The pipeline may run on another machine, with a clock of local time.
_CLOCKS_DIFFER = timedelta(days=1)


class NoSuchTenant(Problem):
    """There is no such tenant."""

    slug = "no-such-tenant"
    title = "No such tenant"
    status = 404

    def __init__(self, tenant_id: UUID) -> None:
        super().__init__(
            f"this mall has no tenant {tenant_id}; was the release made from another mall's data?",
            tenant_id=str(tenant_id),
        )


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


class ReleaseAhead(Problem):
    """The release bears a time that has not come: kept, it would be newer than all that follow until then."""

    slug = "release-ahead-of-time"
    title = "The release bears a time that has not come"
    status = 422

    def __init__(self, release_id: str, now: datetime) -> None:
        super().__init__(
            f"release {release_id} bears a time that has not come, here it is {now:%Y-%m-%dT%H:%MZ}; set the clocks of both "
            "machines right and publish again"
        )


@dataclass(frozen=True)
class Part:
    """A part of what a release says of a tenant; after the last one, what only older releases said is over."""

    tenant_id: UUID
    release_id: str
    as_of_date: date
    is_last: bool


def _is_ahead(release_id: str, now: datetime) -> bool:
    """Return whether a release's time lies further ahead than clocks differ."""
    made_at = datetime.strptime(release_id[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    return made_at > now + _CLOCKS_DIFFER


class Told(Protocol):
    """The rows of one kind that a part tells."""

    @property
    def kind(self) -> str:
        """Return what it is that releases replace as a whole, such as `segments:rfm`."""

    async def store(self, connection: Connection, part: Part) -> list[tuple[UUID, str]]:
        """Store the rows; return what became of each, in order."""

    async def end_older(self, connection: Connection, part: Part) -> int:
        """End what older releases said and no part of this one repeated; return how many rows that was."""


async def write_part(
    connection: Connection, part: Part, told: Told, *, now: datetime
) -> tuple[list[tuple[UUID, str]], int]:
    """Store a part inside the caller's transaction, if no newer release has written of its kind.

    Returns:
        What became of each row, in order; and how many rows of older releases are over with the last part.

    Raises:
        NoSuchTenant, OutdatedRelease, ReleaseAhead: nothing was stored.
    """
    await _take_turn(connection, part, told.kind, now)
    rows = await told.store(connection, part)
    if not part.is_last:
        return rows, 0
    ended = await told.end_older(connection, part)
    # Once noted, that stays: the same part again says nothing new.
    await connection.execute(
        "update mall.write_back set completed_at = $3 "
        "where tenant_id = $1 and kind = $2 and completed_at is null",
        part.tenant_id,
        told.kind,
        now,
    )
    return rows, ended


async def _take_turn(connection: Connection, part: Part, kind: str, now: datetime) -> None:
    """Let the part's release write, and from now on no older one."""
    if not await connection.fetchval(
        "select exists (select from mall.tenant where tenant_id = $1)", part.tenant_id
    ):
        raise NoSuchTenant(part.tenant_id)
    if _is_ahead(part.release_id, now):
        raise ReleaseAhead(part.release_id, now)
    # Two requests at once would otherwise mix two releases.
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended('write back ' || $1 || $2, 0))",
        str(part.tenant_id),
        kind,
    )
    newest = await connection.fetchval(
        "select release_id from mall.write_back where tenant_id = $1 and kind = $2", part.tenant_id, kind
    )
    # One that was let in by a wrong clock of this machine is in nobody's way.
    if newest is not None and newest > part.release_id and not _is_ahead(newest, now):
        raise OutdatedRelease(part.release_id, newest)
    if newest != part.release_id:
        await connection.execute(
            "insert into mall.write_back (tenant_id, kind, release_id, as_of_date) values ($1, $2, $3, $4) "
            "on conflict (tenant_id, kind) do update set release_id = excluded.release_id, "
            "as_of_date = excluded.as_of_date, completed_at = null, recorded_at = clock_timestamp()",
            part.tenant_id,
            kind,
            part.release_id,
            part.as_of_date,
        )
