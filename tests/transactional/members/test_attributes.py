"""Attributes: only declared ones, only with consent, personal ones sealed by a key of the member's own."""

import asyncio
from dataclasses import replace

import asyncpg
import pytest

from tests.transactional.conftest import client_for, open_shop
from transactional.attributes.domain import (
    AttributeFixed,
    AttributeRefused,
    Declaration,
    check_change,
    check_declaration,
)

from .conftest import agrees

TIER = {
    "type": "choice", "purpose": "profiling", "is_personal": False, "choices": ["t1", "t2", "t3"], "declared_by": "li.na",
}  # fmt: skip
PHONE = {"type": "text", "purpose": "service", "is_personal": True, "declared_by": "li.na"}
CSV = {"headers": {"Content-Type": "text/csv"}}


@pytest.fixture
async def declared(client, shop):
    """A tenant that keeps the tier of a member's city and its telephone."""
    for name, body in (("city_tier", TIER), ("phone", PHONE)):
        answer = await client.put(f"/v1/member-attributes/{name}", json=body)
        assert answer.status_code == 200, answer.text


async def put(client, member, **values):
    return await client.patch(f"/v1/members/{member}/attributes", json={"values": values})


async def kept(client, member):
    told = (await client.get(f"/v1/members/{member}/attributes")).json()["attributes"]
    return {one["name"]: one["value"] for one in told}


async def exported(owner):
    return {
        row["name"]: row["value"]
        for row in await owner.fetch("select name, value from export.member_attribute")
    }


async def test_a_value_needs_a_declaration_and_a_consent(client, shop, declared, owner):
    assert (await put(client, shop.member, shoe_size="42")).json()["type"].endswith("unknown-attribute")
    refused = await put(client, shop.member, city_tier="t1")
    assert (refused.status_code, refused.json()["purpose"]) == (409, "profiling")
    await agrees(client, shop.member, "profiling")
    # One for a purpose that was agreed to and one for another: neither is kept.
    assert (await put(client, shop.member, city_tier="t1", phone="138")).status_code == 409
    assert await kept(client, shop.member) == {}
    assert (await put(client, shop.member, city_tier="t4")).json()["type"].endswith("attribute-refused")
    assert (await put(client, shop.member, city_tier="t1")).status_code == 200
    assert await kept(client, shop.member) == {"city_tier": "t1"}
    assert await kept(client, shop.other_member) == {}


async def test_what_is_personal_is_sealed_and_never_leaves(client, shop, declared, owner):
    await agrees(client, shop.member, "service")
    await agrees(client, shop.member, "profiling")
    await put(client, shop.member, phone="13800138000", city_tier="t2")
    assert await kept(client, shop.member) == {"phone": "13800138000", "city_tier": "t2"}
    row = await owner.fetchrow("select value, sealed from mall.member_attribute where name = 'phone'")
    assert row["value"] is None
    assert b"13800138000" not in row["sealed"]
    assert await exported(owner) == {"city_tier": "t2"}
    # Moved to another member it does not open.
    await agrees(client, shop.other_member, "service")
    await put(client, shop.other_member, phone="139")
    await owner.execute(
        "update mall.member_attribute set sealed = $1 where member_id = $2", row["sealed"], shop.other_member
    )
    assert (await client.get(f"/v1/members/{shop.other_member}/attributes")).status_code == 500


async def test_with_the_consent_goes_what_was_kept_on_it(client, shop, declared, owner):
    for purpose in ("service", "profiling"):
        await agrees(client, shop.member, purpose)
    await put(client, shop.member, phone="138", city_tier="t1")
    before = await owner.fetchval("select xid::text::bigint from export.member_attribute")
    await agrees(client, shop.member, "profiling", is_given=False)
    assert await kept(client, shop.member) == {"phone": "138"}
    # The landing learns of it: a newer version without the value.
    assert await exported(owner) == {"city_tier": None}
    assert await owner.fetchval("select xid::text::bigint from export.member_attribute") > before
    assert (await put(client, shop.member, phone=None)).status_code == 200
    assert await kept(client, shop.member) == {}


