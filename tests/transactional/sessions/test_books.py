"""Who reads invoices and statements, and who keeps the register of licences: each by their session, in their own name."""

from uuid import uuid4

import pytest

from tests.transactional.conftest import client_for, open_shop
from tests.transactional.sessions.test_desks import PASSWORD, log_in, slug
from transactional.sessions.domain import ROLES
from transactional.sessions.operations import create_login
from transactional.tenants.operations import platform_tenant

__all__ = ["log_in"]

LICENCE = {
    "kind": "internet_culture", "number": "W-1", "holder": "点易", "valid_from": "2023-04-01",
    "expires_on": "2026-03-20",
}  # fmt: skip


@pytest.fixture
async def books(owner, shop):
    """An invoice and a statement of the shop and of a stranger; returns the paths of the shop's own."""
    stranger = await open_shop(owner, "birch")
    paths = {}
    async with owner.transaction():
        await owner.execute("set local session_replication_role = replica")
        for tenant_id in (stranger.tenant_id, shop.tenant_id):
            invoice = await owner.fetchval(
                "insert into mall.invoice (tenant_id, number, month, fees, amount_fen, waived_fen, issued_at, due_on) "
                "values ($1, 'n-202602', '2026-02-01', 1, 500, 0, now(), '2026-05-01') returning invoice_id",
                tenant_id,
            )
            statement = await owner.fetchval(
                "insert into mall.settlement_statement (tenant_id, party_kind, party_id, day, lines, quantity, owed_fen, "
                "stated_at, due_on) values ($1, 'supplier', uuidv7(), '2026-02-03', 1, 1, 1, now(), '2026-02-04') "
                "returning statement_id",
                tenant_id,
            )
            paths[tenant_id] = {f"/invoices/{invoice}", f"/settlements/{statement}"}
    return paths[shop.tenant_id], paths[stranger.tenant_id]


@pytest.fixture
async def he_jing(app, owner, shop):
    """One of the platform's own people."""
    platform = await platform_tenant(owner)
    await create_login(
        owner, tenant_id=platform, username="he.jing", password=PASSWORD, role="platform_admin"
    )
    async with client_for(app, "") as anyone:
        body = {"tenant_code": "platform", "username": "he.jing", "password": PASSWORD}
        token = (await anyone.post("/v1/sessions", json=body)).json()["token"]
    async with client_for(app, token) as person:
        yield person


@pytest.mark.parametrize("role", sorted({*ROLES} - {"platform_admin"}))
async def test_who_answers_for_an_enterprise_reads_its_books_alone(log_in, books, shop, role):
    own, foreign = books
    async with await log_in(role) as person:
        for path in ("/invoices", "/settlements", *own):
            told = await person.get(f"/v1{path}")
            if role in ("enterprise_admin", "enterprise_viewer"):
                assert told.status_code == 200, (role, path)
                assert not [of for of in foreign if of.rsplit("/", 1)[1] in told.text]
            else:
                assert slug(told) == (403, "role-needed"), (role, path)
        for path in foreign:
            assert (await person.get(f"/v1{path}")).status_code in (403, 404)
        for path in (f"/tenants/{shop.tenant_id}/invoices", "/licences", "/licences/alerts"):
            assert slug(await person.get(f"/v1/platform{path}")) == (403, "role-needed")
        body = {"reference": "x", "amount_fen": 1, "received_at": "2026-03-01T10:00:00+08:00"}
        (invoice,) = [path for path in own if path.startswith("/invoices")]
        url = f"/v1/platform/tenants/{shop.tenant_id}{invoice}/payments"
        assert slug(await person.post(url, json=body)) == (403, "role-needed")


async def test_the_platforms_people_read_every_tenants_books_and_record_payments(he_jing, books, shop, owner):
    own, _ = books
    mine = f"/v1/platform/tenants/{shop.tenant_id}"
    for path in ("/invoices", "/settlements", *own):
        assert (await he_jing.get(f"{mine}{path}")).status_code == 200, path
    (invoice,) = [path for path in own if path.startswith("/invoices")]
    body = {"reference": "x", "amount_fen": 500, "received_at": "2026-03-01T10:00:00+08:00"}
    named = await he_jing.post(f"{mine}{invoice}/payments", json=body | {"recorded_by": "li.na"})
    assert named.status_code == 422, "whoever is logged in acts in no other name"
    assert (await he_jing.post(f"{mine}{invoice}/payments", json=body)).json()["state"] == "paid"
    assert await owner.fetchval("select recorded_by from mall.invoice_payment") == "he.jing"
    assert slug(await he_jing.get("/v1/invoices")) == (403, "role-needed")


