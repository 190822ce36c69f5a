"""What the routes of onboarding take and answer."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from transactional.request_types import Day, Reference
from transactional.tenants.routes import Program

Industry = Literal["bank", "airline", "retail", "ecommerce", "employee_benefit"]


class ApplicationRow(BaseModel):
    """A tenant that applies, with its qualification."""

    model_config = ConfigDict(extra="forbid")

    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{1,39}$")] = Field(
        title="企业代码", examples=["acorn"]
    )
    name: Reference = Field(title="企业名称", examples=["橡果集团"])
    industry: Industry = Field(title="行业", examples=["retail"])
    qualification_number: Annotated[Reference, Field(max_length=100)] = Field(
        title="资质编号", examples=["91310000MA1K00000X"]
    )
    qualification_expires_on: Day = Field(title="资质到期日", examples=["2028-12-31"])


class ApplicationRequest(ApplicationRow):
    """An application. Sent again with the same contents it changes nothing."""

    applied_by: Reference


class ConfigurationRequest(BaseModel):
    """The program to settle; without one, the industry's is kept."""

    model_config = ConfigDict(extra="forbid")

    program: Program | None = None
    configured_by: Reference


class QualificationRequest(BaseModel):
    """A qualification that is newer than the one there is."""

    model_config = ConfigDict(extra="forbid")

    qualification_number: Annotated[Reference, Field(max_length=100)]
    qualification_expires_on: Day
    handed_in_by: Reference


class StepRequest(BaseModel):
    """Who does the step."""

    model_config = ConfigDict(extra="forbid")

    done_by: Reference


class KeyRequest(BaseModel):
    """What a further key is for."""

    model_config = ConfigDict(extra="forbid")

    label: Annotated[Reference, Field(max_length=100)]


class NewKey(BaseModel):
    """An API key; it is shown this once."""

    api_key: str


class Check(BaseModel):
    """Something that must be so before going live, and what to do if it is not."""

    model_config = ConfigDict(from_attributes=True)

    check: str
    is_met: bool
    detail: str


class Onboarding(BaseModel):
    """When each step was done, what comes next, and what must be so before going live."""

    tenant_id: UUID
    code: str
    applied_on: date
    configured_on: date | None
    tested_on: date | None
    live_on: date | None
    next_step: Literal["configure", "test", "live"] | None
    is_test_mode: bool = Field(description="Whoever registers is a test member, whom no figure counts.")
    checks: list[Check]


class Applied(Onboarding):
    """A tenant that was taken on; its first API key is told once, with the first answer."""

    api_key: str | None


class AppliedRow(BaseModel):
    """A tenant of a file, with its first API key if it is new."""

    code: str
    tenant_id: UUID
    api_key: str | None


class AppliedList(BaseModel):
    """Tenants of a file, in its order."""

    tenants: list[AppliedRow]
