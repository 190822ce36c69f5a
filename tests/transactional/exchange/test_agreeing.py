"""Agreements between tenants and links between their members: dated, from both sides, for nobody else."""

import asyncio
from datetime import timedelta

import pytest

from tests.transactional.conftest import client_for, open_shop

from .conftest import TERMS, agree, link


@pytest.fixture
async def airline(app, owner):
    shop = await open_shop(owner, "crane")
    async with client_for(app, shop.key) as client:
        client.shop = shop
        yield client


async def propose(client, **terms):
    return await client.post("/v1/exchanges/agreements", json=TERMS | terms)


async def accept(client, agreement_id):
    return await client.post(f"/v1/exchanges/agreements/{agreement_id}/acceptance")


async def listed(client):
    return (await client.get("/v1/exchanges/agreements")).json()["agreements"]


async def test_both_sides_see_a_dated_agreement_and_only_the_receiver_can_accept(client, airline, clock):
    proposed = (await propose(client)).json()
    about = proposed["agreement_id"]
    assert (proposed["direction"], proposed["partner"], proposed["accepted_at"]) == ("out", "crane", None)
    assert (await accept(client, about)).status_code == 404
    clock.now += timedelta(hours=1)
    accepted = (await accept(airline, about)).json()
    assert (accepted["direction"], accepted["partner"]) == ("in", "acorn")
    assert (accepted["proposed_at"], accepted["accepted_at"]) == (
        "2026-03-01T04:00:00Z",
        "2026-03-01T05:00:00Z",
    )
    clock.now += timedelta(hours=1)
    assert (await accept(airline, about)).json() == accepted
    (there,) = await listed(client)
    assert there["accepted_at"] == "2026-03-01T05:00:00Z"


async def test_two_agreements_of_a_pair_do_not_count_at_the_same_time(client, airline, clock):
    first = await agree(client, airline, valid_until="2026-04-01T00:00:00+08:00")
    later = (await propose(client, valid_from="2026-04-01T00:00:00+08:00")).json()["agreement_id"]
    crossing = (await propose(client, valid_from="2026-03-31T00:00:00+08:00")).json()["agreement_id"]
    assert (await accept(airline, later)).status_code == 200
    refused = await accept(airline, crossing)
    assert refused.json()["type"] == "urn:pointmart:problem:agreement-overlaps"
    for one in (first, later):
        assert (await client.delete(f"/v1/exchanges/agreements/{one}")).status_code == 204
    assert (await accept(airline, crossing)).status_code == 200
    # The other way round is another matter.
    back = (await propose(airline, to_tenant="acorn")).json()["agreement_id"]
    assert (await accept(client, back)).status_code == 200


async def test_an_ended_or_overdue_proposal_cannot_be_accepted(client, airline, clock):
    ended = (await propose(client)).json()["agreement_id"]
    assert (await airline.delete(f"/v1/exchanges/agreements/{ended}")).status_code == 204
    assert (await accept(airline, ended)).json()["type"] == "urn:pointmart:problem:agreement-ended"
    overdue = (await propose(client, valid_until="2026-03-02T00:00:00+08:00")).json()["agreement_id"]
    clock.now += timedelta(days=1)
    assert (await accept(airline, overdue)).json()["type"] == "urn:pointmart:problem:agreement-ended"


@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"to_tenant": "acorn"}, 404),
        ({"to_tenant": "nobody"}, 404),
        ({"from_points": 0}, 422),
        ({"fee_bp": 10_000}, 422),
        ({"to_points": 1.5}, 422),
        ({"valid_until": "2026-03-01T11:00:00+08:00"}, 422),
        ({"valid_until": 0}, 422),
        ({"more": 1}, 422),
    ],
)
async def test_odd_terms_are_refused(client, airline, wrong, status):
    assert (await propose(client, **wrong)).status_code == status
    assert await listed(airline) == []


async def test_a_dry_run_proposes_nothing(client, airline):
    assert (await client.post("/v1/exchanges/agreements?dry_run=true", json=TERMS)).status_code == 201
    assert await listed(airline) == []


