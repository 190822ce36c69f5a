"""What the routes of suppliers' gates take and answer."""

from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, StringConstraints, model_validator

from transactional.request_types import ActingFor, Day, Reason, Reference, Slug, Text
from transactional.supplier_gates.domain import Gate, Kind, NewDocument, NewSample, Result, Standing

_Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
_Number = Annotated[Reference, Field(max_length=100)]


class _Document(BaseModel):
    model_config = ConfigDict(extra="forbid")

    kind: Kind = Field(title="种类", examples=["quality_report"])
    number: _Number = Field(title="编号", examples=["QR-2026-001"])
    brand_id: UUID | None = Field(
        None, title="品牌ID", description="Of a brand authorisation, and of nothing else."
    )
    level: Annotated[int, Field(ge=1, le=9)] | None = Field(
        None, title="授权级别", description="Of a brand authorisation: 1 comes from the brand itself."
    )
    issued_on: Day = Field(title="签发日期", examples=["2026-01-01"])
    valid_from: Day | None = Field(None, title="生效日期", description="By default the day it was issued.")
    expires_on: Day = Field(
        title="失效日期", examples=["2026-12-31"], description="The last day on which it holds."
    )
    file_url: Annotated[HttpUrl, Field(max_length=2000)] = Field(
        title="文件地址", examples=["https://files.example.com/qr-2026-001.pdf"]
    )
    file_sha256: _Sha256 = Field(title="文件SHA-256", examples=["0" * 64])

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.expires_on < (self.valid_from or self.issued_on):
            raise ValueError("expires_on: the last day lies before the first")
        of_brand = self.kind == "brand_authorisation"
        if (self.brand_id is None) is of_brand or (self.level is None) is of_brand:
            raise ValueError("brand_id, level: a brand authorisation has both, and no other document has any")
        return self

    def told(self) -> NewDocument:
        """Return the document that is handed in."""
        return NewDocument(
            self.kind, self.number, self.brand_id, self.level, self.issued_on, self.valid_from or self.issued_on,
            self.expires_on, str(self.file_url), self.file_sha256,
        )  # fmt: skip


class DocumentRequest(_Document):
    """A document to hand in. Sent again with the same contents it changes nothing."""

    handed_in_by: ActingFor = None


class DocumentRow(_Document):
    """A document of the supplier that a code names."""

    supplier_code: Slug = Field(title="供应商编码", examples=["leaf"])


class VerificationRequest(BaseModel):
    """Who found the document to be genuine."""

    model_config = ConfigDict(extra="forbid")

    verified_by: Reference


class RejectionRequest(BaseModel):
    """Who found the document to be worth nothing, and why; a forged one suspends its supplier."""

    model_config = ConfigDict(extra="forbid")

    rejected_by: Reference
    reason: Reason
    is_forged: bool = False


class SampleRequest(BaseModel):
    """What a test of samples found. Sent again with the same findings it changes nothing."""

    model_config = ConfigDict(extra="forbid")

    reference: Reference
    result: Result
    score: Annotated[int, Field(strict=True, ge=0, le=100)]
    remarks: Text = ""
    tested_on: Day
    noted_by: Reference

    def told(self) -> NewSample:
        """Return the test that is noted."""
        return NewSample(self.reference, self.result, self.score, self.remarks, self.tested_on)


class JudgementRequest(BaseModel):
    """Who has a trial judged; its events decide."""

    model_config = ConfigDict(extra="forbid")

    judged_by: Reference


class SuspensionRequest(BaseModel):
    """Which gate the supplier has to pass again, and why."""

    model_config = ConfigDict(extra="forbid")

    failed_gate: Gate
    reason: Reason
    suspended_by: Reference


class ReinstatementRequest(BaseModel):
    """Who lifts the suspension."""

    model_config = ConfigDict(extra="forbid")

    lifted_by: Reference


class SeenRequest(BaseModel):
    """Who has seen it."""

    model_config = ConfigDict(extra="forbid")

    acknowledged_by: Reference


class SupplierDocument(BaseModel):
    """A document, who judged it when, and whether it holds today."""

    document_id: UUID
    kind: Kind
    number: str
    brand_id: UUID | None
    brand_code: str | None
    level: int | None
    issued_on: date
    valid_from: date
    expires_on: date
    days_to_expiry: int
    file_url: str
    file_sha256: str
    handed_in_by: str
    handed_in_at: datetime
    verified_by: str | None
    verified_at: datetime | None
    rejected_by: str | None
    rejected_at: datetime | None
    rejected_reason: str | None
    is_forged: bool
    is_valid: bool


class SupplierSample(BaseModel):
    """A test of samples; the newest one counts."""

    sample_id: UUID
    reference: str
    result: Result
    score: int
    remarks: str
    tested_on: date
    noted_by: str
    noted_at: datetime


class SupplierTrial(BaseModel):
    """A trial order: what it was judged by, or what its events come to by now.

    Pieces that came by their day, pieces of its items that members redeemed since and that had to be shipped, those that
    were within 48 hours, complaints that had to be answered, and those that were within 24.
    """

    purchase_order_id: UUID
    order_status: str
    begun_at: datetime
    quantity: int
    delivered_quantity: int
    due_quantity: int
    shipped_quantity: int
    complaints: int
    answered: int
    result: Result | None
    judged_by: str | None
    judged_at: datetime | None


class SupplierSuspension(BaseModel):
    """A suspension and what it was for."""

    suspension_id: UUID
    failed_gate: Gate
    reason: str
    suspended_by: str
    suspended_at: datetime
    lifted_by: str | None
    lifted_at: datetime | None


class SupplierGate(BaseModel):
    """A gate, and since when it is passed; it has no moment if nothing was asked for there."""

    gate: Gate
    is_passed: bool
    passed_at: datetime | None


class SupplierDossier(BaseModel):
    """A supplier with all that its gates know; `is_gated` is false of one from before the gates were kept."""

    supplier_id: UUID
    code: str
    name: str
    status: Standing
    is_gated: bool
    gates: list[SupplierGate]
    documents: list[SupplierDocument]
    samples: list[SupplierSample]
    trials: list[SupplierTrial]
    suspensions: list[SupplierSuspension]


class DocumentAlert(BaseModel):
    """A document lapses within so many days, or has lapsed; it closes when another one follows on."""

    alert_id: UUID
    document_id: UUID
    supplier_id: UUID
    supplier_code: str
    kind: Kind
    number: str
    expires_on: date
    days_before: int
    opened_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    closed_at: datetime | None


class DocumentAlertList(BaseModel):
    """Alerts, what lapses first at the top."""

    alerts: list[DocumentAlert]
