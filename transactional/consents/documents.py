"""What is asked and told of consents over HTTP."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, StringConstraints, model_validator

from transactional.consents.domain import Purpose, Teller

TextVersion = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")]


class ConsentRequest(BaseModel):
    """What a member was asked and said; `text_version` names the words that were shown."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"purpose": "profiling", "is_given": True, "text_version": "2026-03"}]
        },
    )

    purpose: Purpose
    is_given: bool
    text_version: TextVersion | None = None

    @model_validator(mode="after")
    def _names_the_text(self) -> Self:
        if self.is_given and self.text_version is None:
            raise ValueError("text_version: tell which words the member agreed to")
        return self


class Standing(BaseModel):
    """Whether a member agrees to a purpose now, and since when; without `told_at` it was never asked."""

    purpose: Purpose
    is_given: bool
    text_version: str | None
    told_at: datetime | None


class ConsentTold(BaseModel):
    """Something a member agreed to, refused or withdrew."""

    consent_id: UUID
    purpose: Purpose
    is_given: bool
    text_version: str | None
    told_by: Teller
    told_at: datetime


class Consents(BaseModel):
    """What a member agrees to now, purpose by purpose, and everything that was recorded, newest first."""

    member_id: UUID
    standing: list[Standing]
    history: list[ConsentTold]


class ConsentsImported(BaseModel):
    """How many rows a file had, and how many of them changed what a member agrees to."""

    rows: int
    recorded: int
