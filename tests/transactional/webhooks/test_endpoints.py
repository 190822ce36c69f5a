"""Endpoints are registered, listed, pinged and deleted by their tenant alone; dry runs leave nothing behind."""

import json
from uuid import uuid4

import asyncpg
import pytest

from tests.transactional.conftest import client_for, open_shop
from transactional.app import create_app
from transactional.settings import TransactionalSettings
from transactional.webhooks.topics import TOPICS

from .conftest import happen, register


async def test_the_secret_is_shown_once_and_kept_encrypted(client, shop, owner, receiver):
    made = await register(client, receiver, "redemption.*", "redemption.*", "points.earn")
    assert made["secret"].startswith("whsec_")
    assert made["topics"] == ["redemption.*", "points.earn"]
    listed = (await client.get("/v1/webhooks")).json()["endpoints"]
    alone = (await client.get(f"/v1/webhooks/{made['endpoint_id']}")).json()
    assert listed == [alone] == [{k: v for k, v in made.items() if k != "secret"}]
    dump = str([tuple(row) for row in await owner.fetch("select * from mall.webhook_endpoint")])
    assert made["secret"].removeprefix("whsec_") not in dump


async def test_a_url_is_registered_once(client, receiver):
    await register(client, receiver)
    again = await client.post("/v1/webhooks", json={"url": receiver.url, "topics": ["*"]})
    assert (again.status_code, again.json()["type"]) == (409, "urn:pointmart:problem:endpoint-taken")


async def test_a_tenant_has_twenty_endpoints_at_most(client, receiver):
    for number in range(20):
        await register(client, receiver, path=f"/{number}")
    more = await client.post("/v1/webhooks", json={"url": receiver.url, "topics": ["*"]})
    assert (more.status_code, more.json()["type"]) == (409, "urn:pointmart:problem:too-many-endpoints")


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"url": "http://127.0.0.1:1/", "topics": ["redemptions.*"]}, "unknown-topic"),
        ({"url": "http://127.0.0.1:1/", "topics": ["red*"]}, "unknown-topic"),
        ({"url": "http://127.0.0.1:1/", "topics": ["redemption.create"]}, "unknown-topic"),
        ({"url": "http://127.0.0.1:1/", "topics": []}, "invalid-request"),
        ({"url": "http://127.0.0.1:1/", "topics": ["*"], "secret": "mine"}, "invalid-request"),
        ({"url": "ftp://127.0.0.1/", "topics": ["*"]}, "webhook-address-refused"),
        ({"url": "https://10.0.0.1/", "topics": ["*"]}, "webhook-address-refused"),
        ({"url": "https://169.254.169.254/latest", "topics": ["*"]}, "webhook-address-refused"),
        ({"url": "https://[::ffff:10.0.0.1]/", "topics": ["*"]}, "webhook-address-refused"),
        ({"url": "http://8.8.8.8/", "topics": ["*"]}, "webhook-address-refused"),
        ({"url": "https://user:word@8.8.8.8/", "topics": ["*"]}, "webhook-address-refused"),
        ({"url": "https://8.8.8.8/\u0000", "topics": ["*"]}, "webhook-address-refused"),
        ({"url": "https://no-such-host.invalid/", "topics": ["*"]}, "webhook-address-refused"),
    ],
)
async def test_what_cannot_be_sent_to_is_refused(client, owner, body, kind):
    answer = await client.post("/v1/webhooks", json=body)
    assert (answer.status_code, answer.json()["type"]) == (422, f"urn:pointmart:problem:{kind}")
    assert await owner.fetchval("select count(*) from mall.webhook_endpoint") == 0


async def test_loopback_is_refused_unless_a_setting_allows_it(database_url, shop, clock):
    settings = TransactionalSettings(database_url=database_url, session_secret="s" * 32, vault_key="A" * 43)
    app = create_app(settings, clock)
    async with app.router.lifespan_context(app), client_for(app, shop.key) as client:
        for url in ("http://127.0.0.1:9/", "https://localhost/", "https://[::1]/", "https://127.1/"):
            answer = await client.post("/v1/webhooks", json={"url": url, "topics": ["*"]})
            assert answer.json()["type"] == "urn:pointmart:problem:webhook-address-refused", url


