"""Declares and retires attributes. Inside the caller's transaction."""

from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.attributes.domain import (
    MAX_ATTRIBUTES,
    AttributeRefused,
    Declaration,
    UnknownAttribute,
    check_change,
    check_declaration,
)
from transactional.database import Connection

_COLUMNS = "name, type, purpose, is_personal, choices"
_PUT = """
insert into mall.attribute_declaration (tenant_id, name, type, purpose, is_personal, choices, declared_by, declared_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (tenant_id, name) do update
set choices = excluded.choices, declared_by = excluded.declared_by, declared_at = excluded.declared_at, retired_at = null
where attribute_declaration.choices <> excluded.choices or attribute_declaration.retired_at is not null
"""


async def declarations_of(
    connection: Connection, *, tenant_id: UUID, with_retired: bool = False
) -> list[Declaration]:
    """Return what a tenant keeps of its members, by name."""
    rows = await connection.fetch(
        f"select {_COLUMNS} from mall.attribute_declaration "
        "where tenant_id = $1 and (retired_at is null or $2) order by name",
        tenant_id,
        with_retired,
    )
    return [_declaration(row) for row in rows]


async def declare(
    connection: Connection, *, tenant_id: UUID, told: Declaration, by: str, now: datetime
) -> None:
    """Declare an attribute; declared again it may have more choices, and one that was retired is kept again.

    Raises:
        AttributeRefused: it makes no sense, or the tenant keeps too many.
        AttributeFixed: it was declared otherwise.
    """
    check_declaration(told)
    await connection.execute(
        "select pg_advisory_xact_lock(hashtextextended('attributes ' || $1, 0))", str(tenant_id)
    )
    known = await declarations_of(connection, tenant_id=tenant_id, with_retired=True)
    for one in known:
        if one.name == told.name:
            check_change(one, told)
    if len(known) >= MAX_ATTRIBUTES and told.name not in {one.name for one in known}:
        raise AttributeRefused(told.name, f"a tenant keeps at most {MAX_ATTRIBUTES} attributes")
    await connection.execute(
        _PUT, tenant_id, told.name, told.type, told.purpose, told.is_personal, list(told.choices), by, now
    )


async def retire(connection: Connection, *, tenant_id: UUID, name: str, now: datetime) -> None:
    """Keep an attribute no longer: what was kept under it is gone for all members.

    Raises:
        UnknownAttribute: it is not kept.
    """
    retired = await connection.execute(
        "update mall.attribute_declaration set retired_at = $3 "
        "where tenant_id = $1 and name = $2 and retired_at is null",
        tenant_id,
        name,
        now,
    )
    if retired == "UPDATE 0":
        raise UnknownAttribute(name)
    await connection.execute(
        "update mall.member_attribute set value = null, sealed = null, changed_at = $3 "
        "where tenant_id = $1 and name = $2 and num_nonnulls(value, sealed) > 0",
        tenant_id,
        name,
        now,
    )


def _declaration(row: Any) -> Declaration:
    return Declaration(row["name"], row["type"], row["purpose"], row["is_personal"], tuple(row["choices"]))
