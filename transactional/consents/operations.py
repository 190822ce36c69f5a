"""Records what members agree to; what rested on a consent that is withdrawn ends with it, in the same transaction."""

from datetime import datetime
from uuid import UUID

from transactional.consents.domain import Purpose, Teller
from transactional.consents.queries import standing
from transactional.database import Connection
from transactional.members.domain import UnknownMember

# Two answers of one member come one after the other, so that the newest is one.
_LOCK = """
select true from mall.member where tenant_id = $1 and member_id = $2 and erased_at is null for no key update
"""
_INSERT = """
insert into mall.member_consent (tenant_id, member_id, purpose, is_given, text_version, told_by, told_at)
values ($1, $2, $3, $4, $5, $6, $7)
"""
# What serving and the pipeline read. The stamp of the landing is renewed by every update: what changes nothing is none.
_PERSONALISE = """
update mall.member set is_personalised = $3 where tenant_id = $1 and member_id = $2 and is_personalised <> $3
"""
_PART = "delete from mall.person_account where tenant_id = $1 and member_id = $2"
_FORGET_ATTRIBUTES = """
update mall.member_attribute a set value = null, sealed = null, changed_at = $4
from mall.attribute_declaration d
where a.tenant_id = $1 and a.member_id = $2 and d.tenant_id = a.tenant_id and d.name = a.name and d.purpose = $3
    and num_nonnulls(a.value, a.sealed) > 0
"""


async def record_consent(
    connection: Connection,
    *,
    tenant_id: UUID,
    member_id: UUID,
    purpose: Purpose,
    is_given: bool,
    text_version: str | None,
    told_by: Teller,
    now: datetime,
) -> bool:
    """Record what a member agrees to or withdraws and return whether that is news.

    A withdrawal removes the account from its person, and the attributes kept for the purpose, at once.

    Args:
        text_version: the words agreed to; None where they are not known or nothing is agreed to.

    Raises:
        UnknownMember: the tenant has no such member.
    """
    if not await connection.fetchval(_LOCK, tenant_id, member_id):
        raise UnknownMember(member_id)
    (known,) = (
        one
        for one in await standing(connection, tenant_id=tenant_id, member_id=member_id)
        if one["purpose"] == purpose
    )
    is_known = known["told_at"] is not None or purpose == "personalisation"
    if is_known and known["is_given"] == is_given and text_version in (None, known["text_version"]):
        return False
    await connection.execute(_INSERT, tenant_id, member_id, purpose, is_given, text_version, told_by, now)
    if purpose == "personalisation":
        await connection.execute(_PERSONALISE, tenant_id, member_id, is_given)
    elif not is_given and purpose == "identity_link":
        await connection.execute(_PART, tenant_id, member_id)
    elif not is_given:
        await connection.execute(_FORGET_ATTRIBUTES, tenant_id, member_id, purpose, now)
    return True
