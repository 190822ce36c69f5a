"""A CSV file of consents: what a member said to a purpose a row; all of it or nothing."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.consents.documents import TextVersion
from transactional.consents.domain import Purpose
from transactional.consents.operations import Said, record_consents
from transactional.database import Connection
from transactional.members.queries import member_ids
from transactional.request_types import Reference
from transactional.row_report import RowsRefused, all_made


class ConsentRow(BaseModel):
    """What a member, by the tenant's own reference, said to a purpose; what is agreed to names its words."""

    model_config = ConfigDict(extra="forbid")

    external_ref: Reference = Field(title="会员编号", examples=["E-10086"])
    purpose: Purpose = Field(title="用途", examples=["personalisation"])
    is_given: bool = Field(title="是否同意", examples=["true"])
    text_version: TextVersion | None = Field(None, title="文本版本", examples=["2026-01"])

    @model_validator(mode="after")
    def _names_the_text(self) -> Self:
        if self.is_given and self.text_version is None:
            raise ValueError("text_version: tell which words the member agreed to")
        return self


async def import_consents(
    connection: Connection, *, tenant_id: UUID, rows: list[ConsentRow], now: datetime
) -> int:
    """Record what a file tells, as if row after row, and return how many of the rows were news.

    Raises:
        RowsRefused: rows name nobody; all of them are named.
    """
    found = await member_ids(
        connection, tenant_id=tenant_id, external_refs=[row.external_ref for row in rows]
    )
    unknown = [
        {"row": number, "column": "external_ref", "problem": "no member has this reference"}
        for number, row in enumerate(rows, start=1)
        if row.external_ref not in found
    ]
    if unknown:
        raise RowsRefused(unknown)
    said = [Said(found[row.external_ref], row.purpose, row.is_given, row.text_version) for row in rows]
    return sum(
        all_made(await record_consents(connection, tenant_id=tenant_id, said=said, told_by="tenant", now=now))
    )
