"""A furnished shop, and a pipeline that writes plans for it."""

import pytest

from tests.transactional.conftest import client_for
from tests.transactional.procurement.conftest import furnish
from transactional.access.operations import issue_platform_key

OLD, NEW = "20260301T020000Z-0123abcd", "20260302T020000Z-0123abcd"


@pytest.fixture
async def procurement(client, shop, owner):
    """Tea in packs of 6 and at least 12, pots by the piece, two warehouses."""
    return await furnish(client, shop, owner)


@pytest.fixture
def line(shop, procurement):
    """Return a line as the pipeline writes it: tea in the main warehouse before the Dragon Boat Festival."""

    def line(item=shop.tea, warehouse=procurement.main, quantity=24, **more):
        return {
            "occasion_id": "dragon-boat", "first_day": "2026-06-19", "last_day": "2026-06-21",
            "item_id": str(item), "warehouse_id": str(warehouse), "quantity": quantity,
            "order_by": "2026-06-01" if quantity else None, "arrives_on": "2026-06-06" if quantity else None,
            "need_date": "2026-06-08", "is_too_late": False, "wish_quantity": 30, "order_up_to": 44,
            "cuts": [{"reason": "budget", "quantity": quantity - 30}], "risk_without": 0.9, "risk_with": 0.05,
            "cost_without_fen": 9000, "cost_with_fen": 1200, "demand_mean": 40.5, "demand_q05": 22, "demand_q50": 40,
            "demand_q95": 61, "confidence": "medium", **more,
        }  # fmt: skip

    return line


@pytest.fixture
async def pipeline_key(owner):
    return await issue_platform_key(owner, scope="write_back", label="test")


@pytest.fixture
def put(app, shop, pipeline_key):
    """Write lines of a release back and return the answer."""

    async def put(*lines, release=OLD, is_last=True, query=""):
        body = {"release_id": release, "as_of_date": "2026-03-01", "is_last": is_last, "items": list(lines)}
        async with client_for(app, pipeline_key) as pipeline:
            url = f"/v1/write-back/{shop.tenant_id}/holiday-plans{query}"
            return await pipeline.put(url, json=body)

    return put


@pytest.fixture
def plans(client):
    async def plans(**params):
        return (await client.get("/v1/holiday-plans", params=params)).json()["plans"]

    return plans


@pytest.fixture
def lines_of(client):
    async def lines_of(plan_id, **params):
        return (await client.get(f"/v1/holiday-plans/{plan_id}/lines", params=params)).json()["lines"]

    return lines_of


@pytest.fixture
def edit(client):
    """Make lines, as (item, warehouse, quantity[, order_by]), something else and return the answer."""

    async def edit(plan_id, *lines, query=""):
        told = [
            {"item_id": str(item), "warehouse_id": str(warehouse), "quantity": quantity, **dict(zip(["order_by"], day, strict=False))}
            for item, warehouse, quantity, *day in lines
        ]  # fmt: skip
        url = f"/v1/holiday-plans/{plan_id}/lines{query}"
        return await client.patch(url, json={"lines": told, "edited_by": "li.na"})

    return edit


@pytest.fixture
def decide(client):
    async def decide(plan_id, decision, query=""):
        url = f"/v1/holiday-plans/{plan_id}/decision{query}"
        return await client.post(url, json={"decision": decision, "decided_by": "li.na"})

    return decide
