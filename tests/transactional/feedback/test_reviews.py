"""Reviews: by whom, of what, how often, and who may read them."""

import pytest

from transactional.texts.jobs import text_jobs


@pytest.fixture
def review(client, shop, card):
    async def review(**more):
        body = {
            "member_id": str(shop.member), "redemption_id": card, "line_no": 1, "stars": 5, "text": "发货快，张三很满意",
        } | more  # fmt: skip
        return await client.post("/v1/reviews", json=body)

    return review


async def test_a_review_is_kept_once_and_its_words_nowhere_in_the_open(client, shop, review, stored):
    made, again, other = await review(), await review(), await review(stars=1)
    assert (made.status_code, again.status_code, other.status_code) == (201, 200, 409)
    assert made.json() == again.json()
    told = made.json()
    assert (told["text"], told["item_id"], told["language"], told["topic"], told["sentiment"]) == (
        "发货快，张三很满意", str(shop.card), "zh", "delivery", None,
    )  # fmt: skip
    assert "张三" not in await stored()
    assert "张三".encode().hex() not in await stored()
    assert (await client.get("/v1/reviews")).json()["reviews"] == [told]


async def test_only_who_redeemed_and_received_it_reviews_it(client, shop, review, owner):
    foreign = await review(member_id=str(shop.other_member))
    assert (foreign.status_code, foreign.json()["type"]) == (404, "urn:pointmart:problem:unknown-redemption")
    assert (await review(line_no=2)).status_code == 404
    under_way = (await client.redeem(shop.member, "r2", (shop.pot, 1))).json()["redemption_id"]
    early = await review(redemption_id=under_way)
    assert (early.status_code, early.json()["type"]) == (409, "urn:pointmart:problem:not-received")
    await owner.execute("update mall.redemption set status = 'refunded'")
    assert (await review()).status_code == 409
    assert await owner.fetchval("select count(*) from mall.item_review") == 0


async def test_a_review_is_changed_once_by_its_writer(client, shop, review, clock, context):
    made = (await review()).json()
    *_, job = text_jobs(context.settings)
    await job.run(context)
    url = f"/v1/reviews/{made['review_id']}"
    foreign = {"member_id": str(shop.other_member), "stars": 1}
    assert (await client.put(url, json=foreign)).status_code == 404
    own = {"member_id": str(shop.member), "stars": 2, "text": "用了两天就差了"}
    changed, again = [(await client.put(url, json=own)).json() for _ in range(2)]
    assert changed == again
    assert (changed["stars"], changed["edited_at"], changed["sentiment"]) == (2, "2026-03-01T04:00:00Z", None)
    assert (await client.put(url, json=own | {"stars": 3})).status_code == 409
    assert await job.run(context) == 1
    (told,) = (await client.get("/v1/reviews", params={"sentiment": "negative"})).json()["reviews"]
    assert told["text"] == "用了两天就差了"


async def test_a_review_is_hidden_for_a_reason_and_shown_again(client, review):
    made = (await review()).json()
    url = f"/v1/reviews/{made['review_id']}/moderation"
    hide = {"is_hidden": True, "reason": "abuse", "moderated_by": "li.na"}
    assert (await client.post(url, json=hide | {"reason": None})).status_code == 422
    hidden = (await client.post(url, json=hide)).json()
    assert (hidden["hidden_reason"], hidden["hidden_by"]) == ("abuse", "li.na")
    assert (await client.get("/v1/reviews", params={"is_hidden": False})).json()["reviews"] == []
    shown = await client.post(url, json={"is_hidden": False, "moderated_by": "li.na"})
    assert shown.json() == made


async def test_a_dry_run_stores_no_review(client, shop, card, owner):
    body = {"member_id": str(shop.member), "redemption_id": card, "line_no": 1, "stars": 4}
    told = await client.post("/v1/reviews", params={"dry_run": True}, json=body)
    assert told.status_code == 201, told.text
    assert await owner.fetchval("select count(*) from mall.item_review") == 0


async def test_without_a_key_no_words_are_taken(app, client, review, monkeypatch):
    monkeypatch.setattr(app.state, "vault", None)
    refused = await review()
    assert (refused.status_code, refused.json()["type"]) == (503, "urn:pointmart:problem:vault-key-missing")
