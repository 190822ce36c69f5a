"""Links members of two tenants who are one person: a code of one tenant, redeemed by the other."""

from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from transactional.database import Connection
from transactional.exchange.consent_refusals import AlreadyLinked, LinkWithinTenant, UnknownLink
from transactional.identifiers import uuid7
from transactional.members.link_codes import take_code
from transactional.members.queries import require_member

_COLUMNS = "link_id, member_id, partner_code as partner, partner_name, consented_at, partner_consented_at, withdrawn_at"
# Each tenant's copy names its own member, and dates the consents from its own side.
_INSERT = """
insert into mall.member_link (tenant_id, link_id, member_id, partner_id, partner_code, partner_name, consented_at,
    partner_consented_at)
select s.tenant_id, $1, s.member_id, p.tenant_id, p.code, p.name, s.consented_at, s.partner_consented_at
from (values ($2::uuid, $3::uuid, $4::uuid, $6::timestamptz, $7::timestamptz), ($4, $5, $2, $7, $6))
    as s(tenant_id, member_id, partner_id, consented_at, partner_consented_at)
join mall.tenant p on p.tenant_id = s.partner_id
"""
# Both copies in one order, so that two who withdraw wait for each other.
_LOCK_COPIES = """
select l.tenant_id
from mall.member_link l
join mall.member_link own on own.tenant_id = $1 and own.member_id = $2 and own.link_id = $3
where l.link_id = own.link_id and l.tenant_id in (own.tenant_id, own.partner_id)
order by l.tenant_id
for update of l
"""
_WITHDRAW = """
update mall.member_link set withdrawn_at = $3
where tenant_id = any($1::uuid[]) and link_id = $2 and withdrawn_at is null
"""


async def redeem_code(
    connection: Connection, *, tenant_id: UUID, member_id: UUID, code: str, now: datetime
) -> dict[str, Any]:
    """Link a member with the member that a code of another tenant was issued for; return the link.

    Needs a connection that sees both tenants: the committer's.

    Raises:
        UnknownMember: the tenant has no such member.
        LinkCodeRefused: the code is wrong, used or too old.
        LinkWithinTenant: the code is of the same tenant.
        AlreadyLinked: one of the two has an active link with the other's tenant.
    """
    await require_member(connection, tenant_id=tenant_id, member_id=member_id)
    link_id = uuid7(now)
    async with connection.transaction():
        issued = await take_code(connection, code=code, purpose="exchange", now=now)
        if issued.tenant_id == tenant_id:
            raise LinkWithinTenant
        try:
            async with connection.transaction():
                await connection.execute(
                    _INSERT,
                    link_id,
                    tenant_id,
                    member_id,
                    issued.tenant_id,
                    issued.member_id,
                    now,
                    issued.issued_at,
                )
        except asyncpg.UniqueViolationError as error:
            raise AlreadyLinked from error
    return (await links_of(connection, tenant_id=tenant_id, member_id=member_id, link_id=link_id))[0]


async def withdraw(
    connection: Connection, *, tenant_id: UUID, member_id: UUID, link_id: UUID, now: datetime
) -> None:
    """End a link for both members; withdrawing twice changes nothing. Needs the committer's connection.

    Raises:
        UnknownLink: the member has no such link.
    """
    async with connection.transaction():
        copies = await connection.fetch(_LOCK_COPIES, tenant_id, member_id, link_id)
        if not copies:
            raise UnknownLink
        await connection.execute(_WITHDRAW, [row["tenant_id"] for row in copies], link_id, now)


async def links_of(
    connection: Connection, *, tenant_id: UUID, member_id: UUID, link_id: UUID | None = None
) -> list[dict[str, Any]]:
    """Return a member's links, newest first, or the one with an id."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from mall.member_link where tenant_id = $1 and member_id = $2 "
        "and ($3::uuid is null or link_id = $3) order by link_id desc",
        tenant_id,
        member_id,
        link_id,
    )
    return [dict(row) for row in rows]
