"""GET /v1/value-score: how a month's fit, supply, service and price add up; /v1/money: what months cost and settle."""

import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from serving.context import CallerOf, Now, ReleaseInUse
from serving.keys import DatabaseUnavailable, Unauthenticated
from serving.kpis.documents import MetricDocument, described
from serving.kpis.queries import find_metric
from serving.marts import PagedAnswer, PageOf, ReleaseAnswer, about, latest, page_of, rows_of
from serving.months import MonthOf
from serving.problems import InvalidRequest, responses
from serving.release import NoRelease
from serving.revalidation import RELEASE_ONLY

router = APIRouter(prefix="/v1", tags=["value"], dependencies=[RELEASE_ONLY])


class ValueScore(BaseModel):
    """A score of 0 to 1 and its four parts; a part is null while nothing of it was measured."""

    value_score: float = Field(examples=[0.82])
    functional_score: float | None
    supply_score: float | None
    service_score: float | None
    price_score: float | None
    known_weight: float = Field(description="Weight of the metrics that were measured, of 1.")


class MeasuredPart(BaseModel):
    """A metric of the score: what it was measured from, and how that scores."""

    part: str = Field(examples=["supply"])
    metric: str = Field(examples=["stock_out_rate"])
    part_weight: float
    metric_weight: float = Field(description="Share of the metric in its part.")
    zero_at: float = Field(description="The value at which it scores 0.")
    full_at: float = Field(description="The value at which it scores 1.")
    numerator: int
    denominator: int
    value: float | None
    score: float | None


class ValueScoreAnswer(MetricDocument, ReleaseAnswer):
    """The score of a month with its definition, and every metric that it is made of."""

    month: datetime.date | None = Field(description="The month shown; null: nothing was measured yet.")
    score: ValueScore | None
    parts: list[MeasuredPart]


class MoneyRow(BaseModel):
    """What a month was charged, what its days settled, and what that is beside the points redeemed in it."""

    month: datetime.date = Field(description="The month's first day.")
    charged_fen: int
    waived_fen: int
    due_fen: int
    invoiced_fen: int
    credited_fen: int
    net_invoiced_fen: int
    paid_fen: int = Field(description="What of the month's invoice was paid.")
    unpaid_fen: int = Field(description="What of it is left to pay.")
    overdue_fen: int = Field(description="What of it is left after its last day to pay.")
    statement_count: int = Field(description="Settlement statements of its days.")
    on_time_statement_count: int = Field(description="Those made by the day after (T+1).")
    settlement_on_time_rate: float | None
    owed_fen: int = Field(description="What they say the tenant owes; negative if it is owed.")
    redeemed_points: int
    redeemed_fen: int = Field(description="What these points cost the tenant.")
    fee_share: float | None = Field(description="Fees due by the value of redeemed points.")


class MoneyAnswer(PagedAnswer):
    """Months, the latest first."""

    rows: list[MoneyRow]


@router.get(
    "/value-score", responses=responses(Unauthenticated, InvalidRequest, NoRelease, DatabaseUnavailable)
)
async def get_value_score(
    caller: CallerOf, release: ReleaseInUse, now: Now, month: MonthOf
) -> ValueScoreAnswer:
    """Return a month's value score: 40 % functional fit, 30 % supply, 20 % service, 10 % price."""
    tenant_id = caller.tenant_id
    month = month or await latest(release, tenant_id, "fct_value_scores_monthly")
    scores = await rows_of(release, tenant_id, ValueScore, "fct_value_scores_monthly", "and month = ?", month)
    order = "and month = ? order by part_weight desc, part, metric_weight desc, metric"
    return ValueScoreAnswer(
        **about(release, caller, now),
        **described(await find_metric(release, "value_score")),
        month=month,
        score=scores[0] if scores else None,
        parts=await rows_of(release, tenant_id, MeasuredPart, "fct_value_score_parts_monthly", order, month),
    )


@router.get("/money", responses=responses(Unauthenticated, InvalidRequest, NoRelease, DatabaseUnavailable))
async def get_money(caller: CallerOf, release: ReleaseInUse, now: Now, page: PageOf) -> MoneyAnswer:
    """Return what each month was charged, waived, invoiced, paid and settled."""
    rows, total = await page_of(
        release, caller.tenant_id, MoneyRow, "fct_money_monthly", "", "month desc", page
    )
    return MoneyAnswer(
        **about(release, caller, now), total=total, limit=page.limit, offset=page.offset, rows=rows
    )
