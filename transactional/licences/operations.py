"""Registers licences, and opens and closes their alerts. Everything runs inside the caller's transaction."""

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date, datetime
from uuid import UUID

from transactional.clock import business_date
from transactional.database import Connection
from transactional.licences.domain import (
    LicenceExists,
    LicenceLastsBackwards,
    UnknownLicence,
    UnknownLicenceAlert,
    levels_reached,
)
from transactional.row_report import all_or_nothing

_LOCK = "select pg_advisory_xact_lock(hashtextextended('licences', 0))"
# A licence is renewed where another of its kind lasts longer.
_OPEN_ENDED = """
select l.licence_id, l.expires_on, exists (
        select from mall.licence n where n.kind = l.kind and n.expires_on > l.expires_on and n.valid_from <= l.expires_on + 1
    ) as is_renewed
from mall.licence l
order by l.licence_id
"""


@dataclass(frozen=True)
class NewLicence:
    """A licence to register; its kind and number name it. Both days are included."""

    kind: str
    number: str
    holder: str
    valid_from: date
    expires_on: date


@dataclass(frozen=True)
class Correction:
    """What a licence truly says; None of what stays. Both days are included."""

    holder: str | None
    valid_from: date | None
    expires_on: date | None
    reason: str


async def register(connection: Connection, *, new: NewLicence, by: str, now: datetime) -> tuple[UUID, bool]:
    """Register a licence; alerts open and close by it at once.

    Returns:
        Its id, and whether this call registered it.

    Raises:
        LicenceExists: the number is registered with other contents.
    """
    await connection.execute(_LOCK)
    known = await connection.fetchrow(
        "select licence_id, (holder, valid_from, expires_on) = ($3::text, $4::date, $5::date) as is_same "
        "from mall.licence where kind = $1 and number = $2",
        *astuple(new),
    )
    if known is not None:
        if not known["is_same"]:
            raise LicenceExists(new.kind, new.number)
        return known["licence_id"], False
    licence_id: UUID = await connection.fetchval(
        "insert into mall.licence (kind, number, holder, valid_from, expires_on, registered_by, registered_at) "
        "values ($1, $2, $3, $4, $5, $6, $7) returning licence_id",
        *astuple(new),
        by,
        now,
    )
    await evaluate_alerts(connection, now=now)
    return licence_id, True


async def register_all(
    connection: Connection, *, licences: Sequence[NewLicence], by: str, now: datetime
) -> int:
    """Register all of a list or nothing, and return how many were new.

    Raises:
        RowsRefused: naming each licence that is refused.
    """
    made = await all_or_nothing(licences, lambda new: register(connection, new=new, by=by, now=now))
    return sum(is_new for _, is_new in made)


async def correct(
    connection: Connection, *, licence_id: UUID, told: Correction, by: str, now: datetime
) -> None:
    """Correct what is written down of a licence and keep what stood there; alerts follow at once.

    Raises:
        UnknownLicence: it is not there.
        LicenceLastsBackwards: its last day would lie before its first.
    """
    await connection.execute(_LOCK)
    known = await connection.fetchrow(
        "select holder, valid_from, expires_on from mall.licence where licence_id = $1", licence_id
    )
    if known is None:
        raise UnknownLicence(licence_id)
    valid_from, expires_on = told.valid_from or known["valid_from"], told.expires_on or known["expires_on"]
    if expires_on < valid_from:
        raise LicenceLastsBackwards(valid_from, expires_on)
    await connection.execute(
        "insert into mall.licence_correction (licence_id, former_holder, former_valid_from, former_expires_on, reason, "
        "corrected_by, corrected_at) values ($1, $2, $3, $4, $5, $6, $7)",
        licence_id,
        *known,
        told.reason,
        by,
        now,
    )
    await connection.execute(
        "update mall.licence set holder = $2, valid_from = $3, expires_on = $4 where licence_id = $1",
        licence_id,
        told.holder or known["holder"],
        valid_from,
        expires_on,
    )
    await evaluate_alerts(connection, now=now)


async def evaluate_alerts(connection: Connection, *, now: datetime) -> int:
    """Open the alerts that are due, close those that are not, as of renewed licences, and return how many changed.

    One that was closed opens again, unseen, if its licence turns out to last less long than was written down.
    """
    await connection.execute(_LOCK)
    today, changed = business_date(now), 0
    for row in await connection.fetch(_OPEN_ENDED):
        due = [] if row["is_renewed"] else levels_reached(row["expires_on"], today)
        closed = await connection.fetch(
            "update mall.licence_alert set closed_at = $2 where licence_id = $1 and closed_at is null "
            "and not days_before = any($3::int[]) returning alert_id",
            row["licence_id"],
            now,
            due,
        )
        changed += len(closed)
        for days in due:
            opened = await connection.fetchval(
                "insert into mall.licence_alert (licence_id, days_before, opened_at) values ($1, $2, $3) "
                "on conflict (licence_id, days_before) do update "
                "set closed_at = null, acknowledged_at = null, acknowledged_by = null "
                "where licence_alert.closed_at is not null returning alert_id",
                row["licence_id"],
                days,
                now,
            )
            changed += opened is not None
    return changed


async def acknowledge(connection: Connection, *, alert_id: UUID, by: str, now: datetime) -> None:
    """Note that somebody has seen an alert; the first one stays.

    Raises:
        UnknownLicenceAlert: it is not there.
    """
    if not await connection.fetchval(
        "select exists (select from mall.licence_alert where alert_id = $1)", alert_id
    ):
        raise UnknownLicenceAlert(alert_id)
    await connection.execute(
        "update mall.licence_alert set acknowledged_at = $2, acknowledged_by = $3 "
        "where alert_id = $1 and acknowledged_at is null",
        alert_id,
        now,
        by,
    )