async def test_the_platforms_people_note_what_was_settled(he_jing, log_in, books, shop, owner):
    own, _ = books
    (statement,) = [path for path in own if path.startswith("/settlements")]
    url = f"/v1/platform/tenants/{shop.tenant_id}{statement}/payment"
    body = {"reference": "b-1", "settled_at": "2026-03-01T10:00:00+08:00"}
    async with await log_in("enterprise_admin") as person:
        assert slug(await person.post(url, json=body)) == (403, "role-needed")
    assert slug(await he_jing.post(url, json=body | {"recorded_by": "li.na"})) == (422, "invalid-request")
    assert (await he_jing.post(url, json=body)).status_code == 201
    assert (await he_jing.post(url, json=body)).status_code == 200
    assert await owner.fetchval("select recorded_by from mall.settlement_payment") == "he.jing"


async def test_a_key_names_who_acts(operator, client):
    assert slug(await operator.post("/v1/platform/licences", json=LICENCE)) == (422, "invalid-request")
    assert (await client.get("/v1/platform/licences")).status_code == 401


async def test_the_register_shows_every_licence_and_who_has_seen_what(he_jing, owner):
    lasting = LICENCE | {"kind": "value_added_telecom", "number": "B2-9", "expires_on": "2030-01-01"}
    for licence in (LICENCE, lasting):
        assert (await he_jing.post("/v1/platform/licences", json=licence)).status_code == 201
    first, second = (await he_jing.get("/v1/platform/licences")).json()["licences"]
    assert (first["number"], first["days_left"], first["registered_by"]) == ("W-1", 19, "he.jing")
    assert (second["number"], second["open_alert"]) == ("B2-9", None)
    assert first["open_alert"]["days_before"] == 30
    url = f"/v1/platform/licences/alerts/{first['open_alert']['alert_id']}/acknowledgement"
    assert (await he_jing.post(url, json={})).json()["acknowledged_by"] == "he.jing"
    renewal = LICENCE | {"number": "W-2", "valid_from": "2026-03-21", "expires_on": "2029-03-20"}
    assert (await he_jing.post("/v1/platform/licences", json=renewal)).status_code == 201
    shown = {one["number"]: one for one in (await he_jing.get("/v1/platform/licences")).json()["licences"]}
    assert (shown["W-1"]["is_renewed"], shown["W-1"]["open_alert"]) == (True, None)
    assert shown["W-2"]["days_left"] == 1115


async def test_what_was_written_down_wrongly_is_corrected_and_kept(he_jing, owner):
    made = (await he_jing.post("/v1/platform/licences", json=LICENCE | {"expires_on": "2030-03-20"})).json()
    url = f"/v1/platform/licences/{made['licence_id']}"
    assert (await he_jing.patch(url, json={"reason": "x"})).status_code == 422
    assert slug(await he_jing.patch(url, json={"expires_on": "2020-01-01", "reason": "x"})) == (
        422, "licence-lasts-backwards",
    )  # fmt: skip
    right = (await he_jing.patch(url, json={"expires_on": "2026-03-20", "reason": "看错年份"})).json()
    assert (right["expires_on"], right["open_alert"]["days_before"]) == ("2026-03-20", 30)
    (kept,) = right["corrections"]
    assert (kept["former_expires_on"], kept["reason"], kept["corrected_by"]) == (
        "2030-03-20", "看错年份", "he.jing",
    )  # fmt: skip
    back = (await he_jing.patch(url, json={"expires_on": "2030-03-20", "reason": "没看错"})).json()
    assert back["open_alert"] is None
    again = (await he_jing.patch(url, json={"expires_on": "2026-03-20", "reason": "还是错的"})).json()
    assert again["open_alert"]["days_before"] == 30
    assert [one["former_expires_on"] for one in again["corrections"]] == [
        "2030-03-20", "2026-03-20", "2030-03-20",
    ]  # fmt: skip
    assert slug(await he_jing.patch(f"/v1/platform/licences/{uuid4()}", json={"holder": "x", "reason": "x"})) == (
        404, "unknown-licence",
    )  # fmt: skip
    before = await owner.fetchval("select xid from export.licence")
    await he_jing.patch(url, json={"holder": "点易科技", "reason": "更名"})
    assert await owner.fetchval("select xid from export.licence") > before
