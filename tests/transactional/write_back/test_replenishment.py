"""Proposals to order goods: the newest release's are open, a person's decision stays."""

from uuid import uuid4

from .conftest import NEW, OLD

NEWEST = "20260302T030000Z-0123abcd"


def item(item_id, quantity=5, **more):
    return {
        "item_id": str(item_id), "quantity": quantity, "order_by": "2026-03-03", "covers_until": "2026-03-22",
        "reason": "below_target", **more,
    }  # fmt: skip


async def listed(client, **params):
    told = (await client.get("/v1/replenishment/proposals", params=params)).json()["proposals"]
    return [(p["item_id"], p["quantity"], p["status"], p["release_id"]) for p in told]


async def decide(client, proposal_id, decision, query=""):
    body = {"decision": decision, "decided_by": "li.na"}
    return await client.post(f"/v1/replenishment/proposals/{proposal_id}/decision{query}", json=body)


async def open_id(client):
    (one,) = (await client.get("/v1/replenishment/proposals", params={"status": "proposed"})).json()[
        "proposals"
    ]
    return one["proposal_id"]


async def test_a_newer_release_takes_the_place_of_open_proposals(client, put, shop):
    await put("replenishment-proposals", [item(shop.tea), item(shop.pot)])
    again = await put("replenishment-proposals", [item(shop.tea), item(shop.pot)])
    assert [r["result"] for r in again.json()["results"]] == ["unchanged", "unchanged"]
    newer = await put("replenishment-proposals", [item(shop.tea, 7), item(uuid4())], release=NEW)
    assert [r["result"] for r in newer.json()["results"]] == ["stored", "unknown_item"]
    assert newer.json()["removed"] == 1
    tea, pot = str(shop.tea), str(shop.pot)
    assert sorted(await listed(client)) == sorted(
        [(tea, 5, "superseded", OLD), (pot, 5, "superseded", OLD), (tea, 7, "proposed", NEW)]
    )


async def test_what_a_person_decided_stays_while_it_covers_the_day(client, put, shop):
    await put("replenishment-proposals", [item(shop.tea)])
    proposal_id = await open_id(client)
    assert (await decide(client, proposal_id, "approved", "?dry_run=true")).json()["status"] == "approved"
    assert (await listed(client))[0][2] == "proposed"
    decided = await decide(client, proposal_id, "approved")
    assert (decided.json()["status"], decided.json()["decided_by"]) == ("approved", "li.na")
    assert (await decide(client, proposal_id, "approved")).status_code == 200
    assert (await decide(client, proposal_id, "dismissed")).status_code == 409
    for release in (OLD, NEW):
        told = await put("replenishment-proposals", [item(shop.tea, 9)], release=release)
        assert [r["result"] for r in told.json()["results"]] == ["decided"]
    assert await listed(client) == [(str(shop.tea), 5, "approved", OLD)]
    later = item(shop.tea, 9, order_by="2026-04-03", covers_until="2026-04-22")
    told = await put("replenishment-proposals", [later], release=NEWEST, as_of_date="2026-03-23")
    assert [r["result"] for r in told.json()["results"]] == ["stored"]


async def test_a_superseded_proposal_is_not_decided_and_an_unknown_one_is_told(client, put, shop):
    await put("replenishment-proposals", [item(shop.tea)])
    proposal_id = await open_id(client)
    await put("replenishment-proposals", [], release=NEW)
    refused = await decide(client, proposal_id, "approved")
    assert (refused.status_code, refused.json()["proposal_status"]) == (409, "superseded")
    assert (await decide(client, uuid4(), "approved")).status_code == 404


async def test_proposals_are_paged_the_most_urgent_first(client, put, shop):
    await put("replenishment-proposals", [item(shop.tea), item(shop.pot, order_by="2026-03-02")])
    first = (await client.get("/v1/replenishment/proposals", params={"limit": 1})).json()
    assert first["proposals"][0]["item_id"] == str(shop.pot)
    after = {"limit": 1, "after": first["next_after"]}
    second = (await client.get("/v1/replenishment/proposals", params=after)).json()
    assert (second["proposals"][0]["item_id"], second["next_after"]) == (str(shop.tea), None)
    odd = {"after": "2026-13-01:" + "0" * 36}
    assert (await client.get("/v1/replenishment/proposals", params=odd)).status_code == 422


async def test_a_proposal_lasts_until_it_is_ordered(put, shop):
    bad = item(shop.tea, covers_until="2026-03-02")
    assert (await put("replenishment-proposals", [bad])).status_code == 422