async def test_without_a_vault_key_no_endpoint_is_registered(database_url, shop, clock):
    app = create_app(TransactionalSettings(database_url=database_url, session_secret="s" * 32), clock)
    async with app.router.lifespan_context(app), client_for(app, shop.key) as client:
        answer = await client.post("/v1/webhooks", json={"url": "https://8.8.8.8/", "topics": ["*"]})
        assert (answer.status_code, answer.json()["type"]) == (503, "urn:pointmart:problem:vault-key-missing")
        assert (await client.get("/v1/webhooks")).json() == {"endpoints": []}


async def test_a_ping_arrives_whatever_the_topics_and_is_listed(client, owner, receiver, courier):
    made = await register(client, receiver, "points.earn")
    path = f"/v1/webhooks/{made['endpoint_id']}"
    sent = await client.post(path + "/ping")
    assert (sent.status_code, sent.json()["status"], sent.json()["topic"]) == (202, "pending", "webhook.ping")
    await courier.deliver()

    (request,) = receiver.requests
    assert request.is_signed_with(made["secret"])
    assert (request.document["type"], request.document["data"]) == ("webhook.ping", {})
    (delivery,) = (await client.get(path + "/deliveries")).json()["deliveries"]
    assert (delivery["status"], delivery["last_status"], delivery["attempts"]) == ("delivered", 204, 1)
    assert delivery["message_id"] == sent.json()["message_id"] == request.message_id


async def test_a_deleted_endpoint_gets_nothing_more(client, shop, owner, receiver, courier):
    made = await register(client, receiver)
    await happen(owner, shop.tenant_id)
    await courier.fan_out()
    path = f"/v1/webhooks/{made['endpoint_id']}"
    assert (await client.delete(path)).status_code == 204
    assert (await client.delete(path)).status_code == 404
    await happen(owner, shop.tenant_id)
    await courier.deliver()
    assert receiver.requests == []


async def test_dry_runs_answer_the_same_and_leave_nothing(client, shop, owner, receiver, courier):
    dry = {"dry_run": True}
    body = {"url": receiver.url, "topics": ["*"]}
    tried = await client.post("/v1/webhooks", json=body, params=dry)
    assert (tried.status_code, tried.json()["url"]) == (201, receiver.url)
    assert (await client.get("/v1/webhooks")).json() == {"endpoints": []}
    made = await register(client, receiver)
    taken = await client.post("/v1/webhooks", json=body, params=dry)
    assert taken.status_code == 409
    path = f"/v1/webhooks/{made['endpoint_id']}"
    assert (await client.post(path + "/ping", params=dry)).status_code == 202
    assert (await client.delete(path, params=dry)).status_code == 204
    await owner.execute("update mall.webhook_endpoint set status = 'disabled', disabled_reason = 'x'")
    assert (await client.post(path + "/enable", params=dry)).json()["status"] == "active"
    assert (await client.get(path)).json()["status"] == "disabled"
    assert await owner.fetchval("select count(*) from mall.webhook_delivery") == 0


async def test_dry_runs_of_members_and_feedback_leave_nothing(client, shop, owner):
    dry = {"dry_run": True}
    answer = await client.post("/v1/members", json={"external_ref": "E-9"}, params=dry)
    assert (answer.status_code, answer.json()["external_ref"]) == (201, "E-9")
    again = await client.post("/v1/members", json={"external_ref": "E-1"}, params=dry)
    assert (again.status_code, again.json()["member_id"]) == (200, str(shop.member))
    said = await client.post("/v1/feedback", json={"member_id": str(shop.member), "score": 5}, params=dry)
    assert (said.status_code, said.json()["score"]) == (201, 5)
    missing = await client.post("/v1/feedback", json={"member_id": str(uuid4()), "score": 5}, params=dry)
    assert missing.status_code == 404
    assert await owner.fetchval("select count(*) from mall.member") == 2
    assert await owner.fetchval("select count(*) from mall.account where kind = 'member'") == 2
    assert await owner.fetchval("select count(*) from mall.feedback") == 0


