"""`/v1/voucher-codes/import`: codes of offers, from a file. Nothing that is refused repeats a code."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from transactional.catalogue.codes import MAX_CODE_LENGTH, import_codes
from transactional.catalogue.items import item_of
from transactional.file_imports import add_grouped_import
from transactional.request_types import Reference
from transactional.sessions.asking import decider
from transactional.taking import Taking

router = APIRouter(prefix="/v1", tags=["offers"])


class CodeRow(BaseModel):
    """A code to be issued for an item, as it is written."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    item_code: Reference = Field(title="商品编码", examples=["card-001"])
    code: Annotated[
        str, StringConstraints(min_length=1, max_length=MAX_CODE_LENGTH, pattern=r"^[^\x00]+$")
    ] = Field(title="券码", examples=["ABCD-EFGH-0001"])


async def _take(taking: Taking, rows: Sequence[CodeRow]) -> int:
    return await import_codes(
        taking.connection,
        taking.vault,
        tenant_id=taking.tenant_id,
        item_id=await item_of(taking.connection, code=rows[0].item_code),
        codes=[row.code for row in rows],
        at=taking.now,
    )


add_grouped_import(
    router,
    "/voucher-codes",
    CodeRow,
    _take,
    key=lambda row: row.item_code,
    things="voucher codes",
    asker=decider,
    # It moves stock.
    is_committer=True,
)
