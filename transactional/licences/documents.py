"""What the routes of licences take and answer."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.request_types import Code, Day, Reason, Reference


class LicenceRow(BaseModel):
    """A licence; kinds are codes such as value_added_telecom and internet_culture. Both days are included."""

    model_config = ConfigDict(extra="forbid")

    kind: Code = Field(title="证照类型", examples=["value_added_telecom"])
    number: Annotated[Reference, Field(max_length=100)] = Field(title="证照编号", examples=["B2-20260001"])
    holder: Reference = Field(title="持有人", examples=["橡果科技有限公司"])
    valid_from: Day = Field(title="生效日", examples=["2026-01-01"])
    expires_on: Day = Field(title="到期日", examples=["2030-12-31"])

    @model_validator(mode="after")
    def _in_order(self) -> "LicenceRow":
        if self.expires_on < self.valid_from:
            raise ValueError("expires_on: the last day lies before the first")
        return self


class LicenceRequest(LicenceRow):
    """A licence to register. Sent again with the same contents it changes nothing."""

    registered_by: Reference | None = Field(None, description="Who registers it; a person need not say.")


class CorrectionRequest(BaseModel):
    """What a licence truly says; what is left out stays. Its kind and number cannot be corrected."""

    model_config = ConfigDict(extra="forbid")

    holder: Reference | None = None
    valid_from: Day | None = None
    expires_on: Day | None = None
    reason: Reason
    corrected_by: Reference | None = Field(None, description="Who corrects it; a person need not say.")

    @model_validator(mode="after")
    def _says_something(self) -> "CorrectionRequest":
        if self.holder is None and self.valid_from is None and self.expires_on is None:
            raise ValueError("tell what of the licence is otherwise")
        return self


class Licence(BaseModel):
    """A licence, and whether today is one of its days."""

    licence_id: UUID
    kind: str
    number: str
    holder: str
    valid_from: date
    expires_on: date
    is_valid: bool


class LicenceList(BaseModel):
    """Licences by kind, those that last longest first."""

    licences: list[Licence]


class LicenceCorrection(BaseModel):
    """What was written down of a licence before somebody corrected it."""

    former_holder: str
    former_valid_from: date
    former_expires_on: date
    reason: str
    corrected_by: str
    corrected_at: datetime


class LicenceAlert(BaseModel):
    """A licence lapses within so many days, or has lapsed; it closes when another of the kind lasts longer."""

    alert_id: UUID
    licence_id: UUID
    kind: str
    number: str
    expires_on: date
    days_before: int
    opened_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    closed_at: datetime | None


class RegisteredLicence(Licence):
    """A licence as those who keep the register see it."""

    registered_by: str
    registered_at: datetime
    is_renewed: bool = Field(description="Whether another of its kind takes over and lasts longer.")
    days_left: int = Field(description="Days until its last one; negative once it has lapsed.")
    open_alert: "LicenceAlert | None" = Field(description="The latest of its open alerts.")
    corrections: list[LicenceCorrection]


class Register(BaseModel):
    """All licences, what lapses first leading."""

    licences: list[RegisteredLicence]


class LicenceAlertList(BaseModel):
    """Alerts, what lapses first at the top."""

    alerts: list[LicenceAlert]


class SeenRequest(BaseModel):
    """Who has seen it."""

    model_config = ConfigDict(extra="forbid")

    acknowledged_by: Reference | None = Field(None, description="Who has seen it; a person need not say.")


class LicencesImported(BaseModel):
    """How many licences of a file were new and how many were known, which changed nothing."""

    registered: int
    known: int
