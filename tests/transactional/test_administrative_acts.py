"""Who changed what the mall is run by: written with the change, by whoever made it, and never changed itself."""

from datetime import timedelta

import asyncpg
import pytest

from tests.transactional.conftest import client_for, open_shop
from transactional.database import tenant_transaction
from transactional.sessions.operations import create_login

AUDITED = {
    "brand", "category", "item", "carrier_rate", "licence", "platform_brand_demand", "platform_key", "tariff",
    "working_day_change", "api_key", "attribute_declaration", "brand_demand", "feature_switch", "fulfilment_terms",
    "login", "login_identity", "offer", "offer_opt_in", "onboarding", "pilot", "program", "rest_day", "settlement_basis",
    "stock_threshold", "supplier", "supplier_terms", "tenant", "warehouse", "webhook_endpoint",
}  # fmt: skip


async def acts(client, path="/v1/administrative-acts", **params) -> list[dict]:
    answer = await client.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()["acts"]


async def test_a_price_tells_who_changed_it_from_what_to_what(client, operator, shop):
    url = f"/v1/platform/tenants/{shop.tenant_id}/offers"
    offer = {"item_id": str(shop.tea), "price_points": 90, "handover": "pickup"}
    assert (await operator.post(f"{url}?dry_run=true", json={"offers": [offer]})).status_code == 200
    for counts in ({"changed": 1, "unchanged": 0}, {"changed": 0, "unchanged": 1}):
        assert (await operator.post(url, json={"offers": [offer]})).json() == {"listed": 0} | counts
    told, *before = await acts(client, subject="offer")
    assert (told["actor"], told["act"], told["subject_key"]) == (
        "platform key: test", "update", {"item_id": str(shop.tea)},
    )  # fmt: skip
    assert told["changed"] == {"price_points": [100, 90]}
    # Opening the shop was the database's owner; neither a dry run nor the same again is an act.
    assert {one["actor"].split(":")[0] for one in before} == {"database"}
    assert len(before) == 4
    assert (await acts(client, subject="offer", actor="platform key: test")) == [told]


async def test_keys_and_people_are_told_apart(client, shop, owner, app):
    await client.put("/v1/fulfilment/terms", json={"compensation_points": 5, "changed_by": "li.na"})
    await client.put("/v1/fulfilment/terms", json={"compensation_points": 7, "changed_by": "wu.yue"})
    second, first = await acts(client, subject="fulfilment_terms")
    assert (first["act"], first["changed"]["compensation_points"]) == ("insert", [None, 5])
    assert (second["actor"], second["changed"]["compensation_points"]) == ("key: test", [5, 7])
    assert second["changed"]["changed_by"] == ["li.na", "wu.yue"]
    day = {"day": "2026-03-09", "note": "盘点"}
    for days in ([day], []):
        put = {"days": days, "announced_by": "x"}
        assert (await client.put("/v1/fulfilment/rest-days", json=put)).status_code == 200
    gone, made = await acts(client, subject="rest_day")
    assert [gone["act"], made["act"]] == ["delete", "insert"]
    assert gone["changed"]["note"] == made["changed"]["note"][::-1] == ["盘点", None]


async def test_what_a_person_did_bears_their_name(app, client, shop, owner, clock):
    await create_login(
        owner, tenant_id=shop.tenant_id, username="li.na", password="p" * 12, role="enterprise_admin"
    )
    await create_login(owner, tenant_id=shop.tenant_id, username="wu.yue", password="p" * 12, role="planner")
    async with client_for(app, "x") as person:
        del person.headers["Authorization"]
        for username, status in (("li.na", 200), ("wu.yue", 403)):
            opened = await person.post(
                "/v1/sessions", json={"tenant_code": "acorn", "username": username, "password": "p" * 12}
            )
            assert opened.status_code in (200, 201), opened.text
            person.headers["Authorization"] = f"Bearer {opened.json()['token']}"
            assert (await person.get("/v1/administrative-acts")).status_code == status
            if username == "li.na":
                await client.post(f"/v1/opt-ins/{shop.tea}/withdrawal", json={"withdrawn_by": "x"})
                clock.now += timedelta(seconds=1)
                file = {"content": f"item_id\n{shop.tea}\n", "headers": {"Content-Type": "text/csv"}}
                assert (await person.post("/v1/opt-ins/import", **file)).json() == {"rows": 1, "new": 1}
            del person.headers["Authorization"]
    made, withdrawn, *_ = await acts(client, subject="offer_opt_in")
    assert [(one["act"], one["actor"]) for one in (made, withdrawn)] == [
        ("insert", "li.na"),
        ("update", "key: test"),
    ]
    # With the role in which they did it, which a key does not have.
    assert [one["actor_role"] for one in (made, withdrawn)] == ["enterprise_admin", None]
    logins = await acts(client, subject="login")
    assert [one["subject_key"]["username"] for one in logins] == ["wu.yue", "li.na"]
    assert all("password_hash" not in one["changed"] for one in logins)


