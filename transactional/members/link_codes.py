"""Codes that prove that a member agreed: a tenant issues one to its own member, and who is given it uses it once."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

from transactional.database import Connection
from transactional.members.queries import require_member
from transactional.problems import Problem

# To link two members for exchanges, or to join a member's account to a person's.
CodePurpose = Literal["exchange", "person"]

CODE_LASTS = timedelta(minutes=10)
# Letters and digits that are not taken for one another, 32 of them: 16 make 80 bits.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 16

# The member first, as an erasure and a withdrawal lock it; then the code, which whoever comes second finds used.
_KEEP_MEMBER = """
select from mall.member_link_code c
join mall.member m on m.tenant_id = c.tenant_id and m.member_id = c.member_id
where c.code_hash = $1
for share of m
"""
_TAKE = """
select c.tenant_id, c.member_id, c.issued_at
from mall.member_link_code c
join mall.member m on m.tenant_id = c.tenant_id and m.member_id = c.member_id
where c.code_hash = $1 and c.purpose = $3 and c.used_at is null and c.expires_at > $2 and m.erased_at is null
for update of c
"""


class LinkCodeRefused(Problem):
    """The code is wrong, used or too old."""

    slug = "link-code-refused"
    title = "The code does not link anyone"
    status = 404

    def __init__(self) -> None:
        super().__init__("no member can be linked by this code; have the other tenant issue a new one")


@dataclass(frozen=True)
class Issued:
    """Whose code it is, and when the member agreed."""

    tenant_id: UUID
    member_id: UUID
    issued_at: datetime


async def issue_code(
    connection: Connection, *, tenant_id: UUID, member_id: UUID, purpose: CodePurpose, now: datetime
) -> dict[str, Any]:
    """Make a code for a member and return it with its end; only its hash is kept. Older codes of theirs end.

    Raises:
        UnknownMember: the tenant has no such member.
    """
    await require_member(connection, tenant_id=tenant_id, member_id=member_id)
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    await connection.execute(
        "delete from mall.member_link_code "
        "where tenant_id = $1 and member_id = $2 and purpose = $3 and used_at is null",
        tenant_id,
        member_id,
        purpose,
    )
    await connection.execute(
        "insert into mall.member_link_code (tenant_id, code_hash, member_id, issued_at, expires_at, purpose) "
        "values ($1, $2, $3, $4, $5, $6)",
        tenant_id,
        _code_hash(code),
        member_id,
        now,
        now + CODE_LASTS,
        purpose,
    )
    groups = [code[start : start + 4] for start in range(0, _LENGTH, 4)]
    return {"code": "-".join(groups), "expires_at": now + CODE_LASTS}


async def take_code(connection: Connection, *, code: str, purpose: CodePurpose, now: datetime) -> Issued:
    """Use a code up and return whose it is. Needs a connection that sees all tenants: the committer's.

    Until the caller's transaction ends, the member can neither be erased nor withdraw a consent.

    Raises:
        LinkCodeRefused: it is wrong, used or too old, or for something else.
    """
    hashed = _code_hash(code)
    await connection.execute(_KEEP_MEMBER, hashed)
    row = await connection.fetchrow(_TAKE, hashed, now, purpose)
    if row is None:
        raise LinkCodeRefused
    issued = Issued(**dict(row))
    await connection.execute(
        "update mall.member_link_code set used_at = $3 where tenant_id = $1 and code_hash = $2",
        issued.tenant_id,
        hashed,
        now,
    )
    return issued


def _code_hash(code: str) -> bytes:
    """Return what is kept of a code: its SHA-256; hyphens, spaces and small letters do not matter."""
    return sha256("".join(code.split()).replace("-", "").upper().encode()).digest()
