"""`/v1/after-sales/import` and `/v1/after-sales-answers/import`: cases and answers to them, from files."""

from typing import Annotated, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.after_sales.documents import CaseRequest, Words
from transactional.after_sales.domain import Reason, Type
from transactional.after_sales.notes import notes_of
from transactional.after_sales.operations import NewCase, answer_case, open_case
from transactional.after_sales.queries import case_named
from transactional.file_imports import add_import
from transactional.identifiers import uuid7
from transactional.redemption.domain import MAX_LINES, MAX_QUANTITY
from transactional.redemption.naming import NamesRedemption, redemption_named
from transactional.request_types import Reference
from transactional.sessions.asking import servant
from transactional.taking import Taking
from transactional.texts.sealing import keyed_hash
from transactional.vault import VaultKeyMissing

router = APIRouter(prefix="/v1", tags=["after-sales"])


class CaseRow(NamesRedemption):
    """A case of a member: about pieces of a line of the redemption, or without `line_no` about all of it."""

    reference: Reference = Field(title="售后单编号", examples=["AS-10086"])
    type: Type = Field(title="类型", examples=["return"])
    reason: Reason = Field(title="原因", examples=["damaged"])
    text: Words = Field(title="会员描述", examples=["收到时茶罐破了"])
    opened_by: Reference = Field(title="提交人", examples=["E-10086"])
    line_no: Annotated[int, Field(ge=1, le=MAX_LINES)] | None = Field(None, title="兑换行号", examples=["1"])
    quantity: Annotated[int, Field(ge=1, le=MAX_QUANTITY)] | None = Field(None, title="数量", examples=["1"])

    @model_validator(mode="after")
    def _of_a_line(self) -> Self:
        if self.quantity is not None and self.line_no is None:
            raise ValueError("a quantity is of a line; name it")
        return self


class AnswerRow(BaseModel):
    """What the member of a case is told; the first answer stops its clock."""

    model_config = ConfigDict(extra="forbid")

    case_reference: Reference = Field(title="售后单编号", examples=["AS-10086"])
    text: Words = Field(title="答复", examples=["已安排补发，三天内送达"])


async def _take_case(taking: Taking, row: CaseRow) -> bool:
    asked = CaseRequest(
        redemption_id=await redemption_named(taking.connection, tenant_id=taking.tenant_id, row=row),
        **row.model_dump(exclude={"redemption_id", "redemption_key"}),
    )
    _, is_new = await open_case(
        taking.connection,
        taking.vault,
        tenant_id=taking.tenant_id,
        case_id=uuid7(taking.now),
        new=NewCase(**dict(asked)),
        request_hash=keyed_hash(taking.vault, asked),
        now=taking.now,
    )
    return is_new


async def _take_answer(taking: Taking, row: AnswerRow) -> bool:
    """Answer a case once in these words: who sends a file again has not said it twice."""
    connection, tenant_id = taking.connection, taking.tenant_id
    by = taking.answered_by()
    case_id = await case_named(connection, tenant_id=tenant_id, reference=row.case_reference)
    notes = await notes_of(connection, taking.vault, tenant_id=tenant_id, case_id=case_id)
    if any(note["kind"] == "answered" and note["text"] == row.text for note in notes):
        return False
    await answer_case(
        connection, taking.vault, tenant_id=tenant_id, case_id=case_id, text=row.text, by=by, now=taking.now
    )
    return True


add_import(
    router, "/after-sales", CaseRow, _take_case,
    things="after-sales cases", asker=servant, refusals=(VaultKeyMissing,),
)  # fmt: skip
add_import(
    router, "/after-sales-answers", AnswerRow, _take_answer,
    things="answers to after-sales cases", asker=servant, refusals=(VaultKeyMissing,),
)  # fmt: skip
