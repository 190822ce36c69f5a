"""A supplier with every gate before it, and shorthands for the acts at them."""

from dataclasses import dataclass
from uuid import UUID

import pytest

KINDS = ("business_licence", "brand_authorisation", "quality_report")
TERMS = {
    "lead_time_days": 5, "worst_lead_time_days": 9, "unit_cost_fen": 150, "valid_from": "2026-01-01",
    "over_receipt_percent": 10,
}  # fmt: skip


@dataclass
class Gates:
    """One supplier's gates by HTTP."""

    client: object
    supplier: UUID
    brand: UUID

    @property
    def url(self) -> str:
        return f"/v1/suppliers/{self.supplier}"

    async def act(self, path: str, **body):
        return await self.client.post(f"{self.url}/{path}", json=body)

    async def hand_in(self, kind="business_licence", number="n-1", *, until="2026-12-31", **more):
        of_brand = {"brand_id": str(self.brand), "level": 1} if kind == "brand_authorisation" else {}
        body = {
            "kind": kind, "number": number, "issued_on": "2026-01-01", "expires_on": until, "handed_in_by": "chen",
            "file_url": "https://files.example.com/1.pdf", "file_sha256": "a" * 64, **of_brand, **more,
        }  # fmt: skip
        return await self.client.post(f"{self.url}/documents", json=body)

    async def verified(self, kind="business_licence", number="n-1", **more) -> str:
        """Hand a document in and verify it; return its id."""
        made = await self.hand_in(kind, number, **more)
        assert made.status_code == 201, made.text
        document = made.json()["document_id"]
        answer = await self.act(f"documents/{document}/verification", verified_by="li.na")
        assert answer.status_code == 200, answer.text
        return document

    async def sample(self, reference="s-1", result="passed", **more):
        body = {
            "reference": reference,
            "result": result,
            "score": 90,
            "tested_on": "2026-02-20",
            "noted_by": "wu",
        }
        return await self.act("samples", **body | more)

    async def dossier(self) -> dict:
        answer = await self.client.get(f"{self.url}/dossier")
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def standing(self) -> str:
        told = await self.dossier()
        (listed,) = [
            one for one in (await self.client.get("/v1/suppliers")).json()["suppliers"]
            if one["supplier_id"] == str(self.supplier)
        ]  # fmt: skip
        assert listed["status"] == told["status"]
        return told["status"]


@pytest.fixture
async def brand(owner) -> UUID:
    return await owner.fetchval(
        "insert into mall.brand (code, name_zh, name_en, is_known) values ('leaf', '叶', 'Leaf', true) returning brand_id"
    )


@pytest.fixture
async def gates(client, shop, owner, brand) -> Gates:
    """A supplier of tea and pots that has nothing yet, a warehouse and a planner."""
    await owner.execute(
        "insert into mall.login (tenant_id, username, password_hash, role) values ($1, 'li.na', 'x', 'planner')",
        shop.tenant_id,
    )
    await client.post("/v1/warehouses", json={"code": "main", "name": "总仓", "region": "华东"})
    made = (await client.post("/v1/suppliers", json={"code": "leaf", "name": "叶茂"})).json()
    for item in (shop.tea, shop.pot):
        answer = await client.post(
            f"/v1/suppliers/{made['supplier_id']}/terms", json={"item_id": str(item), **TERMS}
        )
        assert answer.status_code == 201, answer.text
    return Gates(client, UUID(made["supplier_id"]), brand)


@pytest.fixture
def order(client, gates, shop):
    """Propose an order of tea from the supplier and return the answer."""

    async def order(quantity: int, reference: str = "po-1", item: UUID = shop.tea):
        body = {
            "reference": reference, "supplier_id": str(gates.supplier), "created_by": "wang",
            "lines": [{"item_id": str(item), "quantity": quantity}],
        }  # fmt: skip
        return await client.post("/v1/purchase-orders", json=body)

    return order


@pytest.fixture
def place(client, order):
    """Propose, approve and place an order; return its id."""

    async def place(quantity: int, reference: str = "po-1", **more) -> str:
        made = await order(quantity, reference, **more)
        assert made.status_code == 201, made.text
        order_id = made.json()["purchase_order_id"]
        for move in ("approve", "order"):
            answer = await client.post(
                f"/v1/purchase-orders/{order_id}/moves", json={"move": move, "by": "li.na"}
            )
            assert answer.status_code == 200, answer.text
        return order_id

    return place


@pytest.fixture
def deliver(client):
    async def deliver(order_id: str, quantity: int, reference: str = "dn-1") -> None:
        body = {
            "reference": reference,
            "received_by": "zhao",
            "batches": [{"line_no": 1, "quantity": quantity}],
        }
        answer = await client.post(f"/v1/purchase-orders/{order_id}/receipts", json=body)
        assert answer.status_code == 201, answer.text

    return deliver
