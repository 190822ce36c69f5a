"""Imports transcripts from a file with a row per message: all of it, or nothing and every row that cannot be used."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.chats.documents import ChatRequest, ChatsImported, MessageRequest, MessageRow
from transactional.chats.domain import MAX_MESSAGES, Message, NewChat
from transactional.chats.operations import store_chat
from transactional.database import Connection
from transactional.identifiers import uuid7
from transactional.members.queries import member_ids
from transactional.problems import Problem
from transactional.row_report import RowsRefused
from transactional.texts.sealing import keyed_hash
from transactional.vault import Vault

_Numbered = tuple[int, MessageRow]


async def import_chats(
    connection: Connection, vault: Vault, *, tenant_id: UUID, rows: Sequence[MessageRow], now: datetime
) -> ChatsImported:
    """Store the chats of a file inside the caller's transaction.

    Raises:
        RowsRefused: naming each row that cannot be used.
    """
    chats: dict[str, list[_Numbered]] = {}
    for number, row in enumerate(rows, start=1):
        chats.setdefault(row.reference, []).append((number, row))
    members = await member_ids(
        connection, tenant_id=tenant_id, external_refs=list({row.member_ref for row in rows})
    )
    cases = await _case_ids(connection, tenant_id, rows)
    wrong = [
        {"row": number, "column": column, "problem": f"there is no {thing} {value!r}"}
        for number, row in enumerate(rows, start=1)
        for column, value, known, thing in (
            ("member_ref", row.member_ref, members, "member"),
            ("case_reference", row.case_reference, cases, "case"),
        )
        if value is not None and value not in known
    ]
    wrong += [problem for lines in chats.values() for problem in _inconsistencies(lines)]
    if wrong:
        raise RowsRefused(sorted(wrong, key=lambda one: one["row"]))
    imported = 0
    for lines in chats.values():
        number, first = lines[0]
        case_id = None if first.case_reference is None else cases[first.case_reference]
        body = ChatRequest(
            reference=first.reference,
            member_id=members[first.member_ref],
            redemption_id=first.redemption_id,
            case_id=case_id,
            messages=[
                MessageRequest.model_construct(author=row.author, said_at=row.said_at, text=row.text)
                for _, row in lines
            ],
        )
        try:
            _, is_new = await store_chat(
                connection,
                vault,
                tenant_id=tenant_id,
                chat_id=uuid7(now),
                new=new_chat(body),
                request_hash=keyed_hash(vault, body),
                now=now,
            )
        except Problem as problem:
            wrong.append({"row": number, "column": None, "problem": problem.detail})
            continue
        imported += is_new
    if wrong:
        raise RowsRefused(wrong)
    return ChatsImported(imported=imported, known=len(chats) - imported)


def new_chat(body: ChatRequest) -> NewChat:
    """Return the chat that a request describes."""
    messages = [Message(message.author, message.said_at, message.text) for message in body.messages]
    return NewChat(body.reference, body.member_id, body.redemption_id, body.case_id, messages)


def _inconsistencies(lines: Sequence[_Numbered]) -> list[dict[str, Any]]:
    """Return what is wrong with the rows of one chat beside each other."""
    _, first = lines[0]
    found: list[dict[str, Any]] = []
    for place, (number, row) in enumerate(lines):
        for column in ("member_ref", "redemption_id", "case_reference"):
            if getattr(row, column) != getattr(first, column):
                problem = f"other rows of the chat {row.reference!r} say {getattr(first, column)}"
                found.append({"row": number, "column": column, "problem": problem})
        if place and row.said_at < lines[place - 1][1].said_at:
            problem = "it was said before the message above it; put the messages of a chat in order"
            found.append({"row": number, "column": "said_at", "problem": problem})
        if place == MAX_MESSAGES:
            problem = f"a chat has at most {MAX_MESSAGES} messages"
            found.append({"row": number, "column": None, "problem": problem})
    return found


async def _case_ids(connection: Connection, tenant_id: UUID, rows: Sequence[MessageRow]) -> dict[str, UUID]:
    named = list({row.case_reference for row in rows if row.case_reference is not None})
    found = await connection.fetch(
        "select reference, case_id from mall.after_sales_case where tenant_id = $1 and reference = any($2)",
        tenant_id,
        named,
    )
    return {row["reference"]: row["case_id"] for row in found}
