"""`/v1/holiday-plans`; the pipeline writes them with `/v1/write-back/…/holiday-plans`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request

from transactional.access.domain import Unauthenticated
from transactional.access.routes import WRITE_BACK_ONLY, DryRun
from transactional.catalogue.offers import StockOfCodes
from transactional.database import tenant_transaction
from transactional.holiday_plans.documents import (
    EditRequest,
    Plan,
    PlanDecisionRequest,
    PlanItem,
    PlanLine,
    PlanLinePage,
    PlanPage,
    PlansRequest,
)
from transactional.holiday_plans.domain import (
    Holiday,
    LineEdit,
    PlanChanged,
    PlanNotOpen,
    ProposedLine,
    Status,
    UnknownPlan,
    UnknownPlanLine,
)
from transactional.holiday_plans.operations import decide_plan, edit_lines
from transactional.holiday_plans.queries import find_plan, list_lines, list_plans
from transactional.holiday_plans.writing import Plans
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import UnknownOffer
from transactional.request_types import Day, Slug
from transactional.sessions.asking import Asking, Deciding
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.supplier_gates.refusals import UNORDERABLE
from transactional.suppliers.domain import (
    BelowMinimumOrder,
    NoSupplierTerms,
    NotWholePacks,
)
from transactional.warehouses.domain import UnknownWarehouse, WarehouseClosed
from transactional.write_back.requests import RESPONSES, WriteBackResults, write_back

router = APIRouter(prefix="/v1", tags=["holiday plans"])


@router.put(
    "/write-back/{tenant_id}/holiday-plans",
    summary="Write holiday plans back",
    dependencies=[WRITE_BACK_ONLY],
    responses=RESPONSES,
)
async def put_plans(
    tenant_id: UUID, body: PlansRequest, request: Request, dry_run: DryRun = False
) -> WriteBackResults:
    """Open a release's plans in place of those of older releases; for the pipeline.

    What a person edited or decided stays, and its holiday is not planned again.
    """
    return await write_back(
        request, tenant_id, body, Plans([_line(item) for item in body.items]), dry_run=dry_run
    )


@router.get(
    "/holiday-plans",
    summary="List holiday plans",
    responses=responses(Unauthenticated, SessionOver, InvalidRequest),
)
async def show_all(
    asker: Asking,
    request: Request,
    status: Annotated[list[Status] | None, Query(description="Only of these; repeat it for several.")] = None,
    occasion_id: Annotated[Slug | None, Query()] = None,
    ends_from: Annotated[
        Day | None, Query(description="Only of holidays that end on this day or later.")
    ] = None,
    after: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> PlanPage:
    """List plans in the order they were proposed."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        found = await list_plans(
            connection,
            tenant_id=asker.tenant_id,
            statuses=status,
            occasion_id=occasion_id,
            ends_from=ends_from,
            after=after,
            limit=limit + 1,
        )
    page = [Plan.model_validate(plan) for plan in found[:limit]]
    return PlanPage(plans=page, next_after=page[-1].plan_id if len(found) > limit else None)


@router.get(
    "/holiday-plans/{plan_id}",
    summary="Show a holiday plan",
    responses=responses(Unauthenticated, SessionOver, UnknownPlan, InvalidRequest),
)
async def show(plan_id: UUID, asker: Asking, request: Request) -> Plan:
    """Show a plan with what its lines come to."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        return Plan.model_validate(await find_plan(connection, tenant_id=asker.tenant_id, plan_id=plan_id))


@router.get(
    "/holiday-plans/{plan_id}/lines",
    summary="List the lines of a holiday plan",
    responses=responses(Unauthenticated, SessionOver, UnknownPlan, InvalidRequest),
)
async def show_lines(
    plan_id: UUID,
    asker: Asking,
    request: Request,
    is_edited: Annotated[bool, Query(description="Only lines that people made other than proposed.")] = False,
    after: Annotated[str | None, Query(pattern=r"^[0-9a-f-]{36}:[0-9a-f-]{36}$")] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> PlanLinePage:
    """List lines by item and warehouse, as proposed and as they are to be ordered."""
    cursor = None
    if after is not None:
        try:
            item_id, warehouse_id = map(UUID, after.split(":"))
            cursor = (item_id, warehouse_id)
        except ValueError as error:
            raise InvalidRequest("after: give the `next_after` of the page before") from error
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        await find_plan(connection, tenant_id=asker.tenant_id, plan_id=plan_id)
        found = await list_lines(
            connection,
            tenant_id=asker.tenant_id,
            plan_id=plan_id,
            is_edited=is_edited,
            after=cursor,
            limit=limit + 1,
        )
    page = [PlanLine.model_validate(line) for line in found[:limit]]
    more = f"{page[-1].item_id}:{page[-1].warehouse_id}" if len(found) > limit else None
    return PlanLinePage(lines=page, next_after=more)


@router.patch(
    "/holiday-plans/{plan_id}/lines",
    summary="Edit lines of a holiday plan",
    responses=responses(
        Unauthenticated,
        SessionOver,
        RoleNeeded,
        UnknownPlan,
        UnknownPlanLine,
        PlanNotOpen,
        PlanChanged,
        NoSupplierTerms,
        *UNORDERABLE,
        NotWholePacks,
        BelowMinimumOrder,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def edit(
    plan_id: UUID, body: EditRequest, asker: Deciding, request: Request, dry_run: DryRun = False
) -> Plan:
    """Change how much of lines is ordered and when, all of them or none; what was proposed stays beside it."""
    edits = [LineEdit(line.item_id, line.warehouse_id, line.quantity, line.order_by) for line in body.lines]
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        await edit_lines(
            connection,
            tenant_id=asker.tenant_id,
            plan_id=plan_id,
            edits=edits,
            by=asker.acting(body.edited_by, "edited_by"),
            if_revision=body.if_revision,
            now=request.app.state.clock(),
        )
        plan = await find_plan(connection, tenant_id=asker.tenant_id, plan_id=plan_id)
    return Plan.model_validate(plan)


@router.post(
    "/holiday-plans/{plan_id}/decision",
    summary="Decide about a holiday plan",
    responses=responses(
        Unauthenticated,
        SessionOver,
        RoleNeeded,
        UnknownPlan,
        PlanNotOpen,
        PlanChanged,
        NoSupplierTerms,
        *UNORDERABLE,
        UnknownOffer,
        UnknownWarehouse,
        WarehouseClosed,
        StockOfCodes,
        InvalidRequest,
        RequestTooLarge,
    ),
)
async def decide(
    plan_id: UUID, body: PlanDecisionRequest, asker: Deciding, request: Request, dry_run: DryRun = False
) -> Plan:
    """Approve or dismiss an open plan; the same decision again changes nothing.

    Approving proposes its purchase orders, one for each supplier and day to order, or nothing at all if one of its
    lines cannot be ordered. A day to order that has passed is today.
    """
    async with tenant_transaction(
        request.app.state.pools.api, asker.tenant_id, dry_run=dry_run
    ) as connection:
        await decide_plan(
            connection,
            tenant_id=asker.tenant_id,
            plan_id=plan_id,
            decision=body.decision,
            by=asker.acting(body.decided_by, "decided_by"),
            if_revision=body.if_revision,
            now=request.app.state.clock(),
        )
        plan = await find_plan(connection, tenant_id=asker.tenant_id, plan_id=plan_id)
    return Plan.model_validate(plan)


def _line(item: PlanItem) -> ProposedLine:
    told = item.model_dump(exclude={"occasion_id", "first_day", "last_day"})
    return ProposedLine(holiday=Holiday(item.occasion_id, item.first_day, item.last_day), **told)
