"""A member who redeemed something, a tiny model of sentiment, and the worker's context."""

import json
from random import Random

import pytest

from tests.transactional.conftest import VAULT_KEY
from transactional.settings import WorkerSettings
from transactional.worker.job import JobContext

# 好 and 快 are praise, 差 and 慢 complaint; all else says nothing.
MODEL = {
    "format": "pointmart-sentiment-1",
    "ngrams": ["好", "快", "差", "慢"],
    "idf": [1, 1, 1, 1],
    "weights": [4, 4, -4, -4],
    "intercept": 0,
    "negative_below": 0.4,
    "positive_above": 0.6,
}


@pytest.fixture
def model_file(tmp_path):
    path = tmp_path / "model.json"
    path.write_text(json.dumps(MODEL, ensure_ascii=False), encoding="utf-8")
    return path


@pytest.fixture
def context(app, clock, database_url, model_file) -> JobContext:
    settings = WorkerSettings(database_url=database_url, vault_key=VAULT_KEY, sentiment_model=model_file)
    return JobContext(app.state.pools, app.state.committer, clock, settings, Random(7))


@pytest.fixture
async def card(client, shop) -> str:
    """A card redeemed by the member: virtual, so completed at once."""
    await client.earn(shop.member, 2000, "e1")
    made = await client.redeem(shop.member, "r1", (shop.card, 1))
    return made.json()["redemption_id"]


@pytest.fixture
def stored(owner):
    """All that the database holds of what members said, as text."""

    async def stored() -> str:
        found = []
        for table in (
            "survey_answer",
            "survey_response",
            "item_review",
            "chat",
            "chat_message",
            "feedback",
            "outbox",
        ):
            rows = await owner.fetch(f"select t::text as row from mall.{table} t")
            found += [row["row"] for row in rows]
        return "\n".join(found)

    return stored
