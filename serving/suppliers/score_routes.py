"""GET /v1/suppliers/scores: how each supplier scored in a month, and of what."""

import datetime
from collections import defaultdict
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field

from serving.context import CallerOf, Now, ReleaseInUse
from serving.keys import DatabaseUnavailable, Unauthenticated
from serving.kpis.documents import MetricDocument, Words, described
from serving.kpis.queries import find_metric
from serving.marts import PagedAnswer, PageOf, about, latest, page_of, rows_of
from serving.months import MonthOf
from serving.problems import InvalidRequest, responses
from serving.release import NoRelease
from serving.revalidation import RELEASE_ONLY

router = APIRouter(prefix="/v1/suppliers", tags=["suppliers"], dependencies=[RELEASE_ONLY])


class ScorePart(BaseModel):
    """A component of a score; rate and score are null while nothing was measured."""

    component: str = Field(examples=["ship_48h"])
    name: Words
    measure: Words
    numerator: int
    denominator: int
    rate: float | None
    low: float | None = Field(description="Lower end of the 95 % Wilson interval of the rate.")
    high: float | None
    weight: float = Field(description="Share of the component in the score.")
    zero_at: float = Field(description="The rate at which it scores 0.")
    full_at: float = Field(description="The rate at which it scores 1.")
    score: float | None


class _Scored(BaseModel):
    supplier_id: UUID
    supplier_code: str
    supplier_name: str
    score: float = Field(description="0 to 1: the mean of what is known, by weight.", examples=[0.91])
    low: float = Field(description="Lower end of its 95 % interval.")
    high: float
    known_weight: float
    n: int = Field(description="Redemptions of its items in the month.")
    is_small_sample: bool


class SupplierScoreRow(_Scored):
    """A supplier's score of a month with its components."""

    parts: list[ScorePart]


class _Part(BaseModel):
    supplier_id: UUID
    component: str
    name_zh: str
    name_en: str
    measure_zh: str
    measure_en: str
    numerator: int
    denominator: int
    rate: float | None
    low: float | None
    high: float | None
    weight: float
    zero_at: float
    full_at: float
    score: float | None


class SupplierScoresAnswer(MetricDocument, PagedAnswer):
    """The suppliers that were measured in a month, the lowest score first, with the score's definition."""

    month: datetime.date | None = Field(description="The month shown; null: nothing was measured yet.")
    rows: list[SupplierScoreRow]


@router.get("/scores", responses=responses(Unauthenticated, InvalidRequest, NoRelease, DatabaseUnavailable))
async def get_supplier_scores(
    caller: CallerOf, release: ReleaseInUse, now: Now, page: PageOf, month: MonthOf
) -> SupplierScoresAnswer:
    """Return how suppliers scored in a month by shipping, virtual issue, defects, complaints and answers."""
    tenant_id, mart = caller.tenant_id, "fct_supplier_scores_monthly"
    month = month or await latest(release, tenant_id, mart)
    scored, total = await page_of(
        release, tenant_id, _Scored, mart, "and month = ?", "score, supplier_id", page, month
    )
    measured: dict[UUID, list[ScorePart]] = defaultdict(list)
    for part in await rows_of(
        release, tenant_id, _Part, "fct_supplier_score_parts_monthly",
        "and month = ? order by weight desc, component", month,
    ):  # fmt: skip
        measured[part.supplier_id].append(
            ScorePart(
                name=Words(zh=part.name_zh, en=part.name_en),
                measure=Words(zh=part.measure_zh, en=part.measure_en),
                **part.model_dump(exclude={"supplier_id", "name_zh", "name_en", "measure_zh", "measure_en"}),
            )
        )
    return SupplierScoresAnswer(
        **about(release, caller, now),
        **described(await find_metric(release, "supplier_score")),
        total=total,
        limit=page.limit,
        offset=page.offset,
        month=month,
        rows=[SupplierScoreRow(**one.model_dump(), parts=measured[one.supplier_id]) for one in scored],
    )
