"""A reference names one thing, whether a request or a file told it first, whoever told it, and however a time is written."""

import base64

import pytest

from tests.transactional.procurement.conftest import move, procurement, propose
from transactional.app import create_app
from transactional.settings import TransactionalSettings

__all__ = ["move", "procurement", "propose"]

# The same moment as a program and as a file writes it.
IN_UTC, AT_HOME = "2026-03-31T16:00:00Z", "2026-04-01T00:00:00+08:00"
BEGIN_UTC, BEGIN_AT_HOME = "2026-03-02T16:00:00Z", "2026-03-03T00:00:00+08:00"


@pytest.fixture
async def app(database_url, shop, clock):
    """The service with a vault, which draws need."""
    key = base64.b64encode(bytes(range(32))).decode()
    app = create_app(
        TransactionalSettings(database_url=database_url, session_secret="s" * 32, vault_key=key), clock
    )
    async with app.router.lifespan_context(app):
        yield app


def orders(reference, shop, there, order):
    lines = [
        {"item_id": str(shop.tea), "quantity": 12},
        {"item_id": str(shop.pot), "quantity": 2, "warehouse_id": str(there.south)},
    ]
    body = {
        "reference": reference, "supplier_id": str(there.supplier), "order_by": "2026-03-20",
        "created_by": "key", "lines": lines,
    }  # fmt: skip
    file = (
        "reference,supplier_code,item_code,quantity,warehouse_code,order_by\n"
        f"{reference},leaf,acorn-tea,12,,2026-03-20\n{reference},leaf,acorn-pot,2,south,2026-03-20\n"
    )
    return "/v1/purchase-orders", body, "/v1/purchase-orders", file, {"order_by": "2026-03-21"}


def receipts(reference, shop, there, order):
    body = {
        "reference": reference, "received_by": "key", "received_at": "2026-03-01T04:00:00Z",
        "batches": [{"line_no": 1, "quantity": 6}],
    }  # fmt: skip
    file = (
        "order_reference,reference,item_code,quantity,received_at\n"
        f"po-1,{reference},acorn-tea,6,2026-03-01T12:00:00+08:00\n"
    )
    other = {"batches": [{"line_no": 1, "quantity": 5}]}
    return f"/v1/purchase-orders/{order}/receipts", body, "/v1/purchase-receipts", file, other


def relocations(reference, shop, there, order):
    body = {
        "reference": reference, "item_id": str(shop.tea), "from_warehouse_id": str(there.main),
        "to_warehouse_id": str(there.south), "quantity": 2,
    }  # fmt: skip
    file = f"reference,item_code,from_warehouse,to_warehouse,quantity\n{reference},acorn-tea,main,south,2\n"
    return "/v1/stock/relocations", body, "/v1/stock/relocations", file, {"quantity": 1}


def corrections(reference, shop, there, order):
    body = {
        "reference": reference, "item_id": str(shop.tea), "warehouse_id": str(there.main), "quantity": -1,
        "kind": "damage", "reason": "受潮", "corrected_by": "key",
    }  # fmt: skip
    file = f"reference,warehouse_code,item_code,quantity,kind,reason\n{reference},main,acorn-tea,-1,damage,受潮\n"
    return "/v1/stock/corrections", body, "/v1/stock/corrections", file, {"quantity": -2}


def reservations(reference, shop, there, order):
    body = {
        "reference": reference, "item_id": str(shop.tea), "purpose": "bulk_order", "quantity": 2,
        "expires_at": IN_UTC, "reserved_by": "key",
    }  # fmt: skip
    file = f"reference,item_code,purpose,quantity,expires_at\n{reference},acorn-tea,bulk_order,2,{AT_HOME}\n"
    return "/v1/reservations", body, "/v1/reservations", file, {"quantity": 3}


def draws(reference, shop, there, order):
    body = {
        "reference": reference, "name": "抽奖", "ticket_points": 20, "starts_at": BEGIN_UTC, "ends_at": IN_UTC,
        "max_tickets": 10, "prizes": [{"item_id": str(shop.tea), "quantity": 1, "value_fen": 1500}],
    }  # fmt: skip
    file = (
        "reference,name,ticket_points,starts_at,ends_at,max_tickets,item_code,quantity,value_fen\n"
        f"{reference},抽奖,20,{BEGIN_AT_HOME},{AT_HOME},10,acorn-tea,1,1500\n"
    )
    return "/v1/draws", body, "/v1/draws", file, {"ticket_points": 21}


def flash_sales(reference, shop, there, order):
    body = {
        "reference": reference, "item_id": str(shop.tea), "price_points": 60, "starts_at": BEGIN_UTC,
        "ends_at": IN_UTC, "allotted": 2,
    }  # fmt: skip
    file = (
        "reference,item_code,price_points,starts_at,ends_at,allotted\n"
        f"{reference},acorn-tea,60,{BEGIN_AT_HOME},{AT_HOME},2\n"
    )
    return "/v1/flash-sales", body, "/v1/flash-sales", file, {"price_points": 61}


