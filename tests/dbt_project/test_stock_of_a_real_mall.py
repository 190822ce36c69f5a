"""Stock through the day as the engine moved it: sales, draws, refusals, cancellations and refunds of some days."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from orchestration.landing.land import land
from orchestration.settings import DataFolder
from tests.dbt_project.small_warehouse import Build, run_build
from tests.transactional.conftest import VAULT_KEY, app, client, clock, owner, shop
from transactional.draws.jobs import draw_jobs
from transactional.settings import TransactionalSettings
from transactional.worker.job import JobContext

__all__ = ["app", "client", "clock", "owner", "shop"]

DAY = timedelta(days=1)
MODELS = (
    "stg_stock", "stg_redemption_lines", "stg_quarantined_rows", "fct_item_stock_daily", "fct_item_demand_daily",
    "fct_campaign_effect", "fct_redemption_lines", "fct_refusals",
)  # fmt: skip


@pytest.fixture
def warehouse(data_dir: Path, database_url: str, artefacts: Path):
    """Lands and builds the marts about items, and runs the tests about them."""
    folder = DataFolder(data_dir)
    folder.create()

    def build() -> Build:
        land(folder, database_url, datetime(2026, 5, 1, tzinfo=UTC))
        selected = ("--select", *(f"+{model}" for model in MODELS), "--indirect-selection", "cautious")
        return run_build(folder.root, artefacts, *selected, "--exclude-resource-type", "unit_test")

    return build


async def test_stock_follows_sales_draws_cancellations_and_refunds(
    client, shop, owner, app, clock, database_url, warehouse
) -> None:
    settings = TransactionalSettings(database_url=database_url, session_secret="s" * 32, vault_key=VAULT_KEY)
    jobs = draw_jobs(settings)

    async def redeem(key, member, item, quantity, **more):
        lines = [{"item_id": str(item), "quantity": quantity}]
        body = {"member_id": str(member), "lines": lines, **more}
        return await client.post("/v1/redemptions", json=body, headers={"Idempotency-Key": key})

    await owner.execute("update mall.program set cash_points = 100, cash_fen = 1000")
    for member in (shop.member, shop.other_member):
        await client.earn(member, 3000, f"e-{member}")

    # 1 March: six of ten teas go into a sale, the shelf's four are redeemed, and nobody gets a fifth.
    sale = (
        await client.post(
            "/v1/flash-sales",
            json={
                "reference": "s", "item_id": str(shop.tea), "price_points": 40, "allotted": 6, "member_limit": 3,
                "starts_at": clock.now.isoformat(), "ends_at": (clock.now + 3 * DAY).isoformat(),
            },
        )
    ).json()["sale_id"]  # fmt: skip
    assert (await redeem("r1", shop.member, shop.tea, 4)).status_code == 201
    assert (await redeem("r2", shop.other_member, shop.tea, 1)).status_code == 409
    waiting = {"flash_sale_id": sale, "cash": {"provider": "wechat", "points": 20}}
    first = (await redeem("r3", shop.member, shop.tea, 2, **waiting)).json()["redemption_id"]
    bought = (await redeem("r4", shop.other_member, shop.tea, 1, flash_sale_id=sale)).json()["redemption_id"]

    # 2 March: the sale gets two back, the shelf one, and a draw opens with a card.
    clock.now += DAY
    assert (await client.change(first, "cancellation", "c1", reason="no money")).status_code == 200
    refund = await client.change(bought, "refunds", "f1", reason="broken box", restock=True)
    assert refund.status_code == 200, refund.text
    second = (await redeem("r5", shop.member, shop.tea, 1, **waiting)).json()["redemption_id"]
    draw = await client.post(
        "/v1/draws",
        json={
            "reference": "d", "name": "春季抽奖", "ticket_points": 20, "max_tickets": 5, "member_limit": 5,
            "starts_at": clock.now.isoformat(), "ends_at": (clock.now + DAY).isoformat(),
            "prizes": [{"item_id": str(shop.card), "quantity": 1, "value_fen": 10_000}],
        },
    )  # fmt: skip
    clock.now += timedelta(hours=1)
    ticket = await client.post(
        f"/v1/draws/{draw.json()['draw_id']}/tickets",
        json={"member_id": str(shop.member), "context": {}},
        headers={"Idempotency-Key": "t1"},
    )
    assert ticket.status_code == 201, ticket.text

    # 3 March: the sale is closed with four left, one of its pieces comes back to the shelf, the draw is over.
    clock.now += DAY
    assert (await client.post(f"/v1/flash-sales/{sale}/close")).status_code == 200
    clock.now += timedelta(hours=1)
    assert (await client.change(second, "cancellation", "c2", reason="no money")).status_code == 200
    for job in jobs * 2:
        await job.run(JobContext(app.state.pools, app.state.committer, clock, settings, Random(1)))
    # 4 March: the pot is taken, which ends the trading days.
    clock.now += DAY
    assert (await redeem("r6", shop.member, shop.pot, 1)).status_code == 201

    built = warehouse()
    assert built.names("error") | built.names("fail") == set()
    assert built.names("pass") >= {
        "flash_sales_lack_what_was_taken_from_them",
        "item_demand_agrees_with_item_stock",
        "item_stock_ends_with_what_is_on_the_shelf",
        "item_stock_holds_every_line_and_refusal",
        "stock_is_movements_less_lines",
    }

    def days(item):
        return built.rows(
            "select date, issued_quantity, returned_quantity, closing_quantity, closing_sellable_quantity, "
            "  lowest_sellable_quantity, is_stocked_out, refused_quantity "
            f"from marts.fct_item_stock_daily where item_id = '{item}' and date >= '2026-03-01' order by date"
        )

    assert days(shop.tea) == [
        (date(2026, 3, 1), 7, 0, 3, 0, 0, True, 1),
        (date(2026, 3, 2), 1, 3, 5, 1, 0, True, 0),
        (date(2026, 3, 3), 0, 1, 6, 6, 1, False, 0),
        (date(2026, 3, 4), 0, 0, 6, 6, 6, False, 0),
    ]
    assert days(shop.card) == [
        (date(2026, 3, 1), 0, 0, 5, 5, 5, False, 0),
        (date(2026, 3, 2), 0, 0, 5, 5, 5, False, 0),
        (date(2026, 3, 3), 1, 0, 4, 4, 4, False, 0),
        (date(2026, 3, 4), 0, 0, 4, 4, 4, False, 0),
    ]
    assert days(shop.pot)[-1] == (date(2026, 3, 4), 1, 0, 0, 0, 0, True, 0)
    shelf = await owner.fetch(
        "select item_id, on_hand, allotted from mall.stock where on_hand > 0 order by 1"
    )
    assert {row["item_id"]: (row["on_hand"], row["allotted"]) for row in shelf} == {
        shop.tea: (6, 0), shop.card: (4, 0), shop.past: (5, 0),
    }  # fmt: skip
    assert built.rows("select sale_quantity, sale_points, redeemer_count from marts.fct_campaign_effect") == [
        (1, 40, 1)
    ]
