"""What a batch writes for clients and listeners: first answers, refusals and the outbox."""

from typing import Any

import msgspec

from transactional.engine.book import Book
from transactional.engine.writing.statement import Part, Row, insert
from transactional.identifiers import uuid7


def _answers(book: Book) -> list[Row]:
    return [
        (
            c.tenant_id, c.key, c.operation, c.body_hash, getattr(c, "redemption_id", None), answer.status,
            answer.body.decode(),
        )
        for c, answer in book.decided
    ]  # fmt: skip


def _messages(book: Book) -> list[Row]:
    return [(m.tenant_id, uuid7(m.at), m.topic, m.subject_id, _text(m.payload)) for m in book.messages]


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
        "tenant_id uuid, key text, operation text, body_hash bytea, redemption_id uuid, "
        "response_status smallint, response_body text",
        _answers,
    ),
    insert(
        "refusal",
        "tenant_id uuid, refusal_id uuid, member_id uuid, operation text, reason text, item_id uuid, quantity int, "
        "effective_at timestamptz",
        _refused,
    ),
    insert("outbox", "tenant_id uuid, outbox_id uuid, topic text, subject_id uuid, payload jsonb", _messages),
)