async def test_a_value_that_races_a_withdrawal_is_not_kept(client, shop, declared, owner, database_url):
    await agrees(client, shop.member, "profiling")
    withdrawing = await asyncpg.connect(database_url)
    try:
        async with withdrawing.transaction():
            await withdrawing.execute(
                "select from mall.member where member_id = $1 for no key update", shop.member
            )
            telling = asyncio.create_task(put(client, shop.member, city_tier="t1"))
            await asyncio.sleep(0.3)
            await withdrawing.execute(
                "insert into mall.member_consent (tenant_id, member_id, purpose, is_given, told_by, told_at) "
                "values ($1, $2, 'profiling', false, 'tenant', now())", shop.tenant_id, shop.member,
            )  # fmt: skip
        assert (await telling).status_code == 409
    finally:
        await withdrawing.close()
    assert await owner.fetchval("select count(*) from mall.member_attribute") == 0


async def test_a_file_is_taken_whole_or_not_at_all(client, shop, declared, owner):
    await agrees(client, shop.member, "profiling")
    await agrees(client, shop.other_member, "profiling")
    url = "/v1/member-attributes/import"
    bad = "external_ref,city_tier,phone\nE-1,t1,\nE-2,t9,138\nE-7,t1,\nE-1,t2,\n"
    refused = await client.post(url, content=bad.encode(), **CSV)
    assert refused.json()["type"].endswith("rows-refused"), refused.text
    told = [(row["row"], row["column"]) for row in refused.json()["rows"]]
    assert told == [(2, "city_tier"), (2, "phone"), (3, "external_ref"), (4, "external_ref")]
    assert await kept(client, shop.member) == {}
    unknown = await client.post(url, content=b"external_ref,shoe_size\nE-1,42\n", **CSV)
    assert unknown.json()["type"].endswith("invalid-request")
    good = await client.post(url, content=b"external_ref,city_tier\nE-1,t1\nE-2,\n", **CSV)
    assert good.json() == {"members": 2, "values": 1}
    assert await kept(client, shop.member) == {"city_tier": "t1"}


async def test_a_retired_attribute_is_gone_for_all(client, shop, declared, owner):
    await agrees(client, shop.member, "profiling")
    await put(client, shop.member, city_tier="t1")
    assert (await client.delete("/v1/member-attributes/city_tier")).status_code == 204
    assert (await client.delete("/v1/member-attributes/city_tier")).status_code == 404
    assert await kept(client, shop.member) == {}
    assert await exported(owner) == {"city_tier": None}
    assert (await put(client, shop.member, city_tier="t1")).status_code == 404
    # Members agreed to it as it was, so it comes back as it was or not at all.
    assert (
        await client.put("/v1/member-attributes/city_tier", json=TIER | {"purpose": "service"})
    ).status_code == 409
    assert (await client.put("/v1/member-attributes/city_tier", json=TIER)).status_code == 200
    assert await kept(client, shop.member) == {}


def test_a_declaration_makes_sense_and_only_grows():
    tier = Declaration("city_tier", "choice", "profiling", False, ("t1", "t2"))
    check_declaration(tier)
    check_change(tier, replace(tier, choices=("t2", "t1", "t3")))
    for wrong in (
        replace(tier, choices=("t1",)), replace(tier, choices=("t1", "t1")), replace(tier, type="text"),
        Declaration("city", "text", "profiling", False),
    ):  # fmt: skip
        with pytest.raises(AttributeRefused):
            check_declaration(wrong)
    for other in (
        replace(tier, choices=("t1", "t3")),
        replace(tier, purpose="marketing"),
        replace(tier, is_personal=True),
    ):
        with pytest.raises(AttributeFixed):
            check_change(tier, other)


@pytest.mark.parametrize(
    ("kind", "good", "wrong"),
    [("integer", "-42", "4.2"), ("date", "1990-02-28", "1990-02-30"), ("text", "张三", "")],
)
def test_a_value_is_of_its_type(kind, good, wrong):
    declaration = Declaration("x", kind, "service", True)
    assert declaration.checked(good) == good
    with pytest.raises(AttributeRefused):
        declaration.checked(wrong)


async def test_attributes_are_of_the_tenants_own(app, client, shop, declared, owner):
    await agrees(client, shop.member, "service")
    await put(client, shop.member, phone="138")
    stranger = await open_shop(owner, "birch")
    async with client_for(app, stranger.key) as foreign:
        assert (await foreign.get("/v1/member-attributes")).json() == {"attributes": []}
        assert (await foreign.get(f"/v1/members/{shop.member}/attributes")).status_code == 404
        assert (await put(foreign, shop.member, phone="139")).status_code == 404
        assert (await foreign.delete("/v1/member-attributes/phone")).status_code == 404
    assert await kept(client, shop.member) == {"phone": "138"}
