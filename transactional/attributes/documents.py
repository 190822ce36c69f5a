"""What is asked of attributes over HTTP and what is told of them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import Path
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from transactional.attributes.domain import MAX_ATTRIBUTES, MAX_CHOICES, AttributePurpose, AttributeType
from transactional.request_types import Code, Reference, Text

Choice = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_+-]{0,39}$")]
Name = Annotated[str, Path(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class DeclarationRequest(BaseModel):
    """An attribute to keep: what it is, which consent it needs, and whether it can tell who somebody is."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "type": "choice", "purpose": "profiling", "is_personal": False, "choices": ["t1", "t2", "t3"],
                    "declared_by": "li.na",
                }
            ]
        },
    )  # fmt: skip

    type: AttributeType
    purpose: AttributePurpose
    is_personal: bool
    choices: Annotated[list[Choice], Field(max_length=MAX_CHOICES)] = []
    declared_by: Reference


class DeclarationShown(BaseModel):
    """An attribute that the tenant keeps of its members."""

    model_config = ConfigDict(from_attributes=True)

    name: str
    type: AttributeType
    purpose: AttributePurpose
    is_personal: bool
    choices: list[str]


class Declarations(BaseModel):
    """Everything that may be kept of members."""

    attributes: list[DeclarationShown]


class Values(BaseModel):
    """Values by the names of declared attributes; null forgets one, what is left out stays."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"values": {"city_tier": "t2"}}]}
    )

    values: Annotated[dict[Code, Text | None], Field(min_length=1, max_length=MAX_ATTRIBUTES)]


class ValueShown(BaseModel):
    """What is kept of a member under a name."""

    name: str
    value: str
    purpose: AttributePurpose
    is_personal: bool
    changed_at: datetime


class ValuesShown(BaseModel):
    """Everything that is kept of a member, by name."""

    member_id: UUID
    attributes: list[ValueShown]


class Imported(BaseModel):
    """How many members a file told of, and how many values."""

    members: int
    values: int
