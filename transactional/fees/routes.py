"""`/v1/tariffs` and `/v1/fees`: what a tenant is charged, what it rests on, and what is to come."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.clock import business_date
from transactional.database import Connection, tenant_transaction
from transactional.fees import documents
from transactional.fees.domain import Basis, Confirmed, TariffLine, month_after, month_of
from transactional.fees.forecast import forecast
from transactional.fees.operations import confirm_tariff
from transactional.fees.queries import confirmed_tariffs, list_fees, list_tariffs, live_day, measured
from transactional.fees.refusals import UnknownTariff
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.sessions.asking import Asking
from transactional.sessions.domain import SessionOver

router = APIRouter(prefix="/v1", tags=["fees"])

_Count = Annotated[int | None, Query(ge=0, le=1_000_000_000_000)]
_LOOKED_BACK = 3


@router.get(
    "/tariffs", summary="List tariffs", responses=responses(Unauthenticated, SessionOver, InvalidRequest)
)
async def show_tariffs(asker: Asking, request: Request) -> documents.TariffList:
    """List what the platform charges from which day on, and when you confirmed it."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        rows = await list_tariffs(connection, tenant_id=asker.tenant_id)
    return documents.TariffList.model_validate({"tariffs": rows})


@router.post(
    "/tariffs/{tariff_id}/confirmation",
    summary="Confirm a tariff",
    responses=responses(Unauthenticated, UnknownTariff, InvalidRequest, RequestTooLarge),
)
async def confirm(
    tariff_id: UUID,
    body: documents.ConfirmationRequest,
    tenant_id: Caller,
    request: Request,
    dry_run: DryRun = False,
) -> documents.Tariff:
    """Agree to be charged by a tariff from today or its first day on; without it nothing of it can be charged."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await confirm_tariff(
            connection,
            tenant_id=tenant_id,
            tariff_id=tariff_id,
            by=body.confirmed_by,
            now=request.app.state.clock(),
        )
        (shown,) = await list_tariffs(connection, tenant_id=tenant_id, tariff_id=tariff_id)
    return documents.Tariff.model_validate(shown)


@router.get("/fees", summary="List fees", responses=responses(Unauthenticated, SessionOver, InvalidRequest))
async def show_fees(
    asker: Asking,
    request: Request,
    month: documents.Month | None = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> documents.FeePage:
    """List what was charged, in the order it was."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        found = await list_fees(
            connection, tenant_id=asker.tenant_id, month=month, after=after, limit=limit + 1
        )
    page = [documents.Fee.model_validate(row) for row in found[:limit]]
    return documents.FeePage(fees=page, next_after=page[-1].fee_id if len(found) > limit else None)


@router.get(
    "/fees/forecast",
    summary="Forecast the bills to come",
    responses=responses(Unauthenticated, SessionOver, UnknownTariff, InvalidRequest),
)
async def show_forecast(
    asker: Asking,
    request: Request,
    months: Annotated[int, Query(ge=1, le=60)] = 12,
    tariff_id: Annotated[UUID | None, Query(description="As if you confirmed this one today.")] = None,
    redemptions_per_month: _Count = None,
    cash_fen_per_month: _Count = None,
    pieces_per_month: _Count = None,
) -> documents.BillForecast:
    """Say what the bills from this month on come to; what you do not assume is taken from the last three months."""
    today = business_date(request.app.state.clock())
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        confirmed = await confirmed_tariffs(connection, tenant_id=asker.tenant_id)
        live_on = await live_day(connection, tenant_id=asker.tenant_id) or today
        if tariff_id is not None:
            confirmed = [c for c in confirmed if c.tariff_id != tariff_id]
            confirmed.append(await _as_if_confirmed(connection, tariff_id, today))
        told: dict[Basis, int | None] = {
            "redemption": redemptions_per_month, "cash": cash_fen_per_month, "piece": pieces_per_month or 0,
        }  # fmt: skip
        monthly = {
            basis: await _usual(connection, asker.tenant_id, basis, today) if value is None else value
            for basis, value in told.items()
        }
    lines = forecast(month_of(today), months, confirmed=confirmed, live_on=live_on, monthly=monthly)
    amount, waived = sum(line.amount_fen for line in lines), sum(line.waived_fen for line in lines)
    return documents.BillForecast(
        lines=[
            documents.ForecastLine(
                month=one.month, quantity=one.quantity, amount_fen=one.amount_fen, waived_fen=one.waived_fen,
                **vars(one.line),
            )
            for one in lines
        ],
        amount_fen=amount, waived_fen=waived, due_fen=amount - waived,
        assumed=documents.Assumed(
            redemptions=monthly["redemption"], cash_fen=monthly["cash"], pieces=monthly["piece"]
        ),
        is_measured=redemptions_per_month is None and cash_fen_per_month is None,
    )  # fmt: skip


async def _as_if_confirmed(connection: Connection, tariff_id: UUID, today: date) -> Confirmed:
    found = await list_tariffs(connection, tariff_id=tariff_id)
    if not found:
        raise UnknownTariff(tariff_id)
    (tariff,) = found
    lines: list[TariffLine] = tariff["lines"]
    return Confirmed(tariff_id, tariff["valid_from"], today, tuple(lines))


async def _usual(connection: Connection, tenant_id: UUID, basis: Basis, today: date) -> int:
    """Return the mean of the three whole months before, rounded down."""
    first = end = month_of(today)
    for _ in range(_LOOKED_BACK):
        first = month_of(date.fromordinal(first.toordinal() - 1))
    assert month_after(first) <= end
    total = await measured(
        connection, tenant_id=tenant_id, basis=basis, first=first, last=date.fromordinal(end.toordinal() - 1)
    )
    return total // _LOOKED_BACK
