"""Who may do a thing by a file may do it by a request, and nobody else: one rule for both ways, role by role."""

from uuid import uuid4

import pytest

from tests.transactional.conftest import client_for
from tests.transactional.procurement.conftest import procurement  # noqa: F401
from transactional.routing import ROUTERS
from transactional.sessions.domain import ACTING_ROLES, DECIDING_ROLES, REVIEWING_ROLES, ROLES, SERVING_ROLES
from transactional.sessions.operations import create_login

PASSWORD = "correct horse"
KEYS_ONLY = frozenset()
# Each file, the request that does what a row of it does, and the roles of people who may do both.
PAIRS = {
    "after-sales": ("POST /v1/after-sales", SERVING_ROLES),
    "after-sales-answers": ("POST /v1/after-sales/{case_id}/answers", SERVING_ROLES),
    "brand-demands": ("PUT /v1/brand-demands/{brand_id}", DECIDING_ROLES),
    "campaigns": ("POST /v1/campaigns", DECIDING_ROLES),
    "chats": ("POST /v1/chats", ACTING_ROLES),
    "compensations": ("POST /v1/compensations/{compensation_id}/settlement", SERVING_ROLES),
    "draws": ("POST /v1/draws", DECIDING_ROLES),
    "feedback": ("POST /v1/feedback", ACTING_ROLES),
    "flash-sales": ("POST /v1/flash-sales", DECIDING_ROLES),
    "fulfilment/rest-days": ("PUT /v1/fulfilment/rest-days", SERVING_ROLES),
    "member-attributes": ("PATCH /v1/members/{member_id}/attributes", KEYS_ONLY),
    "member-consents": ("POST /v1/members/{member_id}/consents", KEYS_ONLY),
    "members": ("POST /v1/members", DECIDING_ROLES),
    "opt-ins": ("POST /v1/opt-ins", DECIDING_ROLES),
    "opt-in-withdrawals": ("POST /v1/opt-ins/{item_id}/withdrawal", DECIDING_ROLES),
    # Points are money: a role that could book them could pay itself.
    "points": ("POST /v1/points/adjustments", KEYS_ONLY),
    "purchase-orders": ("POST /v1/purchase-orders", DECIDING_ROLES),
    "purchase-receipts": ("POST /v1/purchase-orders/{purchase_order_id}/receipts", DECIDING_ROLES),
    "redemption-progress": ("POST /v1/redemptions/{redemption_id}/progress", ACTING_ROLES),
    "reservations": ("POST /v1/reservations", DECIDING_ROLES),
    "reviews": ("POST /v1/reviews", ACTING_ROLES),
    "risk/blocks": ("POST /v1/risk/blocks", REVIEWING_ROLES),
    "risk/rules/proposals": ("POST /v1/risk/rules/proposals", REVIEWING_ROLES),
    "shipments": ("POST /v1/redemptions/{redemption_id}/shipments", SERVING_ROLES),
    "stock-levels": ("PUT /v1/stock-levels", KEYS_ONLY),
    "stock/corrections": ("POST /v1/stock/corrections", DECIDING_ROLES),
    "stock/relocations": ("POST /v1/stock/relocations", DECIDING_ROLES),
    "stock/thresholds": ("PUT /v1/stock/thresholds", DECIDING_ROLES),
    "supplier-documents": ("POST /v1/suppliers/{supplier_id}/documents", DECIDING_ROLES),
    "suppliers": ("POST /v1/suppliers", DECIDING_ROLES),
    "suppliers/terms": ("POST /v1/suppliers/{supplier_id}/terms", DECIDING_ROLES),
    "survey-responses": ("POST /v1/surveys/{survey_id}/responses", ACTING_ROLES),
    "tiers": ("PUT /v1/tiers", DECIDING_ROLES),
    "top-up-products": ("PUT /v1/offers/{item_id}/top-up", DECIDING_ROLES),
    "voucher-codes": ("POST /v1/offers/{item_id}/codes", DECIDING_ROLES),
    "warehouses": ("POST /v1/warehouses", DECIDING_ROLES),
}
# Of the platform, whose people and programs of scope `operate` do some of it, and its programs the rest.
OF_PLATFORM = {
    "brands": "POST /v1/platform/brands",
    "carriage/rates": "POST /v1/platform/carriage/rates",
    "invoice-payments": "POST /v1/platform/tenants/{tenant_id}/invoices/{invoice_id}/payments",
    "items": "POST /v1/platform/items",
    "licences": "POST /v1/platform/licences",
    "tariffs": "POST /v1/platform/tariffs",
    "tenants": "POST /v1/platform/tenants",
    "tenants/{tenant_id}/fees": "POST /v1/platform/tenants/{tenant_id}/fees",
    "tenants/{tenant_id}/offers": "POST /v1/platform/tenants/{tenant_id}/offers",
    "working-days": "PUT /v1/platform/working-days",
}
# What comes as a file only.
FILES_ONLY = {"/v1/platform/tenants/{tenant_id}/reconciliations/import"}
# What follows on what a file or a request began, up to its end, is for the same people.
FOLLOWING = (
    "PUT /v1/purchase-orders/{purchase_order_id}/lines",
    "POST /v1/purchase-orders/{purchase_order_id}/moves",
    "POST /v1/reservations/{reservation_id}/release",
    "POST /v1/reservations/{reservation_id}/issues",
    "PATCH /v1/warehouses/{warehouse_id}",
    "PATCH /v1/suppliers/{supplier_id}",
    "POST /v1/suppliers/{supplier_id}/terms/{terms_id}/end",
)


