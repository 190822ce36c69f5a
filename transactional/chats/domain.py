"""What a transcript is, and what can be refused about one.

Problem
├── UnknownChat   404  the tenant has no such chat
└── ChatExists    409  the reference names a chat with other contents
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from transactional.problems import Problem

Author = Literal["member", "agent", "bot"]

MAX_MESSAGES: Final = 500


@dataclass(frozen=True)
class Message:
    """What somebody said in a chat."""

    author: Author
    said_at: datetime
    text: str


@dataclass(frozen=True)
class NewChat:
    """A chat that is over; `reference` is the sender's own name of it, so that a retry stores no second one."""

    reference: str
    member_id: UUID
    redemption_id: UUID | None
    case_id: UUID | None
    messages: Sequence[Message]

    @property
    def first_answer_at(self) -> datetime | None:
        """Return when an agent first said something; None if none did. What bots say is no answer."""
        return min((message.said_at for message in self.messages if message.author == "agent"), default=None)

    @property
    def of_member(self) -> str | None:
        """Return what the member said, a line per message; None if nothing."""
        said = [message.text for message in self.messages if message.author == "member"]
        return "\n".join(said) or None

    def count_of(self, author: Author) -> int:
        """Return how many messages are somebody's."""
        return sum(message.author == author for message in self.messages)


class UnknownChat(Problem):
    """The tenant has no such chat."""

    slug = "unknown-chat"
    title = "No such chat"
    status = 404

    def __init__(self, chat_id: UUID) -> None:
        super().__init__(f"your tenant has no chat {chat_id}; GET /v1/chats lists them", chat_id=str(chat_id))


class ChatExists(Problem):
    """The reference names a chat with other contents."""

    slug = "chat-exists"
    title = "The reference was used for another chat"
    status = 409

    def __init__(self, reference: str, chat_id: UUID) -> None:
        super().__init__(
            f"the reference {reference!r} names a chat with other contents; a transcript is not changed",
            chat_id=str(chat_id),
        )
