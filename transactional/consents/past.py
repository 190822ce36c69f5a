"""Imports what members said to purposes in the past, many at a time; nothing rests on it yet that could end with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from transactional.consents.domain import Purpose
from transactional.database import Connection

_COLUMNS = ("tenant_id", "member_id", "purpose", "is_given", "text_version", "told_by", "told_at")
# What a member says to personalisation is what every recommendation asks of its record.
_APART = """
select count(*)
from unnest($2::uuid[], $3::boolean[]) as c(member_id, is_given)
join mall.member m on m.tenant_id = $1 and m.member_id = c.member_id
where m.is_personalised <> c.is_given
"""


class PastConsent(NamedTuple):
    """What a member agreed to, refused or withdrew, told by its tenant; what is agreed to names its words."""

    member_id: UUID
    purpose: Purpose
    is_given: bool
    text_version: str | None
    told_at: datetime


class ConsentRefused(ValueError):
    """A member's record says otherwise."""


async def import_past_consents(
    connection: Connection, *, tenant_id: UUID, consents: Sequence[PastConsent]
) -> None:
    """Record consents, all or none; those of a later call count as newer.

    Args:
        connection: the owner's; row security does not let roles COPY.

    Raises:
        ConsentRefused: one is about personalisation and is not what the member's record says.
    """
    if not consents:
        return
    personal = [one for one in consents if one.purpose == "personalisation"]
    async with connection.transaction():
        apart = await connection.fetchval(
            _APART, tenant_id, [one.member_id for one in personal], [one.is_given for one in personal]
        )
        if apart:
            raise ConsentRefused(f"{apart} members' records say otherwise about personalisation")
        await connection.copy_records_to_table(
            "member_consent",
            schema_name="mall",
            columns=_COLUMNS,
            records=[
                (tenant_id, one.member_id, one.purpose, one.is_given, one.text_version, "tenant", one.told_at)
                for one in consents
            ],
        )