def rules():
    """Return by route the dependencies that tell who may."""

    def asked(dependant):
        for one in dependant.dependencies:
            if one.call.__class__.__name__ != "HTTPBearer":
                yield one.call
            yield from asked(one)

    return {
        f"{method} {route.path}": list(asked(route.dependant))
        for router in ROUTERS
        for route in router.routes
        for method in route.methods
    }


def test_every_file_has_the_rule_of_the_request_that_does_the_same():
    known = rules()
    files = {route.split(" ")[1] for route in known if route.endswith("/import")}
    twins = {f"/v1/{name}/import": route for name, (route, _) in PAIRS.items()}
    twins |= {f"/v1/platform/{name}/import": route for name, route in OF_PLATFORM.items()}
    assert files == {*twins, *FILES_ONLY}
    for path, request in twins.items():
        assert known[f"POST {path}"] == known[request] != [], (path, request)


@pytest.fixture
def log_in(app, owner, shop):
    """Make a login of a role and return a client with its session."""

    async def log_in(username, role):
        await create_login(owner, tenant_id=shop.tenant_id, username=username, password=PASSWORD, role=role)
        async with client_for(app, "") as anyone:
            body = {"tenant_code": "acorn", "username": username, "password": PASSWORD}
            token = (await anyone.post("/v1/sessions", json=body)).json()["token"]
        return client_for(app, token)

    return log_in


# The platform's own people have no shop: sessions/test_desks.py.
@pytest.mark.parametrize("role", [role for role in ROLES if role != "platform_admin"])
async def test_each_role_may_do_by_request_what_it_may_by_file(log_in, shop, role):
    followed = [(route, DECIDING_ROLES) for route in FOLLOWING]
    files = [(f"POST /v1/{name}/import", roles) for name, (_, roles) in PAIRS.items()]
    async with await log_in("li.na", role) as person:
        for route, roles in [*PAIRS.values(), *files, *followed]:
            method, path = route.split(" ")
            # What is sent is wrong, so that only who may hears of that; what is not there is not found.
            sent = {"content": b""} if path.endswith("/import") else {"json": {"no-such-field": 1}}
            url = "/".join(str(uuid4()) if part.startswith("{") else part for part in path.split("/"))
            answer = await person.request(method, url, **sent)
            slug = answer.json()["type"].rsplit(":", 1)[-1]
            expected = "role-needed" if roles else "unauthenticated"
            if role in roles:
                assert answer.status_code in (404, 422), (route, answer.text)
            else:
                assert slug == expected, (route, answer.text)


async def test_what_a_person_does_by_request_bears_their_name(log_in, shop, procurement, client):  # noqa: F811
    lines = [{"item_id": str(shop.tea), "quantity": 12}]
    order = {"reference": "po-1", "supplier_id": str(procurement.supplier), "lines": lines}
    assert (await client.post("/v1/purchase-orders", json=order)).status_code == 422
    async with await log_in("wu.yue", "planner") as person:
        other = await person.post("/v1/purchase-orders", json=order | {"created_by": "li.na"})
        assert (other.status_code, other.json()["detail"].split(":")[0]) == (422, "created_by")
        made = await person.post("/v1/purchase-orders", json=order)
        assert (made.status_code, made.json()["created_by"]) == (201, "wu.yue"), made.text
        url = f"/v1/purchase-orders/{made.json()['purchase_order_id']}"
        for move in ("approve", "order"):
            moved = await person.post(f"{url}/moves", json={"move": move})
            assert moved.status_code == 200, moved.text
        received = {"reference": "dn-1", "batches": [{"line_no": 1, "quantity": 12}]}
        got = await person.post(f"{url}/receipts", json=received)
        assert (got.status_code, got.json()["status"]) == (201, "received"), got.text
        assert {one["moved_by"] for one in got.json()["moves"]} == {"wu.yue"}
        until = {"purpose": "bulk_order", "expires_at": "2026-04-01T00:00:00+08:00"}
        kept = {"reference": "v-1", "item_id": str(shop.tea), "quantity": 2, **until}
        assert (await person.post("/v1/reservations", json=kept)).json()["reserved_by"] == "wu.yue"
        opted = await person.post(f"/v1/opt-ins/{shop.pot}/withdrawal", json={})
        assert opted.status_code == 204
    told = await client.get("/v1/opt-ins", params={"item_id": str(shop.pot), "with_withdrawn": True})
    assert told.json()["opt_ins"][0]["withdrawn_by"] == "wu.yue"
