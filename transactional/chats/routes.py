"""`/v1/chats`: storing, importing and reading transcripts."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from transactional.access.domain import Unauthenticated
from transactional.access.routes import DryRun
from transactional.after_sales.domain import UnknownCase
from transactional.chats.documents import Chat, ChatPage, ChatRequest, ChatsImported, MessageRow, Transcript
from transactional.chats.domain import ChatExists, UnknownChat
from transactional.chats.importing import import_chats, new_chat
from transactional.chats.operations import store_chat
from transactional.chats.queries import find_chat, list_chats
from transactional.database import tenant_transaction
from transactional.identifiers import uuid7
from transactional.json_rows import csv_or_json_body, csv_or_json_rows_of
from transactional.members.domain import UnknownMember
from transactional.problem_documents import responses
from transactional.problems import InvalidRequest, RequestTooLarge
from transactional.redemption.domain import UnknownRedemption
from transactional.row_report import RowsRefused
from transactional.sessions.asking import ActingForMember, Asking, member_asker
from transactional.sessions.domain import RoleNeeded, SessionOver
from transactional.templates import add_template
from transactional.texts.sealing import keyed_hash, require
from transactional.vault import VaultKeyMissing

router = APIRouter(prefix="/v1", tags=["chats"])


@router.post(
    "/chats",
    status_code=201,
    summary="Store a transcript",
    responses={
        200: {"model": Transcript, "description": "The reference and these contents were sent before"},
        **responses(
            Unauthenticated,
            SessionOver,
            RoleNeeded,
            UnknownMember,
            UnknownRedemption,
            UnknownCase,
            ChatExists,
            VaultKeyMissing,
            InvalidRequest,
            RequestTooLarge,
        ),
    },
)
async def add(
    body: ChatRequest,
    asker: ActingForMember,
    request: Request,
    response: Response,
    dry_run: DryRun = False,
) -> Transcript:
    """Store the transcript of a chat that is over; what was said is sealed."""
    state, tenant_id = request.app.state, asker.tenant_id
    vault, now = require(state.vault), state.clock()
    async with tenant_transaction(state.pools.api, tenant_id, dry_run=dry_run) as connection:
        chat_id, is_new = await store_chat(
            connection,
            vault,
            tenant_id=tenant_id,
            chat_id=uuid7(now),
            new=new_chat(body),
            request_hash=keyed_hash(vault, body),
            now=now,
        )
        found = await find_chat(connection, vault, tenant_id=tenant_id, chat_id=chat_id)
    if not is_new:
        response.status_code = 200
    return Transcript.model_validate(found)


@router.post(
    "/chats/import",
    summary="Import transcripts from a file",
    responses=responses(
        Unauthenticated, SessionOver, RoleNeeded, VaultKeyMissing, InvalidRequest, RowsRefused, RequestTooLarge
    ),
    openapi_extra=csv_or_json_body(MessageRow),
)  # fmt: skip
async def import_file(asker: ActingForMember, request: Request, dry_run: DryRun = False) -> ChatsImported:
    """Store the chats of a file with a row per message, or nothing of it; chats stored before stay as they are."""
    state = request.app.state
    vault = require(state.vault)
    rows = await csv_or_json_rows_of(request, MessageRow)
    async with tenant_transaction(state.pools.api, asker.tenant_id, dry_run=dry_run) as connection:
        return await import_chats(connection, vault, tenant_id=asker.tenant_id, rows=rows, now=state.clock())


add_template(
    router,
    "/chats",
    MessageRow,
    things="messages of chats",
    asked_by=[Depends(member_asker)],
    refusals=(Unauthenticated, SessionOver, RoleNeeded),
)


@router.get(
    "/chats",
    summary="List chats",
    responses=responses(Unauthenticated, SessionOver, InvalidRequest),
)
async def show_all(
    asker: Asking,
    request: Request,
    member_id: UUID | None = None,
    case_id: UUID | None = None,
    redemption_id: UUID | None = None,
    sentiment: Literal["negative", "neutral", "positive"] | None = None,
    before: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> ChatPage:
    """List chats without what was said, the newest first."""
    async with tenant_transaction(request.app.state.pools.api, asker.tenant_id) as connection:
        found = await list_chats(
            connection,
            tenant_id=asker.tenant_id,
            member_id=member_id,
            case_id=case_id,
            redemption_id=redemption_id,
            sentiment=sentiment,
            before=before,
            limit=limit + 1,
        )
    page = [Chat.model_validate(dict(row)) for row in found[:limit]]
    return ChatPage(chats=page, next_before=page[-1].chat_id if len(found) > limit else None)


@router.get(
    "/chats/{chat_id}",
    summary="Show a chat",
    responses=responses(Unauthenticated, SessionOver, UnknownChat, VaultKeyMissing, InvalidRequest),
)
async def show(chat_id: UUID, asker: Asking, request: Request) -> Transcript:
    """Show a chat with all that was said."""
    state = request.app.state
    async with tenant_transaction(state.pools.api, asker.tenant_id) as connection:
        found = await find_chat(connection, state.vault, tenant_id=asker.tenant_id, chat_id=chat_id)
    return Transcript.model_validate(found)
