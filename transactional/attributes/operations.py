"""Keeps values of declared attributes, and tells them to the tenant. Inside the caller's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.attributes.declaring import declarations_of
from transactional.attributes.domain import Declaration, UnknownAttribute, names_of
from transactional.attributes.sealing import value_context
from transactional.consents.domain import ConsentNeeded
from transactional.consents.queries import agreeing
from transactional.database import Connection
from transactional.members.keys import member_vaults
from transactional.problems import Problem
from transactional.vault import Vault

_STORE = """
insert into mall.member_attribute as a (tenant_id, member_id, name, value, sealed, changed_at)
select $1, member_id, name, value, sealed, $6
from unnest($2::uuid[], $3::text[], $4::text[], $5::bytea[]) as given(member_id, name, value, sealed)
order by member_id, name
on conflict (tenant_id, member_id, name) do update
set value = excluded.value, sealed = excluded.sealed, changed_at = excluded.changed_at
where a.value is distinct from excluded.value or a.sealed is distinct from excluded.sealed
"""
# Whoever records a consent locks the member against this.
_KEEP_CONSENTS = """
select from mall.member where tenant_id = $1 and member_id = any($2::uuid[]) order by member_id for share
"""


@dataclass(frozen=True)
class Told:
    """What is told of a member: the value of an attribute, or None to forget it."""

    member_id: UUID
    name: str
    value: str | None


async def refusals(
    connection: Connection, *, tenant_id: UUID, told: Sequence[Told], declared: Mapping[str, Declaration]
) -> list[Problem | None]:
    """Return why each value cannot be kept, or None where it can; to forget one needs no consent.

    Until the caller's transaction ends, none of the members can withdraw.
    """
    await connection.execute(_KEEP_CONSENTS, tenant_id, [one.member_id for one in told])
    consents: dict[str, set[UUID]] = {
        purpose: await agreeing(
            connection, tenant_id=tenant_id, member_ids=[one.member_id for one in told], purpose=purpose
        )
        for purpose in {one.purpose for one in declared.values()}
    }
    return [_refusal(one, declared, consents) for one in told]


def _refusal(
    told: Told, declared: Mapping[str, Declaration], consents: Mapping[str, set[UUID]]
) -> Problem | None:
    declaration = declared.get(told.name)
    if declaration is None:
        return UnknownAttribute(told.name)
    if told.value is None:
        return None
    if told.member_id not in consents[declaration.purpose]:
        return ConsentNeeded(declaration.purpose)
    try:
        declaration.checked(told.value)
    except Problem as problem:
        return problem
    return None


async def store(
    connection: Connection,
    vault: Vault | None,
    *,
    tenant_id: UUID,
    told: Sequence[Told],
    declared: Mapping[str, Declaration],
    now: datetime,
) -> None:
    """Keep values that nothing speaks against; what is personal is sealed with its member's key.

    Raises:
        VaultKeyMissing: something is personal and this installation cannot keep secrets.
    """
    personal = {one.member_id for one in told if declared[one.name].is_personal and one.value is not None}
    keys = await member_vaults(connection, vault, tenant_id=tenant_id, member_ids=personal, makes=True)

    def kept(one: Told) -> tuple[str | None, bytes | None]:
        if one.value is None or not declared[one.name].is_personal:
            return one.value, None
        context = value_context(tenant_id, one.member_id, one.name)
        return None, keys[one.member_id].seal(one.value.encode(), context=context)

    values = [kept(one) for one in told]
    await connection.execute(
        _STORE,
        tenant_id,
        [one.member_id for one in told],
        [one.name for one in told],
        [value for value, _ in values],
        [sealed for _, sealed in values],
        now,
    )


async def attributes_of(
    connection: Connection, vault: Vault | None, *, tenant_id: UUID, member_id: UUID
) -> list[dict[str, Any]]:
    """Return what is kept of a member, by name, opened.

    Raises:
        VaultKeyMissing: something is personal and this installation has no key.
    """
    rows = await connection.fetch(
        "select name, value, sealed, changed_at from mall.member_attribute "
        "where tenant_id = $1 and member_id = $2 and num_nonnulls(value, sealed) > 0 order by name",
        tenant_id,
        member_id,
    )
    declared = names_of(await declarations_of(connection, tenant_id=tenant_id))
    sealed = [member_id] if any(row["sealed"] for row in rows) else []
    keys = await member_vaults(connection, vault, tenant_id=tenant_id, member_ids=sealed, makes=False)

    def opened(row: Any) -> str:
        if row["sealed"] is None:
            return str(row["value"])
        context = value_context(tenant_id, member_id, row["name"])
        return keys[member_id].open(row["sealed"], context=context).decode()

    return [
        {
            "name": row["name"],
            "value": opened(row),
            "purpose": declared[row["name"]].purpose,
            "is_personal": declared[row["name"]].is_personal,
            "changed_at": row["changed_at"],
        }
        for row in rows
    ]