async def code_for(client, member) -> str:
    return (await client.post(f"/v1/members/{member}/link-codes")).json()["code"]


async def redeem(client, member, code):
    return await client.post(f"/v1/members/{member}/links", json={"code": code})


def slug(answer) -> str:
    return answer.json()["type"].removeprefix("urn:pointmart:problem:")


async def test_a_code_links_once_and_neither_learns_the_others_member(client, shop, airline, owner):
    code = await code_for(airline, airline.shop.member)
    assert len(code) == 19
    made = await redeem(client, shop.member, code.lower().replace("-", " "))
    assert (made.status_code, made.json()["partner"]) == (201, "crane")
    assert str(airline.shop.member) not in made.text
    there = (await airline.get(f"/v1/members/{airline.shop.member}/links")).text
    assert str(shop.member) not in there
    assert made.json()["link_id"] in there
    assert slug(await redeem(client, shop.other_member, code)) == "link-code-refused"
    # Nothing that is stored opens as the code.
    stored = await owner.fetchval("select code_hash from mall.member_link_code")
    assert code.replace("-", "").encode() not in stored


async def test_a_code_ends_after_ten_minutes_and_with_the_next_one(client, shop, airline, clock):
    old = await code_for(airline, airline.shop.member)
    new = await code_for(airline, airline.shop.member)
    assert slug(await redeem(client, shop.member, old)) == "link-code-refused"
    clock.now += timedelta(minutes=10)
    assert slug(await redeem(client, shop.member, new)) == "link-code-refused"
    latest = await code_for(airline, airline.shop.member)
    clock.now += timedelta(minutes=10, microseconds=-1)
    assert (await redeem(client, shop.member, latest)).status_code == 201


async def test_a_member_has_one_active_link_with_a_partner(client, shop, airline):
    first = await link(client, shop.member, airline, airline.shop.member)
    for mine, theirs in ((shop.member, airline.shop.other_member), (shop.other_member, airline.shop.member)):
        assert slug(await redeem(client, mine, await code_for(airline, theirs))) == "already-linked"
    # Who was linked by the airline may be unlinked by the airline, for both.
    gone = await airline.delete(f"/v1/members/{airline.shop.member}/links/{first}")
    assert gone.status_code == 204
    (shown,) = (await client.get(f"/v1/members/{shop.member}/links")).json()["links"]
    assert shown["withdrawn_at"] == "2026-03-01T04:00:00Z"
    assert await link(client, shop.member, airline, airline.shop.other_member) != first


async def test_both_tenants_may_end_everything_at_once(client, shop, airline):
    for _ in range(10):
        agreement = await agree(client, airline)
        made = await link(client, shop.member, airline, airline.shop.member)
        answers = await asyncio.gather(
            client.delete(f"/v1/exchanges/agreements/{agreement}"),
            airline.delete(f"/v1/exchanges/agreements/{agreement}"),
            client.delete(f"/v1/members/{shop.member}/links/{made}"),
            airline.delete(f"/v1/members/{airline.shop.member}/links/{made}"),
        )
        assert [answer.status_code for answer in answers] == [204] * 4


async def test_members_of_one_tenant_are_not_linked(client, shop):
    code = await code_for(client, shop.member)
    assert slug(await redeem(client, shop.other_member, code)) == "link-within-tenant"


async def test_an_erased_members_code_links_nobody(client, shop, airline, owner):
    code = await code_for(airline, airline.shop.member)
    await owner.execute("update mall.member set erased_at = now() where member_id = $1", airline.shop.member)
    assert slug(await redeem(client, shop.member, code)) == "link-code-refused"


async def test_a_link_of_another_member_is_not_found(client, shop, airline):
    made = await link(client, shop.member, airline, airline.shop.member)
    assert (await client.delete(f"/v1/members/{shop.other_member}/links/{made}")).status_code == 404
    quote = {"member_id": str(shop.other_member), "link_id": made, "points": 100}
    assert (await client.post("/v1/exchanges/quotes", json=quote)).status_code == 404
