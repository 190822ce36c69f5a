"""`/v1/survey-responses/import`: what members answered to surveys, from a file with a column per question."""

from collections.abc import Sequence
from typing import Any, Self

from fastapi import APIRouter
from pydantic import Field, create_model, model_validator

from transactional.after_sales.documents import Words
from transactional.file_imports import add_import
from transactional.members.queries import member_named
from transactional.redemption.naming import NamesRedemption, redemption_perhaps_named
from transactional.request_types import Code, Reference
from transactional.sessions.asking import member_asker
from transactional.surveys.answering import NewResponse, respond
from transactional.surveys.documents import AnswerRequest, ResponseRequest
from transactional.surveys.domain import Answer, AnswersUnsuitable, Question
from transactional.surveys.queries import questions_of, survey_named
from transactional.taking import Taking
from transactional.texts.sealing import keyed_hash
from transactional.vault import VaultKeyMissing

router = APIRouter(prefix="/v1", tags=["surveys"])

_MOST_QUESTIONS = 30
_BEST_SCORE = 5


class _Response(NamesRedemption):
    """What a member answers to a survey; about the redemption it was invited after, or about one that is named."""

    survey_code: Code = Field(title="问卷编码", examples=["after_card"])
    external_ref: Reference = Field(title="会员编号", examples=["E-10086"])

    @model_validator(mode="after")
    def _answers_something(self) -> Self:
        if not self.given():
            raise ValueError("no question is answered")
        return self

    def given(self) -> dict[int, str]:
        """Return what was answered, by the number of the question."""
        answers = ((n, getattr(self, f"answer_{n}")) for n in range(1, _MOST_QUESTIONS + 1))
        return {n: answer for n, answer in answers if answer is not None}


_ANSWERS: dict[str, Any] = {
    f"answer_{n}": (
        Words | None,
        Field(None, title=f"第{n}题", examples=["5"] if n == 1 else []),
    )
    for n in range(1, _MOST_QUESTIONS + 1)
}
ResponseRow = create_model("ResponseRow", __base__=_Response, __doc__=_Response.__doc__, **_ANSWERS)


async def _take(taking: Taking, row: _Response) -> bool:
    connection, tenant_id = taking.connection, taking.tenant_id
    survey_id = await survey_named(connection, tenant_id=tenant_id, code=row.survey_code)
    questions = await questions_of(connection, tenant_id=tenant_id, survey_id=survey_id)
    asked = ResponseRequest(
        member_id=await member_named(connection, tenant_id=tenant_id, external_ref=row.external_ref),
        redemption_id=await redemption_perhaps_named(connection, tenant_id=tenant_id, row=row),
        answers=[_answer(questions, number, told) for number, told in row.given().items()],
    )
    return await respond(
        connection,
        taking.vault,
        tenant_id=tenant_id,
        survey_id=survey_id,
        new=NewResponse(
            asked.member_id, asked.redemption_id, [Answer(**dict(answer)) for answer in asked.answers]
        ),
        request_hash=keyed_hash(taking.vault, asked),
        now=taking.now,
    )


def _answer(questions: Sequence[Question], number: int, told: str) -> AnswerRequest:
    """Return an answer as its question wants it; a choice may be told by its number or in its words.

    Raises:
        AnswersUnsuitable: it is no answer to a question of the survey.
    """
    question = next((one for one in questions if one.question_no == number), None)
    if question is None:
        raise AnswersUnsuitable(number, f"the survey has {len(questions)} questions and not this one")
    if question.kind == "text":
        return AnswerRequest(question_no=number, text=told)
    choices = question.choices or ()
    if told in choices:
        return AnswerRequest(question_no=number, choice_no=choices.index(told) + 1)
    most = len(choices) or _BEST_SCORE
    if told not in map(str, range(1, most + 1)):
        raise AnswersUnsuitable(number, f"{told!r} is no answer to it; its answers are 1 to {most}")
    if question.kind == "score":
        return AnswerRequest(question_no=number, score=int(told))
    return AnswerRequest(question_no=number, choice_no=int(told))


add_import(
    router,
    "/survey-responses",
    ResponseRow,
    _take,
    things="answers to surveys",
    asker=member_asker,
    refusals=(VaultKeyMissing,),
)
