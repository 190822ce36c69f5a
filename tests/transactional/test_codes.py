"""Voucher codes: encrypted at rest, issued once, told in the same answer."""

import asyncio


async def add(client, shop, codes):
    return await client.post(f"/v1/offers/{shop.card}/codes", json={"codes": codes})


async def empty_card(owner, shop):
    """The shop opens with five cards in stock that have no codes."""
    await owner.execute("delete from mall.stock_movement where item_id = $1", shop.card)
    await owner.execute("update mall.stock set on_hand = 0 where item_id = $1", shop.card)


async def test_codes_come_with_the_answer_and_with_every_repetition_of_it(client, shop, owner):
    await empty_card(owner, shop)
    assert (await add(client, shop, ["AAA-1", "BBB-2"])).json() == {"imported": 2, "known": 0}
    assert (await add(client, shop, ["BBB-2", "CCC-3"])).json() == {"imported": 1, "known": 1}
    await client.earn(shop.member, 2000, "e1")
    first = await client.redeem(shop.member, "r1", (shop.card, 2))
    assert [code["code"] for code in first.json()["codes"]] == ["AAA-1", "BBB-2"]
    again = await client.redeem(shop.member, "r1", (shop.card, 2))
    assert (again.headers["idempotent-replayed"], again.json()) == ("true", first.json())
    about = first.json()["redemption_id"]
    assert (await client.get(f"/v1/redemptions/{about}")).json()["codes"] == first.json()["codes"]
    fate = (await client.get("/v1/redemptions", params={"idempotency_key": "r1"})).json()
    assert fate["response"] == first.json()
    assert (await client.get("/v1/requests/r1")).json()["body"] == first.json()
    assert (await client.redeem(shop.member, "r2", (shop.card, 2))).status_code == 409


async def test_no_code_is_kept_in_clear(client, shop, owner):
    await empty_card(owner, shop)
    await add(client, shop, ["SECRET-CODE-1", "SECRET-CODE-2"])
    await client.earn(shop.member, 2000, "e1")
    assert (await client.redeem(shop.member, "r1", (shop.card, 1))).json()["codes"]
    for (table,) in await owner.fetch("select tablename from pg_tables where schemaname = 'mall'"):
        rows = await owner.fetch(f"select t::text as row from mall.{table} t")
        assert not any("SECRET-CODE" in row["row"] for row in rows), table
        # bytea shows as hex
        assert not any(b"SECRET-CODE".hex() in row["row"] for row in rows), table


async def test_a_dry_run_shows_no_code(client, shop, owner):
    await empty_card(owner, shop)
    await add(client, shop, ["AAA-1"])
    await client.earn(shop.member, 2000, "e1")
    body = {"member_id": str(shop.member), "lines": [{"item_id": str(shop.card), "quantity": 1}]}
    told = (await client.post("/v1/redemptions?dry_run=true", json=body)).json()
    assert {"codes", "sealed_codes"}.isdisjoint(told["answer"])


async def test_one_code_goes_to_one_redemption(client, shop, owner):
    await empty_card(owner, shop)
    await add(client, shop, [f"CODE-{n:03d}" for n in range(20)])
    await client.earn(shop.member, 100_000, "e1")
    answers = await asyncio.gather(*(client.redeem(shop.member, f"r{n}", (shop.card, 1)) for n in range(40)))
    issued = [code["code"] for a in answers if a.status_code == 201 for code in a.json()["codes"]]
    assert sorted(issued) == [f"CODE-{n:03d}" for n in range(20)]
    assert sum(a.status_code == 409 for a in answers) == 20


async def test_stock_without_codes_and_codes_do_not_mix(client, shop):
    refused = await add(client, shop, ["AAA-1"])
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:pointmart:problem:not-a-coded-offer")
    tea = await client.post(f"/v1/offers/{shop.tea}/codes", json={"codes": ["AAA-1"]})
    assert tea.status_code == 409


async def test_codes_wait_for_pieces_that_were_held_without_one(client, shop, owner):
    await owner.execute("update mall.program set cash_points = 100, cash_fen = 1000")
    await owner.execute("update mall.stock set on_hand = 1 where item_id = $1", shop.card)
    await client.earn(shop.member, 2000, "e1")
    body = {
        "member_id": str(shop.member), "lines": [{"item_id": str(shop.card), "quantity": 1}],
        "cash": {"provider": "wechat", "points": 100},
    }  # fmt: skip
    held = await client.post("/v1/redemptions", json=body, headers={"Idempotency-Key": "r1"})
    assert held.status_code == 201
    refused = await add(client, shop, ["AAA-1"])
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:pointmart:problem:not-a-coded-offer")
