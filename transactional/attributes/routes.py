"""`/v1/member-attributes`: what a tenant keeps of its members; `/v1/members/{member_id}/attributes`: what it is."""

from uuid import UUID

from fastapi import APIRouter, Request

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.attributes.declaring import declarations_of, declare, retire
from transactional.attributes.documents import (
    DeclarationRequest,
    Declarations,
    DeclarationShown,
    Imported,
    Name,
    Values,
    ValueShown,
    ValuesShown,
)
from transactional.attributes.domain import (
    AttributeFixed,
    AttributeRefused,
    Declaration,
    UnknownAttribute,
    names_of,
)
from transactional.attributes.importing import AttributeRow, import_attributes
from transactional.attributes.operations import Told, attributes_of, refusals, store
from transactional.consents.domain import ConsentNeeded
from transactional.csv_rows import csv_body
from transactional.database import Connection, tenant_transaction
from transactional.members.domain import UnknownMember
from transactional.members.queries import require_member
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.row_report import RowsRefused
from transactional.vault import VaultKeyMissing

router = APIRouter(prefix="/v1", tags=["members"])


@router.get(
    "/member-attributes", summary="List attributes", responses=responses(Unauthenticated, InvalidRequest)
)
async def list_declared(tenant_id: Caller, request: Request) -> Declarations:
    """List which attributes you keep of members: a closed list, for only these can be told."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        found = await declarations_of(connection, tenant_id=tenant_id)
    return Declarations(attributes=[DeclarationShown.model_validate(one) for one in found])


@router.put(
    "/member-attributes/{name}",
    summary="Declare an attribute",
    responses=responses(Unauthenticated, AttributeFixed, AttributeRefused, InvalidRequest, RequestTooLarge),
)
async def put_declaration(
    name: Name, body: DeclarationRequest, tenant_id: Caller, request: Request, dry_run: DryRun = False
) -> DeclarationShown:
    """Declare an attribute. Members agree to its purpose, so later only choices can be added."""
    told = Declaration(name, body.type, body.purpose, body.is_personal, tuple(body.choices))
    state = request.app.state
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await declare(connection, tenant_id=tenant_id, told=told, by=body.declared_by, now=state.clock())
    return DeclarationShown.model_validate(told)


@router.delete(
    "/member-attributes/{name}",
    status_code=204,
    summary="Retire an attribute",
    responses=responses(Unauthenticated, UnknownAttribute, InvalidRequest),
)
async def delete_declaration(
    name: Name, tenant_id: Caller, request: Request, dry_run: DryRun = False
) -> None:
    """Keep an attribute no longer; what was kept of members under it is deleted."""
    state = request.app.state
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await retire(connection, tenant_id=tenant_id, name=name, now=state.clock())


@router.post(
    "/member-attributes/import",
    summary="Take the attributes of a CSV file",
    responses=responses(Unauthenticated, InvalidRequest, RowsRefused, RequestTooLarge, VaultKeyMissing),
    openapi_extra=csv_body(AttributeRow),
)
async def import_values(tenant_id: Caller, request: Request, dry_run: DryRun = False) -> Imported:
    """Keep what a file tells: a member a row, a declared attribute a column; the whole file or nothing of it."""
    state, body = request.app.state, await request.body()
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        members, values = await import_attributes(
            connection, state.vault, tenant_id=tenant_id, body=body, now=state.clock()
        )
    return Imported(members=members, values=values)


@router.get(
    "/members/{member_id}/attributes",
    summary="Show a member's attributes",
    responses=responses(Unauthenticated, UnknownMember, InvalidRequest, VaultKeyMissing),
)
async def show_values(member_id: UUID, tenant_id: Caller, request: Request) -> ValuesShown:
    """Show what you keep of a member."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        return await _shown(connection, request, tenant_id, member_id)


@router.patch(
    "/members/{member_id}/attributes",
    summary="Change a member's attributes",
    responses=responses(
        Unauthenticated,
        UnknownMember,
        UnknownAttribute,
        ConsentNeeded,
        AttributeRefused,
        InvalidRequest,
        RequestTooLarge,
        VaultKeyMissing,
    ),
)
async def patch_values(
    member_id: UUID, body: Values, tenant_id: Caller, request: Request, dry_run: DryRun = False
) -> ValuesShown:
    """Keep values of a member who agrees to what they are for; all of them or none."""
    state = request.app.state
    told = [Told(member_id, name, value) for name, value in body.values.items()]
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        await require_member(connection, tenant_id=tenant_id, member_id=member_id)
        declared = names_of(await declarations_of(connection, tenant_id=tenant_id))
        for problem in await refusals(connection, tenant_id=tenant_id, told=told, declared=declared):
            if problem is not None:
                raise problem
        await store(
            connection, state.vault, tenant_id=tenant_id, told=told, declared=declared, now=state.clock()
        )
        return await _shown(connection, request, tenant_id, member_id)


async def _shown(connection: Connection, request: Request, tenant_id: UUID, member_id: UUID) -> ValuesShown:
    await require_member(connection, tenant_id=tenant_id, member_id=member_id)
    found = await attributes_of(connection, request.app.state.vault, tenant_id=tenant_id, member_id=member_id)
    return ValuesShown(member_id=member_id, attributes=[ValueShown.model_validate(one) for one in found])
