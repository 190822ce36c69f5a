"""Batch risk scores: stored, listed from the highest, gone when a newer release does not repeat them."""

from .conftest import NEW


def item(member, score, *reasons):
    return {"member_id": str(member), "score": score, "reasons": list(reasons)}


async def test_scores_are_listed_from_the_highest_page_by_page(client, put, shop):
    told = await put(
        "risk-scores", [item(shop.member, 200, "denied"), item(shop.other_member, 560, "denied", "velocity")]
    )
    assert told.json()["stored"] == 2
    first = (await client.get("/v1/risk/scores", params={"limit": 1})).json()
    assert [(s["member_id"], s["score"], s["reasons"]) for s in first["scores"]] == [
        (str(shop.other_member), 560, ["denied", "velocity"])
    ]
    second = (await client.get("/v1/risk/scores", params={"limit": 1, "after": first["next_after"]})).json()
    assert [s["score"] for s in second["scores"]] == [200]
    assert second["next_after"] is None
    assert (await client.get("/v1/risk/scores", params={"minimum": 561})).json()["scores"] == []
    one = (await client.get("/v1/risk/scores", params={"member_id": str(shop.member)})).json()
    assert [s["score"] for s in one["scores"]] == [200]
    assert (await client.get("/v1/risk/scores", params={"after": "9:" + "-" * 36})).status_code == 422


async def test_a_score_that_a_newer_release_does_not_repeat_is_gone(client, put, shop):
    await put("risk-scores", [item(shop.member, 200, "denied"), item(shop.other_member, 60, "velocity")])
    same = await put(
        "risk-scores", [item(shop.member, 200, "denied"), item(shop.other_member, 60, "velocity")]
    )
    assert [r["result"] for r in same.json()["results"]] == ["unchanged", "unchanged"]
    newer = await put("risk-scores", [item(shop.member, 120, "velocity")], release=NEW)
    assert (newer.json()["stored"], newer.json()["removed"]) == (1, 1)
    left = (await client.get("/v1/risk/scores")).json()["scores"]
    assert [(s["member_id"], s["score"], s["release_id"]) for s in left] == [(str(shop.member), 120, NEW)]


async def test_a_score_is_from_1_to_1000_and_says_why(put, shop):
    for bad in (item(shop.member, 0, "denied"), item(shop.member, 1001, "denied"), item(shop.member, 5)):
        assert (await put("risk-scores", [bad])).status_code == 422
