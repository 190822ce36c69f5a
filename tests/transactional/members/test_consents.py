"""Consents: dated, one purpose at a time, never rewritten, and what rests on one ends with it."""

from datetime import timedelta

import asyncpg
import pytest

from tests.transactional.conftest import client_for, open_shop

from .conftest import agrees


async def standing(client, member):
    told = (await client.get(f"/v1/members/{member}/consents")).json()
    return {one["purpose"]: one["is_given"] for one in told["standing"]}


async def test_nothing_but_personal_recommendations_is_agreed_to_unasked(client, shop):
    assert await standing(client, shop.member) == {
        "personalisation": True, "profiling": False, "marketing": False, "service": False, "identity_link": False,
    }  # fmt: skip


async def test_the_newest_word_counts_and_all_of_them_stay(client, shop, owner, clock):
    await agrees(client, shop.member, "profiling")
    clock.now += timedelta(days=1)
    await agrees(client, shop.member, "profiling", is_given=False)
    clock.now += timedelta(days=1)
    url = f"/v1/members/{shop.member}/consents"
    body = {"purpose": "profiling", "is_given": True, "text_version": "2026-04"}
    told = await client.post(url, json=body)
    assert told.status_code == 201
    history = [(h["is_given"], h["text_version"], h["told_at"][:10]) for h in told.json()["history"]]
    assert history == [
        (True, "2026-04", "2026-03-03"),
        (False, None, "2026-03-02"),
        (True, "2026-03", "2026-03-01"),
    ]
    again = await client.post(url, json=body)
    assert (again.status_code, len(again.json()["history"])) == (200, 3)
    assert (await standing(client, shop.other_member))["profiling"] is False
    for change in ("update mall.member_consent set is_given = false", "delete from mall.member_consent"):
        with pytest.raises(asyncpg.RestrictViolationError):
            await owner.execute(change)


async def test_one_consent_decides_recommendations_whichever_way_it_is_told(client, shop, owner):
    url = f"/v1/members/{shop.member}"
    await client.patch(url, json={"is_personalised": False})
    assert (await standing(client, shop.member))["personalisation"] is False
    await agrees(client, shop.member, "personalisation")
    assert (await client.get(url)).json()["is_personalised"] is True
    await agrees(client, shop.member, "personalisation", is_given=False)
    assert (
        await owner.fetchval("select is_personalised from export.member where member_id = $1", shop.member)
        is False
    )
    told = (await client.get(f"{url}/consents")).json()["history"]
    assert [one["is_given"] for one in told] == [False, True, False]
    refusing = (
        await client.post("/v1/members", json={"external_ref": "E-9", "is_personalised": False})
    ).json()
    (first,) = (await client.get(f"/v1/members/{refusing['member_id']}/consents")).json()["history"]
    assert (first["purpose"], first["is_given"]) == ("personalisation", False)


@pytest.mark.parametrize(
    "body",
    [
        {"purpose": "anything", "is_given": True, "text_version": "1"},
        {"purpose": "profiling", "is_given": True},
        {"purpose": "profiling", "is_given": True, "text_version": "Zhang San"},
    ],
)
async def test_a_consent_names_a_known_purpose_and_its_words(client, shop, owner, body):
    assert (await client.post(f"/v1/members/{shop.member}/consents", json=body)).status_code == 422
    assert await owner.fetchval("select count(*) from mall.member_consent") == 0


async def test_consents_are_of_the_tenants_own_members(app, client, shop, owner):
    stranger = await open_shop(owner, "birch")
    async with client_for(app, stranger.key) as foreign:
        url = f"/v1/members/{shop.member}/consents"
        body = {"purpose": "profiling", "is_given": True, "text_version": "1"}
        assert (await foreign.get(url)).status_code == 404
        assert (await foreign.post(url, json=body)).status_code == 404
    assert await owner.fetchval("select count(*) from mall.member_consent") == 0


async def test_a_file_of_consents_is_taken_whole_or_not_at_all(client, shop, owner):
    head = "external_ref,purpose,is_given,text_version\n"

    async def send(rows):
        headers = {"Content-Type": "text/csv"}
        return await client.post(
            "/v1/member-consents/import", content=(head + rows).encode(), headers=headers
        )

    good = "E-1,profiling,true,2026-03\nE-2,personalisation,false,\n"
    for wrong in ("E-7,profiling,true,2026-03\n", "E-2,marketing,true,\n", "E-2,anything,false,\n"):
        refused = await send(good + wrong)
        assert [row["row"] for row in refused.json()["rows"]] == [3], refused.text
    assert await owner.fetchval("select count(*) from mall.member_consent") == 0
    assert (await send(good)).json() == {"rows": 2, "recorded": 2}
    assert (await standing(client, shop.member))["profiling"] is True
    assert (await standing(client, shop.other_member))["personalisation"] is False
    assert (await send(good)).json() == {"rows": 2, "recorded": 0}
