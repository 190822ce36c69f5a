"""Stores transcripts, their texts sealed. Files of them are read by `importing`."""

from datetime import datetime, timedelta
from uuid import UUID

from transactional.after_sales.domain import UnknownCase
from transactional.chats.domain import ChatExists, NewChat
from transactional.database import Connection
from transactional.members.queries import require_member
from transactional.problems import InvalidRequest
from transactional.redemption.domain import UnknownRedemption
from transactional.request_types import require_past
from transactional.texts.about import describe
from transactional.texts.sealing import seal
from transactional.vault import Vault

# The clock of a chat system may run ahead a little.
_TOLERATED_LEAD = timedelta(minutes=5)

_INSERT = """
insert into mall.chat (tenant_id, chat_id, reference, request_hash, member_id, redemption_id, case_id, started_at, ended_at,
    first_answer_at, message_count, member_message_count, agent_message_count, text_length, language, topic)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
on conflict (tenant_id, reference) do nothing returning true
"""
_MESSAGES = """
insert into mall.chat_message (tenant_id, chat_id, message_no, author, said_at, sealed_text)
select $1, $2, n, author, said_at, sealed_text
from unnest($3::int[], $4::text[], $5::timestamptz[], $6::bytea[]) as m(n, author, said_at, sealed_text)
"""


async def store_chat(
    connection: Connection,
    vault: Vault,
    *,
    tenant_id: UUID,
    chat_id: UUID,
    new: NewChat,
    request_hash: bytes,
    now: datetime,
) -> tuple[UUID, bool]:
    """Store a transcript inside the caller's transaction; return its id and whether this call stored it.

    Raises:
        UnknownMember, UnknownRedemption, UnknownCase: it is about what is not there, or not the member's.
        ChatExists: the reference names a chat with other contents.
        InvalidRequest: a message is of the future.
    """
    await require_member(connection, tenant_id=tenant_id, member_id=new.member_id)
    known = await _known(connection, tenant_id, new.reference, request_hash)
    if known is not None:
        return known, False
    for message in new.messages:
        require_past("said_at", message.said_at, now + _TOLERATED_LEAD)
    await _require_theirs(connection, tenant_id, new)
    of_member = new.of_member
    about = None if of_member is None else describe(of_member)
    stored = await connection.fetchval(
        _INSERT, tenant_id, chat_id, new.reference, request_hash, new.member_id, new.redemption_id, new.case_id,
        new.messages[0].said_at, new.messages[-1].said_at, new.first_answer_at, len(new.messages),
        new.count_of("member"), new.count_of("agent"), about and about.length, about and about.language,
        about and about.topic,
    )  # fmt: skip
    if not stored:
        # Another request with this reference was faster.
        known = await _known(connection, tenant_id, new.reference, request_hash)
        assert known is not None
        return known, False
    await connection.execute(
        _MESSAGES,
        tenant_id,
        chat_id,
        list(range(1, len(new.messages) + 1)),
        [message.author for message in new.messages],
        [message.said_at for message in new.messages],
        [seal(vault, message.text, "chat", tenant_id, chat_id, n) for n, message in enumerate(new.messages, start=1)],
    )  # fmt: skip
    return chat_id, True


async def _known(connection: Connection, tenant_id: UUID, reference: str, request_hash: bytes) -> UUID | None:
    row = await connection.fetchrow(
        "select chat_id, request_hash from mall.chat where tenant_id = $1 and reference = $2",
        tenant_id,
        reference,
    )
    if row is None:
        return None
    chat_id: UUID = row["chat_id"]
    if row["request_hash"] != request_hash:
        raise ChatExists(reference, chat_id)
    return chat_id


async def _require_theirs(connection: Connection, tenant_id: UUID, new: NewChat) -> None:
    if new.redemption_id is not None:
        owner = await connection.fetchval(
            "select member_id from mall.redemption where tenant_id = $1 and redemption_id = $2",
            tenant_id,
            new.redemption_id,
        )
        if owner != new.member_id:
            raise UnknownRedemption(f"the member has no redemption {new.redemption_id}")
    if new.case_id is not None:
        case = await connection.fetchrow(
            "select member_id, redemption_id from mall.after_sales_case where tenant_id = $1 and case_id = $2",
            tenant_id,
            new.case_id,
        )
        if case is None or case["member_id"] != new.member_id:
            raise UnknownCase(new.case_id)
        if new.redemption_id not in (None, case["redemption_id"]):
            raise InvalidRequest("case_id: the case is about another redemption")