async def test_another_tenants_key_sees_and_moves_nothing(app, client, shop, owner, receiver, courier):
    async def fail(_) -> int:
        return 410

    receiver.answer = fail
    made = await register(client, receiver)
    await happen(owner, shop.tenant_id)
    await courier.deliver()
    (letter,) = (await client.get("/v1/webhooks/dead-letters")).json()["dead_letters"]
    before = await owner.fetch("select * from mall.webhook_endpoint, mall.webhook_delivery")
    stranger = await open_shop(owner, "birch")
    path = f"/v1/webhooks/{made['endpoint_id']}"
    async with client_for(app, stranger.key) as foreign, client_for(app, "none") as nobody:
        calls = [
            ("GET", path), ("DELETE", path), ("POST", path + "/enable"), ("POST", path + "/ping"),
            ("GET", path + "/deliveries"), ("POST", path + "/dead-letters/replay"),
            ("POST", f"/v1/webhooks/dead-letters/{letter['delivery_id']}/replay"),
        ]  # fmt: skip
        for method, url in calls:
            assert (await foreign.request(method, url)).status_code == 404, url
            assert (await nobody.request(method, url)).status_code == 401, url
        assert (await foreign.get("/v1/webhooks")).json() == {"endpoints": []}
        assert (await foreign.get("/v1/webhooks/dead-letters")).json() == {"dead_letters": [], "after": None}
        assert (await nobody.get("/v1/webhooks/topics")).status_code == 401
    assert await owner.fetch("select * from mall.webhook_endpoint, mall.webhook_delivery") == before


async def test_row_security_hides_other_tenants_rows_and_grants_are_narrow(
    client, shop, owner, receiver, database_url
):
    await register(client, receiver)
    connection = await asyncpg.connect(database_url, server_settings={"role": "pointmart_api"})
    try:
        assert await connection.fetch("select * from mall.webhook_endpoint") == []
        for forbidden in (
            "update mall.webhook_endpoint set sealed_secret = 'x'",
            "delete from mall.webhook_delivery",
            "select * from mall.webhook_cursor",
            "update mall.webhook_delivery set payload = '{}'",
        ):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(forbidden)
    finally:
        await connection.close()


async def test_the_catalogue_is_served_and_every_topic_of_it_can_be_chosen(client, receiver):
    topics = (await client.get("/v1/webhooks/topics")).json()["topics"]
    assert [topic["name"] for topic in topics] == [topic.name for topic in TOPICS]
    assert {"redemption.created", "points.earn", "hold.released"} <= {topic["name"] for topic in topics}
    for start in range(0, len(topics), 40):
        names = [topic["name"] for topic in topics[start : start + 40]]
        await register(client, receiver, *names, path=f"/{start}")


async def test_filters_choose_in_sql_as_the_domain_says(client, shop, owner, receiver, courier):
    chosen = ["hold.*", "points.earn", "payment.refunded"]
    await register(client, receiver, *chosen)
    for topic in TOPICS:
        await happen(owner, shop.tenant_id, topic.name)
    await courier.deliver()
    assert {r.document["type"] for r in receiver.requests} == {
        "hold.placed", "hold.captured", "hold.released", "hold.expired", "points.earn", "payment.refunded",
    }  # fmt: skip


async def test_the_routes_are_described(client):
    document = (await client.get("/openapi.json")).json()
    assert "/v1/webhooks/dead-letters/{delivery_id}/replay" in document["paths"]
    assert "dry_run" in json.dumps(document["paths"]["/v1/webhooks"]["post"])
