"""Imports how a tenant of the past was taken on: the dates alone, nothing is checked again."""

from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from uuid import UUID

from transactional.database import Connection

_INSERT = """
insert into mall.onboarding (tenant_id, request_hash, applied_on, applied_by, qualification_number,
    qualification_expires_on, configured_on, configured_by, tested_on, tested_by, live_on, live_by)
values ($1, $2, $3, $4, $5, $6, $7, $4, $8, $4, $9, $4)
"""


@dataclass(frozen=True)
class PastSteps:
    """The days on which a tenant applied, settled its program, passed its test and went live."""

    applied_on: date
    configured_on: date
    tested_on: date
    live_on: date
    qualification_number: str
    qualification_expires_on: date
    by: str


async def import_steps(connection: Connection, *, tenant_id: UUID, steps: PastSteps) -> None:
    """Note the steps of a tenant that is live.

    Raises:
        asyncpg.CheckViolationError: they are not in order.
    """
    await connection.execute(
        _INSERT,
        tenant_id,
        sha256(tenant_id.bytes).digest(),
        steps.applied_on,
        steps.by,
        steps.qualification_number,
        steps.qualification_expires_on,
        steps.configured_on,
        steps.tested_on,
        steps.live_on,
    )
