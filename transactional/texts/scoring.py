"""Scores stored texts: those that no model has scored, and again those that another model has."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from transactional.database import Connection, tenant_transaction
from transactional.texts.sealing import unseal
from transactional.texts.sentiment import Sentiment, SentimentModel
from transactional.vault import SealBroken, Vault
from transactional.worker.job import JobContext

_STEP = 100


@dataclass(frozen=True)
class Source:
    """A table whose texts are scored.

    Attributes:
        kind: what its texts are sealed as.
        key: what identifies a row within a tenant.
        texts: a query of the sealed texts of a row, each with the place it was sealed for.
    """

    table: str
    kind: str
    key: tuple[str, ...]
    texts: str


SOURCES: Final = (
    Source(
        "item_review",
        "review",
        ("review_id",),
        "select sealed_text, tenant_id, review_id from mall.item_review where tenant_id = $1 and review_id = $2",
    ),
    Source(
        "survey_answer",
        "survey answer",
        ("survey_id", "member_id", "question_no"),
        "select sealed_text, tenant_id, survey_id, member_id, question_no from mall.survey_answer "
        "where tenant_id = $1 and survey_id = $2 and member_id = $3 and question_no = $4",
    ),
    # Of a chat only what the member said.
    Source(
        "chat",
        "chat",
        ("chat_id",),
        "select sealed_text, tenant_id, chat_id, message_no from mall.chat_message "
        "where tenant_id = $1 and chat_id = $2 and author = 'member' order by message_no",
    ),
)


@dataclass(frozen=True)
class Scoring:
    """Writes the sentiment of texts by one model beside them; the texts themselves stay sealed."""

    vault: Vault
    model: SentimentModel

    async def run(self, context: JobContext) -> int:
        """Score some texts; return how many."""
        done = 0
        for source in SOURCES:
            key = ", ".join(source.key)
            rows = await context.pools.committer.fetch(
                f"select tenant_id, {key} from mall.{source.table} where text_length is not null "
                "and (sentiment_model is null or sentiment_model < $1 or sentiment_model > $1) limit $2",
                self.model.model_id,
                _STEP,
            )
            by_tenant: dict[UUID, list[tuple[Any, ...]]] = {}
            for tenant_id, *rest in rows:
                by_tenant.setdefault(tenant_id, []).append(tuple(rest))
            for tenant_id, keys in by_tenant.items():
                async with tenant_transaction(context.pools.api, tenant_id) as connection:
                    # In one order, so that two workers never wait for each other.
                    for one in sorted(keys):
                        await self._score(connection, source, tenant_id, one)
            done += len(rows)
        return done

    async def _score(
        self, connection: Connection, source: Source, tenant_id: UUID, key: tuple[Any, ...]
    ) -> None:
        row = "tenant_id = $1 and " + " and ".join(f"{name} = ${n}" for n, name in enumerate(source.key, 2))
        # Held, so that nobody changes the text before its sentiment is written.
        if not await connection.fetchval(
            f"select true from mall.{source.table} where {row} for update", tenant_id, *key
        ):
            return
        found = self._judged(source.kind, await connection.fetch(source.texts, tenant_id, *key))
        n = len(key) + 2
        await connection.execute(
            f"update mall.{source.table} set sentiment = ${n}, sentiment_score = ${n + 1}, "
            f"sentiment_model = ${n + 2} where {row}",
            tenant_id,
            *key,
            found and found.label,
            found and found.score,
            self.model.model_id,
        )

    def _judged(self, kind: str, sealed: list[Any]) -> Sentiment | None:
        """Return the sentiment of texts together; None if they were sealed with another key, which nobody can open."""
        try:
            texts = [unseal(self.vault, text, kind, *place) for text, *place in sealed]
        except SealBroken:
            return None
        return self.model.judge("\n".join(texts))
