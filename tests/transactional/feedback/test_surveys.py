"""Surveys: who is invited, what is answered, and what counts as feedback."""

import asyncio
from datetime import timedelta

import pytest

from transactional.surveys.inviting import invite_members
from transactional.texts.jobs import text_jobs

QUESTIONS = [
    {"kind": "score", "wording": "您满意吗？", "is_satisfaction": True},
    {"kind": "choice", "wording": "从哪里知道我们？", "choices": ["短信", "朋友"], "is_required": False},
    {"kind": "text", "wording": "还想说什么？", "is_required": False},
]
SURVEY = {"code": "after_card", "title": "用卡之后", "questions": QUESTIONS, "opened_by": "li.na"}
ANSWERS = [
    {"question_no": 1, "score": 2},
    {"question_no": 2, "choice_no": 2},
    {"question_no": 3, "text": "太慢，我叫张三"},
]


@pytest.fixture
def open_survey(client):
    async def open_survey(**more) -> str:
        made = await client.post("/v1/surveys", json=SURVEY | more)
        assert made.status_code in (200, 201), made.text
        return made.json()["survey_id"]

    return open_survey


@pytest.fixture
def answer(client, shop):
    async def answer(survey_id, answers=ANSWERS, **more):
        body = {"member_id": str(shop.member), "answers": answers} | more
        return await client.post(f"/v1/surveys/{survey_id}/responses", json=body)

    return answer


async def test_a_survey_is_opened_once_and_not_changed(client, open_survey):
    assert await open_survey() == await open_survey()
    other = await client.post("/v1/surveys", json=SURVEY | {"title": "别的"})
    assert (other.status_code, other.json()["type"]) == (409, "urn:pointmart:problem:survey-exists")
    two = [QUESTIONS[0], QUESTIONS[0]]
    assert (
        await client.post("/v1/surveys", json=SURVEY | {"code": "x", "questions": two})
    ).status_code == 422


async def test_who_received_something_is_invited_once_and_answers_about_it(
    client, shop, owner, clock, context, open_survey, answer
):
    survey = await open_survey(invites_after="completed")
    refused = await answer(survey)
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:pointmart:problem:not-invited")
    await client.earn(shop.member, 2000, "e1")
    first = (await client.redeem(shop.member, "r1", (shop.card, 1))).json()["redemption_id"]
    clock.now += timedelta(seconds=1)
    await client.redeem(shop.member, "r2", (shop.card, 1))
    await client.redeem(shop.member, "r3", (shop.pot, 1))
    assert [await invite_members(context) for _ in range(2)] == [1, 0]
    await client.redeem(shop.member, "r4", (shop.card, 1))
    assert await invite_members(context) == 0
    assert await owner.fetchval("select count(*) from mall.outbox where topic = 'survey.invited'") == 1
    (invited,) = (await client.get(f"/v1/members/{shop.member}/surveys")).json()["invitations"]
    assert (invited["survey_id"], invited["redemption_id"]) == (survey, first)
    made = await answer(survey)
    assert (made.status_code, made.json()["redemption_id"]) == (201, first)
    assert (await client.get(f"/v1/members/{shop.member}/surveys")).json()["invitations"] == []


async def test_a_redemption_that_commits_late_is_not_missed(owner, client, shop, card, context, open_survey):
    """One whose transaction began before the look and ends after it is found by the next."""
    await open_survey(invites_after="completed")
    late = owner.transaction()
    await late.start()
    await owner.execute("update mall.redemption set completed_at = completed_at + interval '1 second'")
    # Another one that began later ends first.
    await client.earn(shop.member, 1, "e2")
    assert await invite_members(context) == 0
    await late.commit()
    assert await invite_members(context) == 1


async def test_the_answer_of_satisfaction_counts_as_feedback_once(
    client, shop, owner, card, open_survey, answer, stored
):
    survey = await open_survey()
    made, again = await answer(survey, redemption_id=card), await answer(survey, redemption_id=card)
    assert (made.status_code, again.status_code) == (201, 200)
    assert made.json() == again.json()
    assert (await answer(survey, [{"question_no": 1, "score": 5}])).status_code == 409
    rows = await owner.fetch("select member_id, redemption_id::text, score, channel from mall.feedback")
    assert [tuple(row) for row in rows] == [(shop.member, card, 2, "survey")]
    assert "张三" not in await stored()
    assert "张三".encode().hex() not in await stored()
    body = {"member_id": str(shop.member), "redemption_id": card, "score": 5}
    assert (await client.post("/v1/feedback", json=body)).status_code == 409
    (told,) = (await client.get(f"/v1/surveys/{survey}/responses")).json()["responses"]
    assert [a["text"] for a in told["answers"]] == [None, None, "太慢，我叫张三"]


async def test_who_told_before_how_satisfied_they_are_is_not_counted_again(
    client, shop, owner, card, open_survey, answer
):
    body = {"member_id": str(shop.member), "redemption_id": card, "score": 5}
    assert (await client.post("/v1/feedback", json=body)).status_code == 201
    assert (await answer(await open_survey(), redemption_id=card)).status_code == 201
    assert await owner.fetch("select score, channel from mall.feedback") == [(5, "direct")]


@pytest.mark.parametrize(
    ("answers", "question_no"),
    [
        ([{"question_no": 1, "text": "好"}], 1),
        ([{"question_no": 1, "score": 3}, {"question_no": 1, "score": 4}], 1),
        ([{"question_no": 1, "score": 3}, {"question_no": 2, "choice_no": 3}], 2),
        ([{"question_no": 3, "text": "好"}], 1),
        ([{"question_no": 1, "score": 3}, {"question_no": 4, "score": 3}], 4),
    ],
)
async def test_answers_suit_their_questions(open_survey, answer, owner, answers, question_no):
    refused = await answer(await open_survey(), answers)
    assert (refused.status_code, refused.json()["question_no"]) == (422, question_no)
    assert await owner.fetchval("select count(*) from mall.survey_response") == 0


async def test_two_requests_at_once_store_one_response(open_survey, answer, owner):
    survey = await open_survey()
    told = await asyncio.gather(*(answer(survey) for _ in range(4)))
    assert sorted(one.status_code for one in told) == [200, 200, 200, 201]
    assert await owner.fetchval("select count(*) from mall.feedback") == 1


async def test_results_tell_how_often_each_question_was_answered_how(
    client, shop, context, open_survey, answer
):
    survey = await open_survey()
    await answer(survey)
    body = [{"question_no": 1, "score": 5}, {"question_no": 3, "text": "好"}]
    await answer(survey, body, member_id=str(shop.other_member))
    *_, job = text_jobs(context.settings)
    assert await job.run(context) == 2
    ended = (await client.post(f"/v1/surveys/{survey}/end")).json()
    assert (ended["response_count"], ended["invited_count"]) == (2, 0)
    assert [(q["answer_count"], q["mean_score"], q["counts"]) for q in ended["questions"]] == [
        (2, 3.5, {"2": 1, "5": 1}),
        (1, None, {"2": 1}),
        (2, None, {"negative": 1, "positive": 1}),
    ]
    late = await answer(survey, body)
    assert late.status_code == 409