def campaigns(reference, shop, there, order):
    body = {
        "reference": reference, "kind": "festival", "name_zh": "节", "name_en": "Feast", "starts_at": BEGIN_UTC,
        "ends_at": IN_UTC, "budget_points": 500, "items": [{"item_id": str(shop.tea), "price_points": 80}], "created_by": "key",
    }  # fmt: skip
    file = (
        "reference,kind,name_zh,name_en,starts_at,ends_at,budget_points,items\n"
        f"{reference},festival,节,Feast,{BEGIN_AT_HOME},{AT_HOME},500,acorn-tea=80\n"
    )
    return "/v1/campaigns", body, "/v1/campaigns", file, {"name_en": "Other"}


def documents(reference, shop, there, order):
    body = {
        "kind": "quality_report", "number": reference, "issued_on": "2026-01-01", "expires_on": "2026-12-31",
        "file_url": "https://files.example.com/q.pdf", "file_sha256": "0" * 64, "handed_in_by": "key",
    }  # fmt: skip
    file = (
        "supplier_code,kind,number,issued_on,expires_on,file_url,file_sha256\n"
        f"leaf,quality_report,{reference},2026-01-01,2026-12-31,https://files.example.com/q.pdf,{'0' * 64}\n"
    )
    url = f"/v1/suppliers/{there.supplier}/documents"
    return url, body, "/v1/supplier-documents", file, {"expires_on": "2026-12-30"}


KINDS = (
    orders, receipts, relocations, corrections, reservations, draws, flash_sales, campaigns, documents,
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
async def test_what_was_told_one_way_is_known_the_other_way(client, shop, procurement, propose, move, kind):
    order = (await propose((shop.tea, 24))).json()["purchase_order_id"]
    assert (await move(order, "approve", "order")).status_code == 200
    url, body, path, file, other = kind("r-1", shop, procurement, order)
    made = await client.post(url, json=body)
    assert made.status_code == 201, made.text
    again = await client.post(f"{path}/import?imported_by=zhao", content=file.encode())
    assert (again.status_code, again.json().get("new")) == (200, 0), again.text

    url, body, path, file, other = kind("r-2", shop, procurement, order)
    new = await client.post(f"{path}/import?imported_by=zhao", content=file.encode())
    assert (new.status_code, new.json().get("new")) == (200, file.count("\n") - 1), new.text
    again = await client.post(url, json=body)
    assert again.status_code == 200, again.text
    assert (await client.post(url, json=body | other)).status_code == 409


async def test_an_opt_in_and_its_withdrawal_are_known_the_other_way(client, shop):
    file = f"item_id\n{shop.pot}\n".encode()
    by = "?imported_by=zhao"
    gone = await client.post(f"/v1/opt-ins/{shop.pot}/withdrawal", json={"withdrawn_by": "key"})
    assert gone.status_code == 204
    assert (await client.post(f"/v1/opt-in-withdrawals/import{by}", content=file)).json()["new"] == 0
    again = await client.post("/v1/opt-ins", json={"item_id": str(shop.pot), "opted_in_by": "key"})
    assert again.status_code == 201
    assert (await client.post(f"/v1/opt-ins/import{by}", content=file)).json()["new"] == 0


TARIFF_LINE = {
    "line_code": "order",
    "basis": "redemption",
    "rate": 50,
    "name_zh": "订单费",
    "name_en": "Orders",
}
TARIFF = {"reference": "t-1", "valid_from": "2026-01-01", "lines": [TARIFF_LINE], "announced_by": "wu.min"}


async def test_a_tariff_is_known_the_other_way(operator):
    path = "/v1/platform/tariffs"
    file = "line_code,basis,rate,name_zh,name_en\norder,redemption,50,订单费,Orders\n".encode()
    query = "?valid_from=2026-01-01&announced_by=he.jing&reference="
    assert (await operator.post(path, json=TARIFF)).status_code == 201
    assert (await operator.post(f"{path}/import{query}t-1", content=file)).status_code == 200
    query = query.replace("2026-01-01", "2026-02-01")
    assert (await operator.post(f"{path}/import{query}t-2", content=file)).status_code in (200, 201)
    later = TARIFF | {"reference": "t-2", "valid_from": "2026-02-01"}
    assert (await operator.post(path, json=later)).status_code == 200
    assert (await operator.post(path, json=later | {"valid_from": "2026-03-01"})).status_code == 409


APPLICATION = {
    "name": "白鹭", "industry": "bank", "qualification_number": "9111", "qualification_expires_on": "2030-01-01",
}  # fmt: skip


async def test_an_application_is_known_the_other_way(operator):
    path = "/v1/platform/tenants"
    file = "code,name,industry,qualification_number,qualification_expires_on\n{},白鹭,bank,9111,2030-01-01\n"
    body = APPLICATION | {"code": "heron", "applied_by": "wu.min"}
    assert (await operator.post(path, json=body)).status_code == 201
    again = await operator.post(f"{path}/import?applied_by=he.jing", content=file.format("heron").encode())
    assert (again.status_code, again.json()["tenants"][0]["api_key"]) == (200, None), again.text
    new = await operator.post(f"{path}/import?applied_by=he.jing", content=file.format("egret").encode())
    assert new.json()["tenants"][0]["api_key"], new.text
    assert (await operator.post(path, json=body | {"code": "egret"})).status_code == 200
    assert (await operator.post(path, json=body | {"name": "别家"})).status_code == 409
