"""What is told of texts in place of them: sentiment by a model that is data, language and topic."""

import json

import pytest

from tests.transactional.conftest import VAULT_KEY
from tests.transactional.feedback.conftest import MODEL
from transactional.settings import WorkerSettings
from transactional.texts.about import About, describe
from transactional.texts.jobs import text_jobs
from transactional.texts.sealing import unseal
from transactional.texts.sentiment import BrokenSentimentModel, load_model


@pytest.fixture
def chat(client, shop):
    async def chat(reference: str, *said: tuple[str, str]) -> None:
        messages = [
            {"author": author, "said_at": "2026-02-01T10:00:00+08:00", "text": text} for author, text in said
        ]
        body = {"reference": reference, "member_id": str(shop.member), "messages": messages}
        assert (await client.post("/v1/chats", json=body)).status_code == 201

    return chat


async def sentiments(owner):
    rows = await owner.fetch(
        "select reference, sentiment, sentiment_model is not null from mall.chat order by 1"
    )
    return [tuple(row) for row in rows]


async def test_a_chat_is_judged_by_what_the_member_says(owner, chat, context):
    await chat("bad", ("agent", "好好好"), ("member", "差"), ("member", "慢"))
    await chat("good", ("bot", "差"), ("member", "很快"))
    await chat("mixed", ("member", "好"), ("member", "差"))
    await chat("silent", ("bot", "好"))
    *_, job = text_jobs(context.settings)
    assert [await job.run(context) for _ in range(2)] == [3, 0]
    assert await sentiments(owner) == [
        ("bad", "negative", True), ("good", "positive", True), ("mixed", "neutral", True), ("silent", None, False),
    ]  # fmt: skip


async def test_another_model_scores_everything_anew(owner, chat, context, model_file):
    await chat("bad", ("member", "差"))
    *_, job = text_jobs(context.settings)
    await job.run(context)
    model_file.write_text(json.dumps(MODEL | {"weights": [-4, -4, 4, 4]}))
    *_, job = text_jobs(context.settings)
    assert await job.run(context) == 1
    assert await sentiments(owner) == [("bad", "positive", True)]


async def test_a_text_of_another_key_is_left_without_sentiment_and_not_tried_again(owner, chat, context):
    await chat("lost", ("member", "差"))
    await owner.execute("update mall.chat_message set sealed_text = sealed_text || '\\x00'")
    *_, job = text_jobs(context.settings)
    assert [await job.run(context) for _ in range(2)] == [1, 0]
    assert await sentiments(owner) == [("lost", None, True)]


def test_without_a_model_or_a_key_nothing_is_scored(database_url):
    known = [
        [job.name for job in text_jobs(WorkerSettings(database_url=database_url, vault_key=key))]
        for key in (None, VAULT_KEY)
    ]
    assert known == [[], ["seal-comments"]]


async def test_comments_are_sealed_also_those_stored_before_there_was_a_seal(
    owner, client, shop, context, stored
):
    body = {"member_id": str(shop.member), "score": 4, "comment": "我叫张三"}
    assert (await client.post("/v1/feedback", json=body)).status_code == 201
    assert "张三" not in await stored()
    await owner.execute(
        "insert into mall.feedback (tenant_id, member_id, score, comment, answered_at) values ($1, $2, 4, '张三', now())",
        shop.tenant_id, shop.member,
    )  # fmt: skip
    before = await owner.fetch("select feedback_id, xid from mall.feedback order by 1")
    job, _ = text_jobs(context.settings)
    assert [await job.run(context) for _ in range(2)] == [1, 0]
    assert "张三" not in await stored()
    opened = {
        unseal(
            context.settings.vault(), row["sealed_comment"], "comment", row["tenant_id"], row["feedback_id"]
        )
        for row in await owner.fetch("select * from mall.feedback")
    }
    assert opened == {"我叫张三", "张三"}
    # Nothing that lands has changed.
    assert await owner.fetch("select feedback_id, xid from mall.feedback order by 1") == before


@pytest.mark.parametrize("content", ["", "[]", '{"format": "other"}', json.dumps(MODEL | {"idf": [1]})])
def test_what_is_no_model_is_refused_with_a_sentence(tmp_path, content):
    path = tmp_path / "model.json"
    path.write_text(content)
    with pytest.raises(BrokenSentimentModel, match=str(path)):
        load_model(path)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("快递三天还没到", About(7, "zh", "delivery")),
        ("Arrived broken, poor quality", About(28, "en", "quality")),
        ("客服态度好", About(5, "zh", "service")),
        ("兑换码无法激活", About(7, "zh", "code")),
        ("ありがとう", About(5, "other", "other")),
        ("👍", About(1, "other", "other")),
    ],
)
def test_a_text_is_told_by_length_language_and_topic(text, about):
    assert describe(text) == about
