"""A CSV file of attributes: a member a row, a declared attribute a column; all of it or nothing."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, create_model

from transactional.attributes.declaring import declarations_of
from transactional.attributes.domain import names_of
from transactional.attributes.operations import Told, refusals, store
from transactional.csv_rows import read_rows
from transactional.database import Connection
from transactional.members.queries import member_ids
from transactional.request_types import Reference
from transactional.row_report import RowsRefused
from transactional.vault import Vault


class AttributeRow(BaseModel):
    """A member by the tenant's own reference; further columns are declared attributes."""

    model_config = ConfigDict(extra="forbid")

    external_ref: Reference


async def import_attributes(
    connection: Connection, vault: Vault | None, *, tenant_id: UUID, body: bytes, now: datetime
) -> tuple[int, int]:
    """Keep what a file tells of members; an empty field leaves what is kept as it is.

    Returns:
        How many members and how many values it told.

    Raises:
        InvalidRequest: it is no CSV whose columns are external_ref and declared attributes.
        RowsRefused: rows cannot be used; all of them are named.
    """
    declared = names_of(await declarations_of(connection, tenant_id=tenant_id))
    rows = read_rows(body, _row_of(declared.values()))
    found = await member_ids(
        connection, tenant_id=tenant_id, external_refs=[row.external_ref for row in rows]
    )
    wrong: list[dict[str, Any]] = []
    told: list[tuple[int, Told]] = []
    seen: set[str] = set()
    for number, row in enumerate(rows, start=1):
        member_id = found.get(row.external_ref)
        if member_id is None or row.external_ref in seen:
            problem = "no member has this reference" if member_id is None else "it stood in a row before"
            wrong.append({"row": number, "column": "external_ref", "problem": problem})
            continue
        seen.add(row.external_ref)
        values = row.model_dump(exclude={"external_ref"}, exclude_none=True)
        told += [(number, Told(member_id, name, value)) for name, value in values.items()]
    items = [one for _, one in told]
    refused = await refusals(connection, tenant_id=tenant_id, told=items, declared=declared)
    wrong += [
        {"row": number, "column": one.name, "problem": problem.detail}
        for (number, one), problem in zip(told, refused, strict=True)
        if problem is not None
    ]
    if wrong:
        raise RowsRefused(sorted(wrong, key=lambda one: int(one["row"])))
    await store(connection, vault, tenant_id=tenant_id, told=items, declared=declared, now=now)
    return len(seen), len(items)


def _row_of(declared: Any) -> type[Any]:
    columns: dict[str, Any] = {one.name: (str | None, None) for one in declared}
    return create_model("AttributeRow", __base__=AttributeRow, **columns)
