"""Imports chats of the past, many at a time, scored as the worker scores. No events are told: what is past is no news."""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from transactional.chats.domain import NewChat
from transactional.database import Connection
from transactional.texts.about import describe
from transactional.texts.sealing import seal
from transactional.texts.sentiment import SentimentModel, columns_of
from transactional.vault import Vault

_CHAT = (
    "tenant_id", "chat_id", "reference", "request_hash", "member_id", "redemption_id", "case_id", "started_at", "ended_at",
    "first_answer_at", "message_count", "member_message_count", "agent_message_count", "text_length", "language", "topic",
    "sentiment", "sentiment_score", "sentiment_model",
)  # fmt: skip
_MESSAGE = ("tenant_id", "chat_id", "message_no", "author", "said_at", "sealed_text")
# A chat is its member's, and so are the redemption and the case that it is about.
_OF_OTHERS = """
select count(*)
from unnest($2::uuid[], $3::uuid[], $4::uuid[]) as c(member_id, redemption_id, case_id)
where not exists (
        select from mall.redemption where tenant_id = $1 and redemption_id = c.redemption_id and member_id = c.member_id
    ) and c.redemption_id is not null
    or not exists (
        select from mall.after_sales_case where tenant_id = $1 and case_id = c.case_id and member_id = c.member_id
    ) and c.case_id is not null
"""


class PastChat(NamedTuple):
    """A chat that is over, with its id."""

    chat_id: UUID
    new: NewChat


class ChatRefused(ValueError):
    """A chat is about what is not its member's."""


async def import_past_chats(
    connection: Connection,
    vault: Vault,
    *,
    tenant_id: UUID,
    chats: Sequence[PastChat],
    model: SentimentModel | None,
) -> None:
    """Store chats whose references are new, all or none; without a model their sentiments stay null.

    Args:
        connection: the owner's; row security does not let roles COPY.

    Raises:
        ChatRefused: one is about a redemption or a case of somebody else.
    """
    if not chats:
        return
    about = [(new.member_id, new.redemption_id, new.case_id) for _, new in chats]
    async with connection.transaction():
        others = await connection.fetchval(
            _OF_OTHERS, tenant_id, *(list(column) for column in zip(*about, strict=True))
        )
        if others:
            raise ChatRefused(f"{others} chats are about what is somebody else's")
        await connection.copy_records_to_table(
            "chat",
            schema_name="mall",
            columns=_CHAT,
            records=[_row(tenant_id, chat_id, new, model) for chat_id, new in chats],
        )
        await connection.copy_records_to_table(
            "chat_message",
            schema_name="mall",
            columns=_MESSAGE,
            records=[
                (
                    tenant_id, chat_id, n, message.author, message.said_at,
                    seal(vault, message.text, "chat", tenant_id, chat_id, n),
                )
                for chat_id, new in chats
                for n, message in enumerate(new.messages, start=1)
            ],
        )  # fmt: skip


def _row(tenant_id: UUID, chat_id: UUID, new: NewChat, model: SentimentModel | None) -> tuple[object, ...]:
    text = new.of_member
    about = None if text is None else describe(text)
    return (
        tenant_id, chat_id, new.reference, sha256(chat_id.bytes).digest(), new.member_id, new.redemption_id, new.case_id,
        new.messages[0].said_at, new.messages[-1].said_at, new.first_answer_at, len(new.messages),
        new.count_of("member"), new.count_of("agent"), about and about.length, about and about.language,
        about and about.topic, *columns_of(model, text),
    )  # fmt: skip
