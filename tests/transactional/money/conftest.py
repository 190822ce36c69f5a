"""A tariff that the shop has confirmed."""

from datetime import datetime

import pytest

# The goods that are settled are ordered as procurement's tests order them.
from tests.transactional.procurement.conftest import deliver, move, procurement, propose
from transactional.settlement.operations import state

__all__ = ["deliver", "move", "procurement", "propose"]

LINES = [
    {"line_code": "platform", "basis": "month", "rate": 310_000, "name_zh": "平台费", "name_en": "Platform"},
    {"line_code": "order", "basis": "redemption", "rate": 50, "name_zh": "订单费", "name_en": "Orders"},
    {"line_code": "cash", "basis": "cash", "rate": 60, "name_zh": "收款费", "name_en": "Cash"},
    {"line_code": "artwork", "basis": "piece", "rate": 20_000, "name_zh": "设计", "name_en": "Artwork"},
]
TARIFF = {"reference": "2026", "valid_from": "2026-01-01", "lines": LINES, "announced_by": "wu.min"}


@pytest.fixture
async def tariff(operator) -> str:
    """An announced tariff; returns its id."""
    answer = await operator.post("/v1/platform/tariffs", json=TARIFF)
    assert answer.status_code == 201, answer.text
    return answer.json()["tariff_id"]


@pytest.fixture
async def live(owner, shop):
    """The shop is live for long, so that nothing is waived."""
    await owner.execute("update mall.tenant set live_on = '2025-11-01'")


@pytest.fixture
async def confirmed(client, tariff, live) -> str:
    """The tariff, confirmed on 1 March 2026."""
    answer = await client.post(f"/v1/tariffs/{tariff}/confirmation", json={"confirmed_by": "li.na"})
    assert answer.status_code == 200, answer.text
    return tariff


@pytest.fixture
def run(app, shop, clock):
    async def run(now: datetime | None = None):
        """State what is due at a time and return how many statements were made."""
        async with app.state.pools.committer.acquire() as connection, connection.transaction():
            return await state(connection, tenant_id=shop.tenant_id, now=now or clock())

    return run
