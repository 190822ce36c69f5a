"""Takes answers to surveys: once per member, their texts sealed; how satisfied a member is counts as feedback."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from transactional.database import Connection
from transactional.members.queries import require_member
from transactional.redemption.domain import UnknownRedemption
from transactional.surveys.domain import Answer, NotInvited, SurveyAnswered, SurveyEnded, check_answers
from transactional.surveys.queries import questions_of, survey_row
from transactional.texts.about import describe
from transactional.texts.sealing import require, seal
from transactional.vault import Vault

_RESPOND = """
insert into mall.survey_response (tenant_id, survey_id, member_id, redemption_id, request_hash, answered_at)
values ($1, $2, $3, $4, $5, $6)
on conflict (tenant_id, survey_id, member_id) do nothing returning true
"""
_ANSWER = """
insert into mall.survey_answer (tenant_id, survey_id, member_id, question_no, kind, score, choice_no, sealed_text,
    text_length, language, topic)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
"""
# A redemption is answered for once: who has told before how satisfied they are is not counted again.
_FEEDBACK = """
insert into mall.feedback (tenant_id, feedback_id, member_id, redemption_id, score, answered_at, channel)
values ($1, uuidv7(), $2, $3, $4, $5, 'survey')
on conflict (tenant_id, redemption_id) where redemption_id is not null do nothing
"""


@dataclass(frozen=True)
class NewResponse:
    """What a member answers; the redemption is the invitation's where there is one."""

    member_id: UUID
    redemption_id: UUID | None
    answers: Sequence[Answer]


async def respond(
    connection: Connection,
    vault: Vault | None,
    *,
    tenant_id: UUID,
    survey_id: UUID,
    new: NewResponse,
    request_hash: bytes,
    now: datetime,
) -> bool:
    """Store what a member answers inside the caller's transaction; return whether this call stored it.

    Raises:
        UnknownSurvey, UnknownMember, UnknownRedemption: they are not there, or not the member's.
        SurveyEnded, NotInvited: the member may not answer, or not any more.
        SurveyAnswered: the member has answered otherwise.
        AnswersUnsuitable: they are no answers to the questions.
        VaultKeyMissing: there is a text, and nothing to seal it with.
    """
    survey = await survey_row(connection, tenant_id=tenant_id, survey_id=survey_id)
    await require_member(connection, tenant_id=tenant_id, member_id=new.member_id)
    known = await _known(connection, tenant_id, survey_id, new.member_id, request_hash)
    if known:
        return False
    if survey["ended_at"] is not None:
        raise SurveyEnded(survey_id)
    redemption_id = await _redemption(
        connection, tenant_id, survey_id, new, survey["invites_after"] is not None
    )
    questions = await questions_of(connection, tenant_id=tenant_id, survey_id=survey_id)
    check_answers(questions, new.answers)
    stored = await connection.fetchval(
        _RESPOND, tenant_id, survey_id, new.member_id, redemption_id, request_hash, now
    )
    if not stored:
        # Another request of this member was faster.
        await _known(connection, tenant_id, survey_id, new.member_id, request_hash)
        return False
    kinds = {question.question_no: question for question in questions}
    for answer in new.answers:
        sealed = about = None
        if answer.text is not None:
            place = (tenant_id, survey_id, new.member_id, answer.question_no)
            sealed, about = seal(require(vault), answer.text, "survey answer", *place), describe(answer.text)
        await connection.execute(
            _ANSWER, tenant_id, survey_id, new.member_id, answer.question_no, kinds[answer.question_no].kind,
            answer.score, answer.choice_no, sealed, about and about.length, about and about.language,
            about and about.topic,
        )  # fmt: skip
        if kinds[answer.question_no].is_satisfaction:
            await connection.execute(_FEEDBACK, tenant_id, new.member_id, redemption_id, answer.score, now)
    return True


async def _known(
    connection: Connection, tenant_id: UUID, survey_id: UUID, member_id: UUID, request_hash: bytes
) -> bool:
    stored = await connection.fetchval(
        "select request_hash from mall.survey_response where tenant_id = $1 and survey_id = $2 and member_id = $3",
        tenant_id,
        survey_id,
        member_id,
    )
    if stored not in (None, request_hash):
        raise SurveyAnswered(survey_id, member_id)
    return stored is not None


async def _redemption(
    connection: Connection, tenant_id: UUID, survey_id: UUID, new: NewResponse, is_by_invitation: bool
) -> UUID | None:
    """Return the redemption that a response is about."""
    if is_by_invitation:
        invited: UUID | None = await connection.fetchval(
            "select redemption_id from mall.survey_invitation "
            "where tenant_id = $1 and survey_id = $2 and member_id = $3",
            tenant_id,
            survey_id,
            new.member_id,
        )
        if invited is None:
            raise NotInvited(survey_id, new.member_id)
        if new.redemption_id in (None, invited):
            return invited
    elif new.redemption_id is None:
        return None
    elif new.member_id == await connection.fetchval(
        "select member_id from mall.redemption where tenant_id = $1 and redemption_id = $2",
        tenant_id,
        new.redemption_id,
    ):
        return new.redemption_id
    raise UnknownRedemption(f"the member has no redemption {new.redemption_id} that this survey is about")
