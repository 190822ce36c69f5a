"""What the acceptance kit is tried with: a small plan, and a tenant in test mode."""

from orchestration.cli.acceptance.measures import Plan
from transactional.catalogue.operations import (
    NewItem,
    NewOffer,
    StockReceipt,
    add_items,
    add_offers,
    receive_stock,
)

# Thresholds of a slow machine: what is tested is what the kit finds, not how fast this one is.
PLAN = Plan(members=10, redemptions=3, connections=6, seconds=1.5, min_rate=0, max_p95_ms=60_000, seed=7)


async def tenant_in_test_mode(operator, owner, clock) -> str:
    """A tenant whose points can be spent after a week, with a card in stock: its key."""
    applied = await operator.post(
        "/v1/platform/tenants",
        json={
            "code": "heron", "name": "白鹭航空", "industry": "airline", "qualification_number": "9111",
            "applied_by": "wu.min", "qualification_expires_on": "2030-01-01",
        },
    )  # fmt: skip
    told = applied.json()
    card = (await add_items(owner, [NewItem("card", "卡", "rights", "virtual", "quality")]))["card"]
    offer = NewOffer(card, 100, "instant", clock.now, clock.now, None)
    await add_offers(owner, tenant_id=told["tenant_id"], offers=[offer])
    await receive_stock(
        owner, tenant_id=told["tenant_id"], receipts=[StockReceipt(card, 40, "opening", clock.now)]
    )
    return told["api_key"]
