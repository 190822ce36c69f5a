"""Joins accounts of several tenants as one person's, and parts them. Needs the committer's connection throughout."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from transactional.access.domain import key_hash
from transactional.consents.operations import Said, record_consents
from transactional.consents.queries import require_consent, standing
from transactional.database import Connection
from transactional.members.link_codes import take_code
from transactional.persons.domain import (
    MAX_ACCOUNTS,
    MemberHasPerson,
    TenantJoined,
    TooManyAccounts,
    UnknownAccount,
    new_token,
)
from transactional.together import the_one

_JOIN = """
insert into mall.person_account (tenant_id, member_id, person_id, joined_at, consented_at)
values ($1, $2, $3, $4, $5)
"""


async def person_of_token(connection: Connection | asyncpg.Pool, token: str) -> UUID | None:
    """Return whose token it is, or None."""
    found: UUID | None = await connection.fetchval(
        "select person_id from mall.person where token_hash = $1", key_hash(token)
    )
    return found


async def create_person(connection: Connection, *, codes: Sequence[str], now: datetime) -> tuple[UUID, str]:
    """Make a person of the members that codes were issued for; return its id and its token, of which a hash is kept.

    Raises:
        LinkCodeRefused, ConsentNeeded, MemberHasPerson, TenantJoined: as `join` says.
    """
    token = new_token()
    async with connection.transaction():
        person_id: UUID = await connection.fetchval(
            "insert into mall.person (token_hash, created_at) values ($1, $2) returning person_id",
            key_hash(token),
            now,
        )
        for code in codes:
            await _add(connection, person_id=person_id, code=code, now=now)
    return person_id, token


async def join(connection: Connection, *, person_id: UUID, code: str, now: datetime) -> None:
    """Join a further account with a person: that of the member the code was issued for.

    Raises:
        LinkCodeRefused: the code is wrong, used or too old.
        ConsentNeeded: the member has withdrawn since.
        MemberHasPerson, TenantJoined, TooManyAccounts: the account cannot be joined with this person.
    """
    async with connection.transaction():
        await connection.execute("select from mall.person where person_id = $1 for update", person_id)
        count = await connection.fetchval(
            "select count(*) from mall.person_account where person_id = $1", person_id
        )
        if count >= MAX_ACCOUNTS:
            raise TooManyAccounts
        await _add(connection, person_id=person_id, code=code, now=now)


async def _add(connection: Connection, *, person_id: UUID, code: str, now: datetime) -> None:
    issued = await take_code(connection, code=code, purpose="person", now=now)
    about: dict[str, Any] = {"tenant_id": issued.tenant_id, "member_id": issued.member_id}
    await require_consent(connection, **about, purpose="identity_link")
    (consent,) = (one for one in await standing(connection, **about) if one["purpose"] == "identity_link")
    try:
        async with connection.transaction():
            await connection.execute(
                _JOIN, issued.tenant_id, issued.member_id, person_id, now, consent["told_at"]
            )
    except asyncpg.UniqueViolationError as error:
        taken = MemberHasPerson if error.constraint_name == "person_account_pkey" else TenantJoined
        raise taken from error


async def leave(connection: Connection, *, person_id: UUID, member_id: UUID, now: datetime) -> None:
    """Take an account from a person, who withdraws the consent to it; without the last one the person is gone.

    Raises:
        UnknownAccount: the person has no such account.
    """
    tenant_id: UUID | None = await connection.fetchval(
        "select tenant_id from mall.person_account where person_id = $1 and member_id = $2",
        person_id,
        member_id,
    )
    if tenant_id is None:
        raise UnknownAccount(member_id)
    said = Said(member_id, "identity_link", is_given=False)
    the_one(await record_consents(connection, tenant_id=tenant_id, said=[said], told_by="person", now=now))


async def end(connection: Connection, *, person_id: UUID, now: datetime) -> None:
    """Take all accounts from a person, who is gone then."""
    rows = await connection.fetch(
        "select member_id from mall.person_account where person_id = $1 order by tenant_id", person_id
    )
    for row in rows:
        await leave(connection, person_id=person_id, member_id=row["member_id"], now=now)


async def renew_token(connection: Connection, *, person_id: UUID) -> str:
    """Give a person another token and return it; the one before ends at once."""
    token = new_token()
    await connection.execute(
        "update mall.person set token_hash = $2 where person_id = $1", person_id, key_hash(token)
    )
    return token
