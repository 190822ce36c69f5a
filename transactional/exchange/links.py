"""Links members of two tenants who are one person: a code of one tenant, redeemed by the other."""

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import asyncpg

from transactional.database import Connection
from transactional.exchange.consent_refusals import (
    AlreadyLinked,
    LinkCodeRefused,
    LinkWithinTenant,
    UnknownLink,
)
from transactional.identifiers import uuid7
from transactional.members.queries import require_member

CODE_LASTS = timedelta(minutes=10)
# Letters and digits that are not taken for one another, 32 of them: 16 make 80 bits.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 16

_COLUMNS = "link_id, member_id, partner_code as partner, partner_name, consented_at, partner_consented_at, withdrawn_at"
_CODE = """
select c.tenant_id, c.member_id, c.issued_at
from mall.member_link_code c
join mall.member m on m.tenant_id = c.tenant_id and m.member_id = c.member_id
where c.code_hash = $1 and c.used_at is null and c.expires_at > $2 and m.erased_at is null
for update of c
"""
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


async def issue_code(
    connection: Connection, *, tenant_id: UUID, member_id: UUID, now: datetime
) -> dict[str, Any]:
    """Make a code for a member and return it with its end; only its hash is kept. Older codes of theirs end.

    Raises:
        UnknownMember: the tenant has no such member.
    """
    await require_member(connection, tenant_id=tenant_id, member_id=member_id)
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    await connection.execute(
        "delete from mall.member_link_code where tenant_id = $1 and member_id = $2 and used_at is null",
        tenant_id,
        member_id,
    )
    await connection.execute(
        "insert into mall.member_link_code (tenant_id, code_hash, member_id, issued_at, expires_at) "
        "values ($1, $2, $3, $4, $5)",
        tenant_id,
        code_hash(code),
        member_id,
        now,
        now + CODE_LASTS,
    )
    groups = [code[start : start + 4] for start in range(0, _LENGTH, 4)]
    return {"code": "-".join(groups), "expires_at": now + CODE_LASTS}


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
    hashed = code_hash(code)
    link_id = uuid7(now)
    async with connection.transaction():
        issued = await connection.fetchrow(_CODE, hashed, now)
        if issued is None:
            raise LinkCodeRefused
        if issued["tenant_id"] == tenant_id:
            raise LinkWithinTenant
        try:
            async with connection.transaction():
                await connection.execute(
                    _INSERT,
                    link_id,
                    tenant_id,
                    member_id,
                    issued["tenant_id"],
                    issued["member_id"],
                    now,
                    issued["issued_at"],
                )
        except asyncpg.UniqueViolationError as error:
            raise AlreadyLinked from error
        await connection.execute(
            "update mall.member_link_code set used_at = $3 where tenant_id = $1 and code_hash = $2",
            issued["tenant_id"],
            hashed,
            now,
        )
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


def code_hash(code: str) -> bytes:
    """Return what is kept of a code: its SHA-256; hyphens, spaces and small letters do not matter."""
    return sha256("".join(code.split()).replace("-", "").upper().encode()).digest()
