"""What the routes about chats take and tell."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator

from transactional.after_sales.documents import Words
from transactional.chats.domain import MAX_MESSAGES, Author
from transactional.request_types import Moment, Reference


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class MessageRequest(_Request):
    """What somebody said, and when."""

    author: Author
    said_at: Moment
    text: Words


class ChatRequest(_Request):
    """The transcript of a chat that is over, its messages in their order."""

    reference: Reference
    member_id: UUID
    redemption_id: UUID | None = None
    case_id: UUID | None = Field(None, description="The after-sales case that it is about.")
    messages: Annotated[list[MessageRequest], Field(min_length=1, max_length=MAX_MESSAGES)]

    @model_validator(mode="after")
    def _in_order(self) -> "ChatRequest":
        times = [message.said_at for message in self.messages]
        if times != sorted(times):
            raise ValueError("the messages are in the order in which they were said")
        return self


class MessageRow(_Request):
    """A row of an import: one message; rows of one chat bear its reference, and say of it the same."""

    reference: Reference = Field(title="会话编号", examples=["chat-1"])
    member_ref: Reference = Field(title="会员编号", examples=["E-10086"])
    author: Author = Field(title="发言方", examples=["member"])
    said_at: Moment = Field(title="时间", examples=["2026-03-01T09:00:00+08:00"])
    text: Words = Field(title="内容", examples=["包裹什么时候到？"])
    redemption_id: UUID | None = Field(None, title="兑换单 ID", examples=[""])
    case_reference: Reference | None = Field(None, title="售后单编号", examples=[""])


class Chat(BaseModel):
    """A chat; language, topic and sentiment are of what the member said."""

    chat_id: UUID
    reference: str
    member_id: UUID
    redemption_id: UUID | None
    case_id: UUID | None
    started_at: datetime
    ended_at: datetime
    first_answer_at: datetime | None = Field(
        description="When an agent first said something; bots do not count."
    )
    message_count: int
    language: str | None
    topic: str | None
    sentiment: str | None = Field(description="Null while no model has scored it.")


class Message(BaseModel):
    """What somebody said, and when."""

    author: Author
    said_at: datetime
    text: str


class Transcript(Chat):
    """A chat with all that was said."""

    messages: list[Message]


class ChatPage(BaseModel):
    """A page of chats, the newest first; ask for the next one with `before=next_before`."""

    chats: list[Chat]
    next_before: UUID | None


class ChatsImported(BaseModel):
    """What came of a file: chats that were stored, and those that were stored before."""

    imported: int
    known: int
