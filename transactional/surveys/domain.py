"""What a survey asks, what an answer may be, and what can be refused about them.

Problem
├── UnknownSurvey      404  the tenant has no such survey
├── SurveyExists       409  the code names a survey with other questions
├── SurveyEnded        409  no more answers are taken
├── NotInvited         409  the member was not invited
├── SurveyAnswered     409  the member has answered otherwise
└── AnswersUnsuitable  422  they are no answers to its questions
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from transactional.problems import Problem

Kind = Literal["score", "choice", "text"]
InvitesAfter = Literal["delivered", "completed"]


@dataclass(frozen=True)
class Question:
    """A question with its number from 1; a score is 1 to 5, a choice one of `choices` by its number from 1.

    Attributes:
        is_satisfaction: its answer counts as feedback.
    """

    question_no: int
    kind: Kind
    wording: str
    choices: tuple[str, ...] | None
    is_satisfaction: bool
    is_required: bool


@dataclass(frozen=True)
class Answer:
    """An answer to the question of that number: by its kind one of the three."""

    question_no: int
    score: int | None = None
    choice_no: int | None = None
    text: str | None = None


class UnknownSurvey(Problem):
    """The tenant has no such survey."""

    slug = "unknown-survey"
    title = "No such survey"
    status = 404

    def __init__(self, survey_id: UUID) -> None:
        super().__init__(
            f"your tenant has no survey {survey_id}; GET /v1/surveys lists them", survey_id=str(survey_id)
        )


class SurveyExists(Problem):
    """The code names a survey with other questions."""

    slug = "survey-exists"
    title = "The code was used for another survey"
    status = 409

    def __init__(self, code: str, survey_id: UUID) -> None:
        super().__init__(
            f"the code {code!r} names another survey; a survey is not changed, choose another code",
            survey_id=str(survey_id),
        )


class SurveyEnded(Problem):
    """No more answers are taken."""

    slug = "survey-ended"
    title = "The survey has ended"
    status = 409

    def __init__(self, survey_id: UUID) -> None:
        super().__init__(
            f"the survey {survey_id} has ended and takes no more answers", survey_id=str(survey_id)
        )


class NotInvited(Problem):
    """The member was not invited."""

    slug = "not-invited"
    title = "The member was not invited"
    status = 409

    def __init__(self, survey_id: UUID, member_id: UUID) -> None:
        super().__init__(
            f"the member {member_id} was not invited to the survey {survey_id}; its invitations follow redemptions",
            survey_id=str(survey_id),
            member_id=str(member_id),
        )


class SurveyAnswered(Problem):
    """The member has answered otherwise."""

    slug = "survey-answered"
    title = "The survey was answered before"
    status = 409

    def __init__(self, survey_id: UUID, member_id: UUID) -> None:
        super().__init__(
            f"the member {member_id} has answered the survey {survey_id}; an answer is not changed",
            survey_id=str(survey_id),
            member_id=str(member_id),
        )


class AnswersUnsuitable(Problem):
    """They are no answers to the survey's questions."""

    slug = "answers-unsuitable"
    title = "These are no answers to the questions"
    status = 422

    def __init__(self, question_no: int, why: str) -> None:
        super().__init__(f"question {question_no}: {why}", question_no=question_no)


def check_answers(questions: Sequence[Question], answers: Sequence[Answer]) -> None:
    """Make sure that answers are to questions of the survey, each once, of its kind, and that none is missing.

    Raises:
        AnswersUnsuitable: naming the first question whose answer is not.
    """
    asked: Mapping[int, Question] = {question.question_no: question for question in questions}
    given = set()
    for answer in answers:
        question = asked.get(answer.question_no)
        if question is None:
            raise AnswersUnsuitable(
                answer.question_no, f"the survey has {len(questions)} questions and not this one"
            )
        if answer.question_no in given:
            raise AnswersUnsuitable(answer.question_no, "it is answered twice")
        given.add(answer.question_no)
        _check_kind(question, answer)
    for question in questions:
        if question.is_required and question.question_no not in given:
            raise AnswersUnsuitable(question.question_no, "it is not answered, and it has to be")


def _check_kind(question: Question, answer: Answer) -> None:
    told = {"score": answer.score, "choice": answer.choice_no, "text": answer.text}
    if [kind for kind, value in told.items() if value is not None] != [question.kind]:
        field = {"score": "a score of 1 to 5", "choice": "a choice_no", "text": "a text"}[question.kind]
        raise AnswersUnsuitable(question.question_no, f"it wants {field} and nothing else")
    most = len(question.choices or ())
    if answer.choice_no is not None and answer.choice_no > most:
        raise AnswersUnsuitable(question.question_no, f"its choices are 1 to {most}")
