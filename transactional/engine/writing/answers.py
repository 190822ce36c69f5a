"""What a batch writes for clients and listeners: first answers, refusals and the outbox. Words are written apart."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from transactional.engine.book import Answer, Book, Message
from transactional.engine.kept_hash import keyed
from transactional.engine.words import apart
from transactional.engine.writing.statement import Part, Row, insert
from transactional.identifiers import uuid7


def _answers(book: Book) -> list[Row]:
    key = book.hash_key
    return [
        (
            c.tenant_id, c.key, c.operation, keyed(key, c.body_hash) if key else c.body_hash, key is not None,
            getattr(c, "redemption_id", None), answer.status, *_kept(answer),
        )
        for c, answer in book.decided
    ]  # fmt: skip


def _kept(answer: Answer) -> tuple[str, UUID | None, str | None]:
    if answer.kept is None:
        return answer.body.decode(), None, None
    words = answer.kept.words
    return answer.kept.body.decode(), words.member_id, _text(words.said)


def messages(book: Book, new_id: Callable[[datetime], UUID]) -> list[Row]:
    """Return the rows of the outbox; `new_id` makes their identifiers."""
    return [_message(m, new_id) for m in book.messages]


def _message(m: Message, new_id: Callable[[datetime], UUID]) -> Row:
    payload, words = apart(m.payload)
    row = (m.tenant_id, new_id(m.at), m.topic, m.subject_id, _text(payload))
    if words is None:
        return (*row, None, None, None)
    # Without its salt nobody can try words against the hash that an erasure leaves.
    return (*row, words.member_id, _text(words.said), uuid4())


def _messages(book: Book) -> list[Row]:
    return messages(book, uuid7)


def _refused(book: Book) -> list[Row]:
    return [
        (r.tenant_id, uuid7(r.at), r.member_id, r.operation, r.reason, r.item_id, r.quantity, r.at)
        for r in book.refused
    ]


def _text(payload: dict[str, Any]) -> str:
    return msgspec.json.encode(payload).decode()


PARTS: tuple[Part, ...] = (
    insert(
        "idempotency_key",
        "tenant_id uuid, key text, operation text, body_hash bytea, is_keyed boolean, redemption_id uuid, "
        "response_status smallint, response_body text, member_id uuid, words text",
        _answers,
    ),
    insert(
        "refusal",
        "tenant_id uuid, refusal_id uuid, member_id uuid, operation text, reason text, item_id uuid, quantity int, "
        "effective_at timestamptz",
        _refused,
    ),
    insert(
        "outbox",
        "tenant_id uuid, outbox_id uuid, topic text, subject_id uuid, payload jsonb, member_id uuid, words jsonb, "
        "salt uuid",
        _messages,
    ),
)
