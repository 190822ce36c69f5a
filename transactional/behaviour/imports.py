"""`/v1/feedback/import`: how satisfied members are, from a file."""

from typing import Annotated
from uuid import uuid5

from fastapi import APIRouter
from pydantic import Field

from transactional.behaviour.satisfaction import NewFeedback, store_feedback
from transactional.file_imports import add_import
from transactional.members.queries import member_named
from transactional.redemption.naming import NamesRedemption, redemption_perhaps_named
from transactional.request_types import Reference, Text
from transactional.sessions.asking import member_asker
from transactional.taking import Taking
from transactional.vault import VaultKeyMissing

router = APIRouter(prefix="/v1", tags=["behaviour"])


class FeedbackRow(NamesRedemption):
    """An answer from 1 (very dissatisfied) to 5 (very satisfied), about one redemption or in general."""

    reference: Reference = Field(
        title="反馈编号", examples=["FB-10086"], description="Your own name of the answer."
    )
    external_ref: Reference = Field(title="会员编号", examples=["E-10086"])
    score: Annotated[int, Field(ge=1, le=5)] = Field(title="满意度", examples=["5"])
    comment: Text | None = Field(None, title="意见")


async def _take(taking: Taking, row: FeedbackRow) -> bool:
    connection, tenant_id = taking.connection, taking.tenant_id
    new = NewFeedback(
        # The tenant's own name of an answer is told as an id, by which it is known again.
        feedback_id=uuid5(tenant_id, row.reference),
        member_id=await member_named(connection, tenant_id=tenant_id, external_ref=row.external_ref),
        redemption_id=await redemption_perhaps_named(connection, tenant_id=tenant_id, row=row),
        score=row.score,
        comment=row.comment,
    )
    _, is_new = await store_feedback(connection, taking.vault, tenant_id=tenant_id, new=new, now=taking.now)
    return is_new


add_import(
    router,
    "/feedback",
    FeedbackRow,
    _take,
    things="feedback",
    asker=member_asker,
    refusals=(VaultKeyMissing,),
)
