"""What members of a simulated shop say in their own words: chats about what happened, and reviews of what they got."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Generic, NamedTuple, TypeVar
from uuid import UUID

import numpy as np

from orchestration.cli.world.catalogue import BoolArray, IntArray
from orchestration.cli.world.identity import Identities
from orchestration.cli.world.order import Order
from orchestration.cli.world.phrases import Happened, mood_of, mood_of_stars, review_of
from orchestration.cli.world.service import DAY, HOUR
from orchestration.cli.world.transcripts import LONGEST, transcript
from orchestration.cli.world.truth import Truth
from transactional.after_sales.domain import Reason
from transactional.chats.domain import NewChat
from transactional.chats.past import PastChat, import_past_chats
from transactional.database import Connection
from transactional.reviews.importing import PastReview, import_past_reviews
from transactional.texts.sentiment import SentimentModel
from transactional.vault import Vault

# Of cases, so many are chatted about; and of all orders, so many give reason to say thanks or ask something.
CHAT_SHARE_OF_CASES, CHAT_SHARE_OF_ORDERS = 0.75, 0.015
REVIEW_SHARE, REVIEW_TEXT_SHARE = 0.07, 0.75
_CHATS_AFTER = (300, 5 * HOUR)
_REVIEWED_AFTER = (HOUR, 4 * DAY)
_HAPPENED: dict[Reason, Happened] = {
    "damaged": "broken", "not_as_described": "wrong", "wrong_item": "wrong", "missing": "missing", "late": "late",
    "not_received": "lost", "other": "asked",
}  # fmt: skip


Past = TypeVar("Past")


class _Said(NamedTuple, Generic[Past]):
    """Something said, what is true of it, and from when on it can be written."""

    ready_at: datetime
    past: Past
    truth: dict[str, object]


class Scribe(NamedTuple):
    """By which words are sealed, and their sentiments told; without a model these stay null."""

    vault: Vault
    model: SentimentModel | None


class Voices:
    """Lets the members of a tenant chat and review, and keeps that until it can be written."""

    def __init__(
        self, tenant_id: UUID, items: list[UUID], names: Sequence[str], identities: Identities, truth: Truth,
        rng: np.random.Generator,
    ) -> None:  # fmt: skip
        """Begin in silence.

        Args:
            names: what members call each item.
        """
        self._tenant_id = tenant_id
        self._items = items
        self._names = names
        self._identities = identities
        self._truth = truth
        self._rng = rng
        self._chats: list[_Said[PastChat]] = []
        self._reviews: list[_Said[PastReview]] = []

    def of_case(self, case_id: UUID, order: Order, reason: Reason, answered: int, decided: int) -> None:
        """Let a member chat about a case, maybe: once it was answered, and before or after it is decided."""
        if self._rng.random() < CHAT_SHARE_OF_CASES:
            begins = answered + int(self._rng.integers(*_CHATS_AFTER))
            self._chat(order, _HAPPENED[reason], begins, max(begins + LONGEST, decided), case_id)

    def of_orders(self, orders: Sequence[Order], scores: IntArray, done: IntArray, kept: BoolArray) -> None:
        """Let members review or chat about orders, maybe, once these are done.

        Args:
            scores: 1 to 5, how each likes what it got.
            done: when nothing more happens to the order.
            kept: whether the member keeps what came.
        """
        rng, count = self._rng, len(orders)
        chance = rng.random((2, count))
        reviews = np.flatnonzero(kept & (chance[0] < REVIEW_SHARE))
        written = done[reviews] + rng.integers(*_REVIEWED_AFTER, len(reviews))
        for n, second in zip(reviews.tolist(), written.tolist(), strict=True):
            self._review(orders[n], int(scores[n]), second)
        for n in np.flatnonzero(kept & (chance[1] < CHAT_SHARE_OF_ORDERS)).tolist():
            happened: Happened = "good" if scores[n] >= 4 and rng.random() < 0.6 else "asked"
            begins = int(done[n]) + int(rng.integers(*_CHATS_AFTER))
            self._chat(orders[n], happened, begins, begins + LONGEST, None)

    async def write(self, connection: Connection, scribe: Scribe, now: datetime) -> None:
        """Write what was said by `now` of orders and cases that are written."""
        chats, self._chats = _by(now, self._chats)
        reviews, self._reviews = _by(now, self._reviews)
        vault, model = scribe
        tenant_id = self._tenant_id
        await import_past_chats(
            connection, vault, tenant_id=tenant_id, chats=[one.past for one in chats], model=model
        )
        await import_past_reviews(
            connection, vault, tenant_id=tenant_id, reviews=[one.past for one in reviews], model=model
        )
        for one in chats:
            self._truth.note("chats", one.truth)
        for said in reviews:
            self._truth.note("reviews", said.truth)

    def _chat(self, order: Order, happened: Happened, begins: int, ready: int, case_id: UUID | None) -> None:
        mood = mood_of(happened, self._rng)
        messages = transcript(happened, mood, self._names[order.item], begins, self._rng)
        chat_id = self._identities.at(messages[0].said_at)
        new = NewChat(f"chat-{chat_id}", order.member_id, order.redemption_id, case_id, messages)
        truth: dict[str, object] = {
            "chat_id": str(chat_id), "redemption_id": str(order.redemption_id), "happened": happened, "mood": mood,
        }  # fmt: skip
        self._chats.append(_Said(_moment(ready), PastChat(chat_id, new), truth))

    def _review(self, order: Order, stars: int, second: int) -> None:
        mood = mood_of_stars(stars, self._rng)
        has_text = self._rng.random() < REVIEW_TEXT_SHARE
        text = review_of(mood, self._names[order.item], self._rng) if has_text else None
        written = _moment(second)
        review_id = self._identities.at(written)
        past = PastReview(
            review_id, order.redemption_id, order.member_id, self._items[order.item], stars, text, written
        )
        truth: dict[str, object] = {
            "review_id": str(review_id), "redemption_id": str(order.redemption_id), "stars": stars, "mood": mood,
        }  # fmt: skip
        self._reviews.append(_Said(written, past, truth))


def _by(now: datetime, said: "list[_Said[Past]]") -> "tuple[list[_Said[Past]], list[_Said[Past]]]":
    """Return what can be written by now, and the rest."""
    return [one for one in said if one.ready_at <= now], [one for one in said if one.ready_at > now]


def _moment(second: int) -> datetime:
    return datetime.fromtimestamp(second, UTC)
