"""A CSV file of consents: what a member said to a purpose a row; all of it or nothing."""

from datetime import datetime
from typing import Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.consents.documents import TextVersion
from transactional.consents.domain import Purpose
from transactional.consents.operations import record_consent
from transactional.database import Connection
from transactional.members.queries import member_ids
from transactional.request_types import Reference
from transactional.row_report import RowsRefused

# In one order, so that two files wait for each other and never at one another.
_LOCK = """
select from mall.member where tenant_id = $1 and member_id = any($2::uuid[]) order by member_id for no key update
"""


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
    """Record what a file tells, row after row, and return how many of the rows were news.

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
    await connection.execute(_LOCK, tenant_id, list(found.values()))
    news = 0
    for row in rows:
        news += await record_consent(
            connection,
            tenant_id=tenant_id,
            member_id=found[row.external_ref],
            purpose=row.purpose,
            is_given=row.is_given,
            text_version=row.text_version,
            told_by="tenant",
            now=now,
        )
    return news