async def test_the_platforms_own_acts_are_the_platforms_to_read(client, operator, shop):
    brand = {"code": "b", "name_zh": "牌", "name_en": "Brand", "is_known": True}
    made = (await operator.post("/v1/platform/brands", json=brand)).json()
    changed = await operator.patch(f"/v1/platform/brands/{made['brand_id']}", json={"is_known": False})
    assert changed.status_code == 200
    url = "/v1/platform/administrative-acts"
    known, new = await acts(operator, url, subject="brand")
    assert (known["actor"], known["changed"]) == ("platform key: test", {"is_known": [True, False]})
    assert new["changed"]["code"] == [None, "b"]
    assert await acts(client, subject="brand") == []
    assert (await client.get(url)).status_code == 401
    of_tenant = await acts(operator, url, tenant_id=str(shop.tenant_id), limit=1000)
    assert {one["subject"] for one in of_tenant} == {"tenant", "program", "api_key", "offer", "offer_opt_in"}


async def test_acts_are_paged_and_each_tenant_sees_its_own(app, client, owner, shop):
    stranger = await open_shop(owner, "birch")
    first = await client.get("/v1/administrative-acts", params={"limit": 2})
    rest = await acts(client, before=first.json()["next_before"], limit=1000)
    everything = await acts(client, limit=1000)
    assert [*first.json()["acts"], *rest] == everything
    async with client_for(app, stranger.key) as other:
        assert not {one["act_id"] for one in everything} & {
            one["act_id"] for one in await acts(other, limit=1000)
        }


async def test_acts_are_found_by_business_day(client, shop, owner):
    # 23:59 and 00:01 in the mall, which is one day in UTC.
    for number, moment in enumerate(("2026-03-08 23:59+08", "2026-03-09 00:01+08", "2026-03-09 23:59+08")):
        await owner.execute(
            "insert into mall.administrative_act (tenant_id, acted_at, actor, act, subject, subject_key, changed) "
            f"values ($1, '{moment}', 'x', 'insert', 'pilot', jsonb_build_object('n', $2::int), '{{}}')",
            shop.tenant_id,
            number,
        )

    async def found(**days):
        return {one["subject_key"]["n"] for one in await acts(client, subject="pilot", **days)}

    assert await found(first_day="2026-03-09") == {1, 2}
    assert await found(last_day="2026-03-08") == {0}
    assert await found(first_day="2026-03-09", last_day="2026-03-09") == {1, 2}
    assert await found(first_day="0001-01-02", last_day="9999-12-30") == {0, 1, 2}
    for wrong in ({"first_day": "2026-03-09", "last_day": "2026-03-08"}, {"last_day": "9999-12-31"}):
        assert (await client.get("/v1/administrative-acts", params=wrong)).status_code == 422


async def test_no_service_writes_or_changes_an_act(app, shop, owner):
    statements = (
        "insert into mall.administrative_act (tenant_id, actor, act, subject, subject_key, changed) "
        f"values ('{shop.tenant_id}', 'x', 'insert', 'offer', '{{}}', '{{}}')",
        "update mall.administrative_act set actor = 'x'",
        "delete from mall.administrative_act",
        "truncate mall.administrative_act",
    )
    for pool in (app.state.pools.api, app.state.pools.committer):
        for statement in statements:
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                async with tenant_transaction(pool, shop.tenant_id) as connection:
                    await connection.execute(statement)
    for statement in statements[1:3]:
        with pytest.raises(asyncpg.RestrictViolationError):
            await owner.execute(statement)


async def test_every_table_that_the_mall_is_run_by_is_audited(owner):
    rows = await owner.fetch(
        "select event_object_table as name, array_agg(distinct event_manipulation::text) as acts "
        "from information_schema.triggers where action_statement like '%note_administrative_act%' group by 1"
    )
    assert {row["name"] for row in rows} == AUDITED
    assert all(set(row["acts"]) == {"INSERT", "UPDATE", "DELETE"} for row in rows)
    # What is secret of them is in no act.
    secrets = await owner.fetchval(
        "select count(*) from mall.administrative_act where changed ?| array['password_hash', 'key_hash', 'sealed_secret']"
    )
    assert secrets == 0
