"""What the routes about surveys take and tell."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from transactional.after_sales.documents import Words
from transactional.request_types import Code, Reason, Reference
from transactional.surveys.domain import InvitesAfter, Kind

_Choice = Annotated[
    str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00\s]([^\x00]*[^\x00\s])?$")
]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class QuestionRequest(_Request):
    """A question: a score of 1 to 5, one of some choices, or free text."""

    kind: Kind
    wording: Reason
    choices: Annotated[list[_Choice], Field(min_length=2, max_length=20)] | None = None
    is_satisfaction: Annotated[bool, Field(strict=True)] = Field(
        False, description="Its answer, a score, counts as feedback; of one question at most."
    )
    is_required: Annotated[bool, Field(strict=True)] = True

    @model_validator(mode="after")
    def _of_its_kind(self) -> "QuestionRequest":
        if (self.kind == "choice") != (self.choices is not None):
            raise ValueError("a choice has choices, other questions have none")
        if self.is_satisfaction and self.kind != "score":
            raise ValueError("only a score tells how satisfied a member is")
        return self


class SurveyRequest(_Request):
    """A survey; it stands as it was opened.

    With `invites_after`, members are invited when a redemption of theirs was delivered or completed, and nobody else may
    answer; without, any member may.
    """

    code: Code
    title: Reference
    questions: Annotated[list[QuestionRequest], Field(min_length=1, max_length=30)]
    invites_after: InvitesAfter | None = None
    opened_by: Reference | None = None

    @model_validator(mode="after")
    def _asks_once(self) -> "SurveyRequest":
        if sum(question.is_satisfaction for question in self.questions) > 1:
            raise ValueError("one question at most asks how satisfied a member is")
        return self


class AnswerRequest(_Request):
    """An answer to one question: by its kind a score, the number of a choice from 1, or a text."""

    question_no: Annotated[int, Field(strict=True, ge=1, le=30)]
    score: Annotated[int, Field(strict=True, ge=1, le=5)] | None = None
    choice_no: Annotated[int, Field(strict=True, ge=1, le=20)] | None = None
    text: Words | None = None


class ResponseRequest(_Request):
    """What a member answers; about the redemption it was invited after, or about one that is named."""

    member_id: UUID
    answers: Annotated[list[AnswerRequest], Field(min_length=1, max_length=30)]
    redemption_id: UUID | None = None


class QuestionResult(BaseModel):
    """A question and how it was answered: how often each score or choice, or each sentiment of a text."""

    question_no: int
    kind: Kind
    wording: str
    choices: list[str] | None
    is_satisfaction: bool
    is_required: bool
    answer_count: int
    mean_score: float | None = Field(description="Of scores; null without any.")
    counts: dict[str, int] = Field(
        description="By score, by number of the choice, or by sentiment; texts that nobody has scored are left out."
    )


class Survey(BaseModel):
    """A survey with how many were invited and how many have answered."""

    survey_id: UUID
    code: str
    title: str
    invites_after: InvitesAfter | None
    opened_by: str
    opened_at: datetime
    ended_at: datetime | None
    invited_count: int
    response_count: int


class SurveyResults(Survey):
    """A survey with how its questions were answered."""

    questions: list[QuestionResult]


class SurveyList(BaseModel):
    """All surveys of the tenant, the newest first."""

    surveys: list[Survey]


class GivenAnswer(BaseModel):
    """An answer as it was given; sentiment is of a text, and null while no model has scored it."""

    question_no: int
    score: int | None
    choice_no: int | None
    text: str | None
    sentiment: str | None


class SurveyResponse(BaseModel):
    """What a member answered."""

    survey_id: UUID
    member_id: UUID
    redemption_id: UUID | None
    answered_at: datetime
    answers: list[GivenAnswer]


class SurveyResponsePage(BaseModel):
    """A page by member; ask for the next one with `after=next_after`."""

    responses: list[SurveyResponse]
    next_after: UUID | None


class Invitation(BaseModel):
    """A survey that a member is invited to and has not answered."""

    survey_id: UUID
    code: str
    title: str
    redemption_id: UUID
    invited_at: datetime


class Invitations(BaseModel):
    """What a member is invited to, the newest first."""

    member_id: UUID
    invitations: list[Invitation]
