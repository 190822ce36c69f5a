"""`/v1/members/{member_id}/consents`: what a member agrees to, and how it came to that."""

from uuid import UUID

from fastapi import APIRouter, Request, Response

from transactional.access.domain import Unauthenticated
from transactional.access.routes import TENANTS_ONLY, Caller, DryRun
from transactional.consents.documents import ConsentRequest, Consents, ConsentsImported, ConsentTold, Standing
from transactional.consents.importing import ConsentRow, import_consents
from transactional.consents.operations import Said, record_consents
from transactional.consents.queries import history_of, standing
from transactional.csv_rows import csv_body, rows_of
from transactional.database import Connection, tenant_transaction
from transactional.members.domain import UnknownMember
from transactional.members.queries import require_member
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.row_report import RowsRefused
from transactional.templates import add_template
from transactional.together import the_one

router = APIRouter(prefix="/v1", tags=["members"])


async def _shown(connection: Connection, tenant_id: UUID, member_id: UUID) -> Consents:
    now = await standing(connection, tenant_id=tenant_id, member_id=member_id)
    history = await history_of(connection, tenant_id=tenant_id, member_id=member_id)
    return Consents(
        member_id=member_id,
        standing=[Standing.model_validate(one) for one in now],
        history=[ConsentTold.model_validate(one) for one in history],
    )


@router.get(
    "/members/{member_id}/consents",
    summary="Show consents",
    responses=responses(Unauthenticated, UnknownMember, InvalidRequest),
)
async def show(member_id: UUID, tenant_id: Caller, request: Request) -> Consents:
    """Show what a member agrees to now and the history of it, which is never changed.

    Recommendations are personal until the member refuses them; everything else needs a consent first.
    """
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        await require_member(connection, tenant_id=tenant_id, member_id=member_id)
        return await _shown(connection, tenant_id, member_id)


@router.post(
    "/members/{member_id}/consents",
    status_code=201,
    summary="Record a consent",
    responses={
        200: {"model": Consents, "description": "It was recorded before, and nothing changes"},
        **responses(Unauthenticated, UnknownMember, InvalidRequest, RequestTooLarge),
    },
)
async def record(
    member_id: UUID,
    body: ConsentRequest,
    tenant_id: Caller,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> Consents:
    """Record that a member agrees to a purpose, refuses or withdraws it; the newest counts from now on.

    With a withdrawal go, at once, the attributes that were kept for the purpose, and for `identity_link` the joint view
    of the person's accounts.
    """
    state = request.app.state
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        said = Said(member_id, **body.model_dump())
        is_news = the_one(
            await record_consents(
                connection, tenant_id=tenant_id, said=[said], told_by="tenant", now=state.clock()
            )
        )
        shown = await _shown(connection, tenant_id, member_id)
    if not is_news:
        response.status_code = 200
    return shown


@router.post(
    "/member-consents/import",
    summary="Take the consents of a CSV file",
    responses=responses(Unauthenticated, InvalidRequest, RowsRefused, RequestTooLarge),
    openapi_extra=csv_body(ConsentRow),
)
async def import_file(tenant_id: Caller, request: Request, dry_run: DryRun = False) -> ConsentsImported:
    """Record what members said, a row each; the whole file or nothing of it. Sent twice it changes nothing."""
    rows, state = await rows_of(request, ConsentRow), request.app.state
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        recorded = await import_consents(connection, tenant_id=tenant_id, rows=rows, now=state.clock())
    return ConsentsImported(rows=len(rows), recorded=recorded)


add_template(
    router,
    "/member-consents",
    ConsentRow,
    things="consents",
    asked_by=[TENANTS_ONLY],
    refusals=(Unauthenticated,),
)
