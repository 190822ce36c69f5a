"""Records what members agree to; what rested on a consent that is withdrawn ends with it, in the same transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from transactional.consents.domain import Purpose, Teller
from transactional.consents.queries import standings
from transactional.database import Connection
from transactional.members.domain import UnknownMember
from transactional.problems import Problem
from transactional.together import taken_together

# Two answers of one member come one after the other, so that the newest is one; in one order, so that two who record
# many wait for each other and never at one another.
_LOCK = """
select member_id from mall.member where tenant_id = $1 and member_id = any($2::uuid[]) and erased_at is null
order by member_id for no key update
"""
_INSERT = """
insert into mall.member_consent (tenant_id, member_id, purpose, is_given, text_version, told_by, told_at)
select $1, s.*, $6, $7 from unnest($2::uuid[], $3::text[], $4::boolean[], $5::text[]) as s
"""
# What serving and the pipeline read. The stamp of the landing is renewed by every update: what changes nothing is none.
_PERSONALISE = """
update mall.member m set is_personalised = s.is_given
from unnest($2::uuid[], $3::boolean[]) as s(member_id, is_given)
where m.tenant_id = $1 and m.member_id = s.member_id and m.is_personalised <> s.is_given
"""
_PART = "delete from mall.person_account where tenant_id = $1 and member_id = any($2::uuid[])"
_FORGET_ATTRIBUTES = """
update mall.member_attribute a set value = null, sealed = null, changed_at = $4
from mall.attribute_declaration d, unnest($2::uuid[], $3::text[]) as s(member_id, purpose)
where a.tenant_id = $1 and a.member_id = s.member_id and d.tenant_id = a.tenant_id and d.name = a.name
    and d.purpose = s.purpose and num_nonnulls(a.value, a.sealed) > 0
"""


@dataclass(frozen=True)
class Said:
    """What a member agrees to or withdraws.

    Attributes:
        text_version: the words agreed to; None where they are not known or nothing is agreed to.
    """

    member_id: UUID
    purpose: Purpose
    is_given: bool
    text_version: str | None = None


async def record_consents(
    connection: Connection, *, tenant_id: UUID, said: Sequence[Said], told_by: Teller, now: datetime
) -> list[bool | Problem]:
    """Record what members agree to or withdraw.

    A withdrawal removes the account from its person, and the attributes kept for the purpose, at once.

    Returns:
        Of each whether it is news, or why it is refused:
        UnknownMember: the tenant has no such member.
    """
    return await taken_together(
        said,
        lambda one: [(one.member_id, one.purpose)],
        partial(_record, connection, tenant_id, told_by, now),
    )


async def _record(
    connection: Connection, tenant_id: UUID, told_by: Teller, now: datetime, said: Sequence[Said]
) -> list[bool | Problem]:
    asked = list({one.member_id for one in said})
    known = {row["member_id"] for row in await connection.fetch(_LOCK, tenant_id, asked)}
    stands = await standings(connection, tenant_id=tenant_id, member_ids=list(known))
    outcomes: list[bool | Problem] = [
        _is_news(one, stands[one.member_id, one.purpose])
        if one.member_id in known
        else UnknownMember(one.member_id)
        for one in said
    ]
    news = [one for one, outcome in zip(said, outcomes, strict=True) if outcome is True]
    await _write(connection, tenant_id, news, told_by, now)
    return outcomes


def _is_news(said: Said, known: dict[str, Any]) -> bool:
    is_known = known["told_at"] is not None or said.purpose == "personalisation"
    is_same = known["is_given"] == said.is_given and said.text_version in (None, known["text_version"])
    return not (is_known and is_same)


async def _write(
    connection: Connection, tenant_id: UUID, news: Sequence[Said], told_by: Teller, now: datetime
) -> None:
    if news:
        await connection.execute(
            _INSERT,
            tenant_id,
            [one.member_id for one in news],
            [one.purpose for one in news],
            [one.is_given for one in news],
            [one.text_version for one in news],
            told_by,
            now,
        )
    personal = [one for one in news if one.purpose == "personalisation"]
    if personal:
        await connection.execute(
            _PERSONALISE, tenant_id, [one.member_id for one in personal], [one.is_given for one in personal]
        )
    withdrawn = [one for one in news if one.purpose != "personalisation" and not one.is_given]
    parted = [one.member_id for one in withdrawn if one.purpose == "identity_link"]
    if parted:
        await connection.execute(_PART, tenant_id, parted)
    forgotten = [one for one in withdrawn if one.purpose != "identity_link"]
    if forgotten:
        await connection.execute(
            _FORGET_ATTRIBUTES,
            tenant_id,
            [one.member_id for one in forgotten],
            [one.purpose for one in forgotten],
            now,
        )
