"""Reads chats and what was said in them."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from transactional.chats.domain import UnknownChat
from transactional.database import Connection
from transactional.texts.sealing import shown
from transactional.vault import Vault

_CHATS = """
select chat_id, reference, member_id, redemption_id, case_id, started_at, ended_at, first_answer_at, message_count,
    language, topic, sentiment
from mall.chat
where tenant_id = $1 and ($2::uuid is null or chat_id = $2) and ($3::uuid is null or member_id = $3)
    and ($4::uuid is null or case_id = $4) and ($5::uuid is null or redemption_id = $5)
    and ($6::text is null or sentiment = $6) and ($7::uuid is null or chat_id < $7)
order by chat_id desc
limit $8
"""


async def list_chats(
    connection: Connection,
    *,
    tenant_id: UUID,
    chat_id: UUID | None = None,
    member_id: UUID | None = None,
    case_id: UUID | None = None,
    redemption_id: UUID | None = None,
    sentiment: str | None = None,
    before: UUID | None = None,
    limit: int,
) -> Sequence[Any]:
    """Return a tenant's chats, the newest first."""
    return await connection.fetch(
        _CHATS, tenant_id, chat_id, member_id, case_id, redemption_id, sentiment, before, limit
    )


async def find_chat(
    connection: Connection, vault: Vault | None, *, tenant_id: UUID, chat_id: UUID
) -> dict[str, Any]:
    """Return a chat with all that was said.

    Raises:
        UnknownChat: the tenant has none with this id.
    """
    found = await list_chats(connection, tenant_id=tenant_id, chat_id=chat_id, limit=1)
    if not found:
        raise UnknownChat(chat_id)
    rows = await connection.fetch(
        "select message_no, author, said_at, sealed_text from mall.chat_message "
        "where tenant_id = $1 and chat_id = $2 order by message_no",
        tenant_id,
        chat_id,
    )
    messages = [
        {**dict(row), "text": shown(vault, row["sealed_text"], "chat", tenant_id, chat_id, row["message_no"])}
        for row in rows
    ]
    return {**dict(found[0]), "messages": messages}
