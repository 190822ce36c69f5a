"""Imports invitations to surveys of the past and what members answered, many at a time, with the checks of `answering`."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from transactional.behaviour.importing import PastAnswer, import_feedback
from transactional.database import Connection
from transactional.surveys.domain import Answer, Question, check_answers
from transactional.texts.about import describe
from transactional.texts.sealing import seal
from transactional.texts.sentiment import SentimentModel, columns_of
from transactional.vault import Vault

_INVITATION = ("tenant_id", "survey_id", "member_id", "redemption_id", "invited_at")
_RESPONSE = ("tenant_id", "survey_id", "member_id", "redemption_id", "request_hash", "answered_at")
_ANSWER = (
    "tenant_id", "survey_id", "member_id", "question_no", "kind", "score", "choice_no", "sealed_text", "text_length",
    "language", "topic", "sentiment", "sentiment_score", "sentiment_model",
)  # fmt: skip
_UNINVITED = """
select count(*)
from unnest($2::uuid[], $3::uuid[], $4::uuid[]) as w(survey_id, member_id, redemption_id)
where not exists (
    select from mall.survey_invitation i
    where i.tenant_id = $1 and i.survey_id = w.survey_id and i.member_id = w.member_id
        and i.redemption_id = w.redemption_id
)
"""
# As the worker notes it after a look: who was invited until now is not looked for again.
_LOOKED = """
update mall.survey set looked_until = pg_snapshot_xmin(pg_current_snapshot())
where tenant_id = $1 and ended_at is null
"""


class PastInvitation(NamedTuple):
    """A member who was asked about a redemption."""

    survey_id: UUID
    member_id: UUID
    redemption_id: UUID
    invited_at: datetime


class PastResponse(NamedTuple):
    """What a member answered to a survey about the redemption that it was invited for; `said` counts as feedback."""

    survey_id: UUID
    said: PastAnswer
    answers: Sequence[Answer]


class ResponseRefused(ValueError):
    """A member answered without having been asked about this redemption."""


async def import_invitations(
    connection: Connection, *, tenant_id: UUID, invitations: Sequence[PastInvitation]
) -> None:
    """Store invitations of members that had none to the survey. The connection is the owner's."""
    if invitations:
        await connection.copy_records_to_table(
            "survey_invitation",
            schema_name="mall",
            columns=_INVITATION,
            records=[(tenant_id, *one) for one in invitations],
        )


async def import_responses(
    connection: Connection,
    vault: Vault,
    *,
    tenant_id: UUID,
    questions: Sequence[Question],
    responses: Sequence[PastResponse],
    model: SentimentModel | None,
) -> None:
    """Store responses to surveys that ask these questions, all or none; without a model sentiments stay null.

    Args:
        connection: the owner's; row security does not let roles COPY.

    Raises:
        AnswersUnsuitable: they are no answers to the questions.
        ResponseRefused: a member was not invited.
        AnswerRefused: one is about a redemption that its member does not have.
    """
    if not responses:
        return
    for one in responses:
        check_answers(questions, one.answers)
    kinds = {question.question_no: question.kind for question in questions}
    async with connection.transaction():
        uninvited = await connection.fetchval(
            _UNINVITED,
            tenant_id,
            [one.survey_id for one in responses],
            [one.said.member_id for one in responses],
            [one.said.redemption_id for one in responses],
        )
        if uninvited:
            raise ResponseRefused(f"{uninvited} responses are of members who were not invited")
        await connection.copy_records_to_table(
            "survey_response",
            schema_name="mall",
            columns=_RESPONSE,
            records=[
                (
                    tenant_id, one.survey_id, one.said.member_id, one.said.redemption_id,
                    sha256(one.said.feedback_id.bytes).digest(), one.said.answered_at,
                )
                for one in responses
            ],
        )  # fmt: skip
        await connection.copy_records_to_table(
            "survey_answer",
            schema_name="mall",
            columns=_ANSWER,
            records=[
                _row(vault, tenant_id, one, answer, kinds[answer.question_no], model)
                for one in responses
                for answer in one.answers
            ],
        )
        await import_feedback(
            connection, tenant_id=tenant_id, answers=[one.said for one in responses], channel="survey"
        )


async def finish_invitations(connection: Connection, *, tenant_id: UUID) -> None:
    """End the import of invitations: the worker goes on from here."""
    await connection.execute(_LOOKED, tenant_id)


def _row(
    vault: Vault, tenant_id: UUID, one: PastResponse, answer: Answer, kind: str, model: SentimentModel | None
) -> tuple[object, ...]:
    member_id, number = one.said.member_id, answer.question_no
    sealed = about = None
    if answer.text is not None:
        sealed = seal(vault, answer.text, "survey answer", tenant_id, one.survey_id, member_id, number)
        about = describe(answer.text)
    return (
        tenant_id, one.survey_id, member_id, number, kind, answer.score, answer.choice_no, sealed, about and about.length,
        about and about.language, about and about.topic, *columns_of(model, answer.text),
    )  # fmt: skip
