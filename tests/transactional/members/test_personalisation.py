"""A member's group and consent to personal recommendations: set, changed, shown, exported, forgotten."""

from uuid import uuid4

import asyncpg
import pytest

from tests.transactional.conftest import NOON, client_for, open_shop
from transactional.members.operations import register_members
from transactional.tenants.domain import Rate


async def exported(owner, member):
    """What serving reads of a member: the view under the reader's role."""
    async with owner.transaction():
        await owner.execute("set local role pointmart_reader")
        row = await owner.fetchrow(
            "select profile, is_personalised from export.member where member_id = $1", member
        )
    return tuple(row)


async def stamp(owner, member):
    return await owner.fetchval("select xid::text from mall.member where member_id = $1", member)


async def test_a_member_is_registered_with_its_group_and_its_refusal(client, owner, shop):
    body = {"external_ref": "E-9", "profile": "senior", "is_personalised": False}
    made = await client.post("/v1/members", json=body)
    assert made.status_code == 201, made.text
    assert (made.json()["profile"], made.json()["is_personalised"]) == ("senior", False)
    shown = await client.get(f"/v1/members/{made.json()['member_id']}")
    assert (shown.status_code, shown.json()) == (200, made.json())
    assert await exported(owner, made.json()["member_id"]) == ("senior", False)


async def test_without_a_word_nothing_is_known_and_recommendations_are_personal(client, owner, shop):
    made = (await client.post("/v1/members", json={"external_ref": "E-9"})).json()
    assert (made["profile"], made["is_personalised"]) == (None, True)
    # Registering a known reference changes nothing.
    again = await client.post("/v1/members", json={"external_ref": "E-9", "is_personalised": False})
    assert (again.status_code, again.json()) == (200, made)
    assert await exported(owner, made["member_id"]) == (None, True)


async def test_what_is_left_out_of_a_change_stays(client, owner, shop):
    url = f"/v1/members/{shop.member}"
    changed = await client.patch(url, json={"profile": "family"})
    assert changed.status_code == 200, changed.text
    assert await exported(owner, shop.member) == ("family", True)
    await client.patch(url, json={"is_personalised": False})
    assert await exported(owner, shop.member) == ("family", False)
    await client.patch(url, json={"profile": None})
    assert await exported(owner, shop.member) == (None, False)
    both = await client.patch(url, json={"profile": "traveller", "is_personalised": True})
    assert both.json() == (await client.get(url)).json()
    assert await exported(owner, shop.member) == ("traveller", True)
    # Nobody else changes with it.
    assert await exported(owner, shop.other_member) == (None, True)


async def test_the_same_change_again_is_no_new_version(client, owner, shop):
    url = f"/v1/members/{shop.member}"
    change = {"profile": "young", "is_personalised": False}
    before = await stamp(owner, shop.member)
    first = await client.patch(url, json=change)
    changed = await stamp(owner, shop.member)
    assert changed != before
    assert (await client.patch(url, json=change)).json() == first.json()
    assert (await client.patch(url, json={"is_personalised": False})).json() == first.json()
    assert await stamp(owner, shop.member) == changed


async def test_a_dry_run_tells_the_change_and_makes_none(client, owner, shop):
    before = await stamp(owner, shop.member)
    told = await client.patch(
        f"/v1/members/{shop.member}", params={"dry_run": "true"}, json={"profile": "young"}
    )
    assert (told.status_code, told.json()["profile"]) == (200, "young")
    assert await exported(owner, shop.member) == (None, True)
    assert await stamp(owner, shop.member) == before


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"profile": "rich"},
        {"is_personalised": None},
        {"is_personalised": "maybe"},
        {"external_ref": "E-7"},
    ],
)
async def test_a_change_that_says_nothing_known_is_refused(client, owner, shop, body):
    refused = await client.patch(f"/v1/members/{shop.member}", json=body)
    assert (refused.status_code, refused.json()["type"]) == (422, "urn:pointmart:problem:invalid-request")
    assert await exported(owner, shop.member) == (None, True)


async def test_nobody_changes_or_sees_whom_the_tenant_does_not_have(app, client, owner, shop):
    stranger = await open_shop(owner, "birch")
    async with client_for(app, stranger.key) as foreign:
        for member in (shop.member, uuid4()):
            url = f"/v1/members/{member}"
            for answer in (await foreign.get(url), await foreign.patch(url, json={"profile": "young"})):
                assert (answer.status_code, answer.json()["type"]) == (
                    404,
                    "urn:pointmart:problem:unknown-member",
                )
    assert await exported(owner, shop.member) == (None, True)


async def test_an_erasure_forgets_the_group_and_the_refusal_stands(client, owner, shop):
    url = f"/v1/members/{shop.member}"
    await client.patch(url, json={"profile": "senior", "is_personalised": False})
    assert (await client.post(f"{url}/erasure", headers={"Idempotency-Key": "x"})).status_code == 200
    assert await exported(owner, shop.member) == (None, False)
    assert (await client.get(url)).status_code == 404
    assert (await client.patch(url, json={"profile": "young"})).status_code == 404
    assert await exported(owner, shop.member) == (None, False)


async def test_only_the_four_groups_are_kept(owner, shop):
    with pytest.raises(asyncpg.CheckViolationError):
        await owner.execute("update mall.member set profile = 'Zhang San'")


async def test_many_are_registered_each_with_its_own(owner, shop):
    members = await register_members(
        owner,
        tenant_id=shop.tenant_id,
        external_refs=["M-1", "M-2", "M-3"],
        registered_at=[NOON] * 3,
        profiles=["young", None, "family"],
        is_personalised=[True, False, True],
        member_ids=[uuid4() for _ in range(3)],
    )
    found = {ref: await exported(owner, member) for ref, member in members.items()}
    assert found == {"M-1": ("young", True), "M-2": (None, False), "M-3": ("family", True)}


async def test_serving_reads_the_rule_for_points_and_cash(owner, shop, rules):
    async def rule():
        async with owner.transaction():
            await owner.execute("set local role pointmart_reader")
            row = await owner.fetchrow(
                "select cash_points, cash_fen, cash_share_min_bp, cash_share_max_bp from export.tenant "
                "where tenant_id = $1",
                shop.tenant_id,
            )
        return tuple(row)

    # Null: the program takes no cash.
    assert await rule() == (None, None, 0, 10_000)
    await rules(cash=Rate(100, 1_000), cash_share_min_bp=500, cash_share_max_bp=4_000)
    assert await rule() == (100, 1_000, 500, 4_000)
