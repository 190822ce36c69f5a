"""GET /v1/suppliers: how suppliers kept their day, their quantities and their care in the last year."""

import datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from serving.context import CallerOf, Now, ReleaseInUse
from serving.keys import DatabaseUnavailable, Unauthenticated
from serving.marts import PagedAnswer, PageOf, about, page_of
from serving.problems import InvalidRequest, responses
from serving.release import NoRelease
from serving.revalidation import RELEASE_ONLY

router = APIRouter(prefix="/v1/suppliers", tags=["suppliers"], dependencies=[RELEASE_ONLY])


class SupplierRow(BaseModel):
    """A supplier's orders of the last 365 days; rates are null while nothing can be told."""

    supplier_id: UUID
    supplier_code: str
    supplier_name: str
    supplier_status: str
    from_date: datetime.date = Field(description="First day of the year looked at.")
    to_date: datetime.date
    line_count: int = Field(description="Order lines placed.")
    judged_line_count: int = Field(
        description="Those of which it is known whether they came whole and in time."
    )
    on_time_in_full_count: int
    on_time_in_full_rate: float | None = Field(examples=[0.9])
    on_time_in_full_low: float | None = Field(description="Lower end of the 95 % Wilson interval.")
    on_time_in_full_high: float | None
    ended_quantity: int = Field(description="Units of lines from which nothing more is to come.")
    filled_quantity: int = Field(description="Of these the good units that came, at most those ordered.")
    fill_rate: float | None = Field(examples=[0.97])
    received_quantity: int
    damaged_quantity: int
    damage_rate: float | None = Field(description="Damaged units of all that came.")
    mean_promised_lead_days: float | None
    mean_achieved_lead_days: float | None = Field(description="Of lines that came whole.")
    mean_late_days: float | None = Field(
        description="Days after the promised one, of lines that came whole; early: below 0."
    )
    cost_fen: int
    outstanding_quantity: int


class SuppliersAnswer(PagedAnswer):
    """The tenant's suppliers; one of whom nothing was ordered has no rates."""

    rows: list[SupplierRow]


Sort = Literal["supplier_code", "on_time_in_full_rate", "fill_rate", "cost_fen"]


@router.get("", responses=responses(Unauthenticated, InvalidRequest, NoRelease, DatabaseUnavailable))
async def get_suppliers(
    caller: CallerOf,
    release: ReleaseInUse,
    now: Now,
    page: PageOf,
    sort: Annotated[
        Sort, Query(description="By code, or the lowest rate or the highest cost first.")
    ] = "supplier_code",
) -> SuppliersAnswer:
    """Return how each supplier kept lead times and quantities."""
    order = f"{sort} {'desc' if sort == 'cost_fen' else 'asc'} nulls last, supplier_id"
    rows, total = await page_of(
        release, caller.tenant_id, SupplierRow, "fct_supplier_performance", "", order, page
    )
    return SuppliersAnswer(
        **about(release, caller, now), total=total, limit=page.limit, offset=page.offset, rows=rows
    )
