"""`/v1/members/{member_id}/exports`: a member asks for everything that is kept of them, and takes it away."""

from collections.abc import Iterator
from datetime import datetime
from io import SEEK_END
from typing import BinaryIO, Final
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel

from transactional.access.domain import Unauthenticated
from transactional.access.routes import Caller, DryRun
from transactional.database import tenant_transaction
from transactional.member_exports.operations import UnknownExport, ask, deliver, exports_of
from transactional.members.domain import UnknownMember
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.vault import VaultKeyMissing

_PIECE: Final = 1 << 16

router = APIRouter(prefix="/v1/members/{member_id}/exports", tags=["members"])


class Export(BaseModel):
    """That a member asked for their data, and when it was first delivered."""

    export_id: UUID
    member_id: UUID
    asked_at: datetime
    delivered_at: datetime | None


class Exports(BaseModel):
    """What a member asked for, newest first."""

    exports: list[Export]


@router.post(
    "",
    status_code=201,
    summary="Ask for a member's data",
    responses=responses(Unauthenticated, UnknownMember, InvalidRequest, RequestTooLarge),
)
async def post(member_id: UUID, tenant_id: Caller, request: Request, dry_run: DryRun = False) -> Export:
    """Note that a member asked for their data; fetch it with its `export_id`, as often as wanted."""
    state = request.app.state
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        row = await ask(connection, tenant_id=tenant_id, member_id=member_id, now=state.clock())
    return Export.model_validate(row)


@router.get("", summary="List exports", responses=responses(Unauthenticated, UnknownMember, InvalidRequest))
async def show_all(member_id: UUID, tenant_id: Caller, request: Request) -> Exports:
    """List when a member asked for their data and when it was first delivered."""
    async with tenant_transaction(request.app.state.pools.api, tenant_id) as connection:
        rows = await exports_of(connection, tenant_id=tenant_id, member_id=member_id)
    return Exports(exports=[Export.model_validate(row) for row in rows])


@router.get(
    "/{export_id}",
    summary="Fetch a member's data",
    response_class=Response,
    responses={
        200: {
            "description": "data.json for programs, a CSV file per part, index.html to read",
            "content": {"application/zip": {"schema": {"type": "string", "format": "binary"}}},
        },
        **responses(Unauthenticated, UnknownMember, UnknownExport, InvalidRequest, VaultKeyMissing),
    },
)
async def fetch(member_id: UUID, export_id: UUID, tenant_id: Caller, request: Request) -> Response:
    """Fetch everything that is kept of a member, as it is now; nothing of anybody else is in it."""
    state = request.app.state
    async with tenant_transaction(state.pools.api, tenant_id) as connection:
        content = await deliver(
            connection,
            state.vault,
            tenant_id=tenant_id,
            member_id=member_id,
            export_id=export_id,
            now=state.clock(),
        )
    headers = {
        "Content-Disposition": f'attachment; filename="member-{export_id}.zip"',
        "Content-Length": str(content.seek(0, SEEK_END)),
    }
    return StreamingResponse(_read(content), media_type="application/zip", headers=headers)


def _read(content: BinaryIO) -> Iterator[bytes]:
    with content:
        content.seek(0)
        while piece := content.read(_PIECE):
            yield piece
