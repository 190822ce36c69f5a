"""Licences and their alerts as they are shown."""

from datetime import date
from typing import Any
from uuid import UUID

from transactional.database import Connection

_LICENCES = """
select licence_id, kind, number, holder, valid_from, expires_on, $1::date between valid_from and expires_on as is_valid
from mall.licence
where $2::uuid is null or licence_id = $2
order by kind, expires_on desc
"""
_ALERTS = """
select a.alert_id, a.licence_id, l.kind, l.number, l.expires_on, a.days_before, a.opened_at, a.acknowledged_at,
    a.acknowledged_by, a.closed_at
from mall.licence_alert a
join mall.licence l using (licence_id)
where ($1::uuid is null or a.alert_id = $1) and ($2 or a.closed_at is null)
order by l.expires_on, a.days_before
limit 1000
"""
_REGISTERED = """
select l.licence_id, l.kind, l.number, l.holder, l.valid_from, l.expires_on, l.registered_by, l.registered_at,
    $1::date between l.valid_from and l.expires_on as is_valid, l.expires_on - $1::date as days_left,
    exists (
        select from mall.licence n
        where n.kind = l.kind and n.expires_on > l.expires_on and n.valid_from <= l.expires_on + 1
    ) as is_renewed
from mall.licence l
where $2::uuid is null or l.licence_id = $2
order by is_renewed, l.expires_on, l.kind
"""
_CORRECTIONS = """
select licence_id, former_holder, former_valid_from, former_expires_on, reason, corrected_by, corrected_at
from mall.licence_correction
where $1::uuid is null or licence_id = $1
order by correction_id
"""


async def list_licences(
    connection: Connection, *, today: date, licence_id: UUID | None = None
) -> list[dict[str, Any]]:
    """Return licences by kind, those that last longest first, or one of them."""
    return [dict(row) for row in await connection.fetch(_LICENCES, today, licence_id)]


async def list_alerts(
    connection: Connection, *, with_closed: bool, alert_id: UUID | None = None
) -> list[dict[str, Any]]:
    """Return alerts, what lapses first at the top, or one of them."""
    return [dict(row) for row in await connection.fetch(_ALERTS, alert_id, with_closed)]


async def register_of(
    connection: Connection, *, today: date, licence_id: UUID | None = None
) -> list[dict[str, Any]]:
    """Return licences with their open alerts and corrections, what lapses first leading, or one of them."""
    alerts = {
        alert["licence_id"]: alert for alert in reversed(await list_alerts(connection, with_closed=False))
    }
    corrections: dict[UUID, list[dict[str, Any]]] = {}
    for row in await connection.fetch(_CORRECTIONS, licence_id):
        corrections.setdefault(row["licence_id"], []).append(dict(row))
    return [
        dict(row)
        | {
            "open_alert": alerts.get(row["licence_id"]),
            "corrections": corrections.get(row["licence_id"], []),
        }
        for row in await connection.fetch(_REGISTERED, today, licence_id)
    ]
