"""Opens and ends surveys. They are answered by `answering`, and members are invited by `inviting`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from transactional.database import Connection
from transactional.surveys.domain import InvitesAfter, Question, SurveyExists, UnknownSurvey

_INSERT = """
insert into mall.survey (tenant_id, survey_id, code, request_hash, title, invites_after, opened_by, opened_at)
values ($1, $2, $3, $4, $5, $6, $7, $8)
on conflict (tenant_id, code) do nothing returning true
"""
_QUESTION = """
insert into mall.survey_question (tenant_id, survey_id, question_no, kind, wording, choices, is_satisfaction, is_required)
values ($1, $2, $3, $4, $5, $6, $7, $8)
"""


@dataclass(frozen=True)
class NewSurvey:
    """A survey to be opened; its code is the tenant's own name of it, so that a retry opens no second one."""

    code: str
    title: str
    invites_after: InvitesAfter | None
    questions: Sequence[Question]


async def open_survey(
    connection: Connection,
    *,
    tenant_id: UUID,
    survey_id: UUID,
    new: NewSurvey,
    request_hash: bytes,
    by: str,
    now: datetime,
) -> tuple[UUID, bool]:
    """Open a survey inside the caller's transaction; return its id and whether this call opened it.

    Raises:
        SurveyExists: the code names another one.
    """
    opened = await connection.fetchval(
        _INSERT, tenant_id, survey_id, new.code, request_hash, new.title, new.invites_after, by, now
    )
    if not opened:
        known = await connection.fetchrow(
            "select survey_id, request_hash from mall.survey where tenant_id = $1 and code = $2",
            tenant_id,
            new.code,
        )
        assert known is not None
        if known["request_hash"] != request_hash:
            raise SurveyExists(new.code, known["survey_id"])
        return known["survey_id"], False
    await connection.executemany(
        _QUESTION,
        [
            (tenant_id, survey_id, q.question_no, q.kind, q.wording, q.choices, q.is_satisfaction, q.is_required)
            for q in new.questions
        ],
    )  # fmt: skip
    return survey_id, True


async def end_survey(connection: Connection, *, tenant_id: UUID, survey_id: UUID, now: datetime) -> None:
    """End a survey inside the caller's transaction; one that has ended stays as it is.

    Raises:
        UnknownSurvey: it is not there.
    """
    ended = await connection.fetchval(
        "update mall.survey set ended_at = coalesce(ended_at, greatest($3, opened_at)) "
        "where tenant_id = $1 and survey_id = $2 returning true",
        tenant_id,
        survey_id,
        now,
    )
    if not ended:
        raise UnknownSurvey(survey_id)
