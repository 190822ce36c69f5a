"""Reads surveys, how they were answered, and who is invited."""

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from transactional.database import Connection
from transactional.problems import InvalidRequest
from transactional.surveys.domain import Question, UnknownSurvey
from transactional.texts.sealing import shown
from transactional.vault import Vault

_SURVEYS = """
select s.survey_id, s.code, s.title, s.invites_after, s.opened_by, s.opened_at, s.ended_at,
    (select count(*) from mall.survey_invitation i where i.tenant_id = s.tenant_id and i.survey_id = s.survey_id)
        as invited_count,
    (select count(*) from mall.survey_response r where r.tenant_id = s.tenant_id and r.survey_id = s.survey_id)
        as response_count
from mall.survey s
where s.tenant_id = $1 and ($2::uuid is null or s.survey_id = $2)
order by s.survey_id desc
"""
_COUNTS = """
select question_no, coalesce(score::text, choice_no::text, sentiment) as given, count(*) as times
from mall.survey_answer where tenant_id = $1 and survey_id = $2
group by 1, 2 order by 1, 2
"""
_ANSWERS = """
select question_no, score, choice_no, sealed_text, sentiment, member_id from mall.survey_answer
where tenant_id = $1 and survey_id = $2 and member_id = any($3) order by question_no
"""
_INVITATIONS = """
select s.survey_id, s.code, s.title, i.redemption_id, i.invited_at
from mall.survey_invitation i
join mall.survey s using (tenant_id, survey_id)
where i.tenant_id = $1 and i.member_id = $2 and s.ended_at is null and not exists (
    select from mall.survey_response r
    where r.tenant_id = i.tenant_id and r.survey_id = i.survey_id and r.member_id = i.member_id
)
order by i.invited_at desc, s.survey_id
"""


async def survey_row(connection: Connection, *, tenant_id: UUID, survey_id: UUID) -> Any:
    """Return a survey as it stands.

    Raises:
        UnknownSurvey: the tenant has none with this id.
    """
    row = await connection.fetchrow(
        "select invites_after, ended_at from mall.survey where tenant_id = $1 and survey_id = $2",
        tenant_id,
        survey_id,
    )
    if row is None:
        raise UnknownSurvey(survey_id)
    return row


async def survey_named(connection: Connection, *, tenant_id: UUID, code: str) -> UUID:
    """Return the id of the survey of a file's row.

    Raises:
        InvalidRequest: no survey has the code.
    """
    found: UUID | None = await connection.fetchval(
        "select survey_id from mall.survey where tenant_id = $1 and code = $2", tenant_id, code
    )
    if found is None:
        raise InvalidRequest(f"survey_code: there is no survey {code!r}")
    return found


async def questions_of(connection: Connection, *, tenant_id: UUID, survey_id: UUID) -> list[Question]:
    """Return the questions of a survey in their order."""
    rows = await connection.fetch(
        "select question_no, kind, wording, choices, is_satisfaction, is_required from mall.survey_question "
        "where tenant_id = $1 and survey_id = $2 order by question_no",
        tenant_id,
        survey_id,
    )
    return [Question(**{**dict(row), "choices": row["choices"] and tuple(row["choices"])}) for row in rows]


async def list_surveys(connection: Connection, *, tenant_id: UUID) -> Sequence[Any]:
    """Return a tenant's surveys, the newest first."""
    return await connection.fetch(_SURVEYS, tenant_id, None)


async def survey_results(connection: Connection, *, tenant_id: UUID, survey_id: UUID) -> dict[str, Any]:
    """Return a survey with how often each of its questions was answered how.

    Raises:
        UnknownSurvey: the tenant has none with this id.
    """
    found = await connection.fetch(_SURVEYS, tenant_id, survey_id)
    if not found:
        raise UnknownSurvey(survey_id)
    questions = await questions_of(connection, tenant_id=tenant_id, survey_id=survey_id)
    rows = await connection.fetch(_COUNTS, tenant_id, survey_id)
    results = []
    for question in questions:
        given = {row["given"]: row["times"] for row in rows if row["question_no"] == question.question_no}
        answers = sum(given.values())
        # A text that no model has scored has no sentiment.
        counts = Counter({value: times for value, times in given.items() if value is not None})
        mean = None
        if question.kind == "score" and answers:
            mean = sum(int(score) * times for score, times in counts.items()) / answers
        results.append({**vars(question), "answer_count": answers, "mean_score": mean, "counts": counts})
    return {**dict(found[0]), "questions": results}


async def list_responses(
    connection: Connection,
    vault: Vault | None,
    *,
    tenant_id: UUID,
    survey_id: UUID,
    member_id: UUID | None = None,
    after: UUID | None = None,
    limit: int,
) -> list[dict[str, Any]]:
    """Return what members answered, in the order of their ids.

    Raises:
        UnknownSurvey: the tenant has none with this id.
    """
    await survey_row(connection, tenant_id=tenant_id, survey_id=survey_id)
    rows = await connection.fetch(
        "select survey_id, member_id, redemption_id, answered_at from mall.survey_response "
        "where tenant_id = $1 and survey_id = $2 and ($3::uuid is null or member_id = $3) "
        "and ($4::uuid is null or member_id > $4) order by member_id limit $5",
        tenant_id,
        survey_id,
        member_id,
        after,
        limit,
    )
    answers: dict[UUID, list[dict[str, Any]]] = {row["member_id"]: [] for row in rows}
    for row in await connection.fetch(_ANSWERS, tenant_id, survey_id, list(answers)):
        place = (tenant_id, survey_id, row["member_id"], row["question_no"])
        text = shown(vault, row["sealed_text"], "survey answer", *place)
        answers[row["member_id"]].append({**dict(row), "text": text})
    return [{**dict(row), "answers": answers[row["member_id"]]} for row in rows]


async def invitations_of(connection: Connection, *, tenant_id: UUID, member_id: UUID) -> Sequence[Any]:
    """Return the surveys that a member is invited to and has not answered."""
    return await connection.fetch(_INVITATIONS, tenant_id, member_id)
