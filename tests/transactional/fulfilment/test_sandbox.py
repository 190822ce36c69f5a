"""The mall and the sandbox together: pushed, lost and asked for; topped up and given back."""

from random import Random

import httpx
import pytest

from tests.transactional.conftest import VAULT_KEY
from transactional.fulfilment.carriers.settings import open_carriers, read_settings
from transactional.fulfilment.sandbox.app import SandboxSettings, create_app
from transactional.settings import WorkerSettings
from transactional.top_ups.sending import refund_top_ups, send_top_ups
from transactional.top_ups.settings import open_top_ups
from transactional.worker.job import JobContext

from .conftest import HOUR

FILE = """
[tenants.acorn.sandbox]
secret = "carrier-secret"
base_url = "http://sandbox"
[tenants.acorn.top_up]
secret = "top-up-secret"
base_url = "http://sandbox"
"""


@pytest.fixture
async def sandbox(app, clock, tmp_path, database_url):
    """A tester's client, and what the worker works with; both sides call each other."""
    file = tmp_path / "fulfilment.toml"
    file.write_text(FILE)
    settings = SandboxSettings(fulfilment_file=file, sandbox_notify_url="http://mall")
    other = create_app(settings, clock, httpx.ASGITransport(app))
    async with (
        other.router.lifespan_context(other),
        httpx.AsyncClient(transport=httpx.ASGITransport(other), base_url="http://sandbox") as http,
    ):
        accounts = read_settings(file)
        app.state.carriers = open_carriers(accounts, http, clock)
        context = JobContext(
            app.state.pools, app.state.committer, clock,
            WorkerSettings(database_url=database_url, vault_key=VAULT_KEY), Random(7),
            top_ups=open_top_ups(accounts, http, clock),
        )  # fmt: skip
        yield http, context


async def test_a_parcel_goes_its_way_with_a_lost_push_in_between(
    client, shop, ordered, parcel, clock, sandbox
):
    http, _ = sandbox
    made = await parcel(redemption := await ordered())

    async def scan(kind: str, **more) -> int | None:
        clock.now += HOUR
        body = {
            "tenant": "acorn", "tenant_id": str(shop.tenant_id), "tracking_number": "SB0001", "kind": kind,
        }  # fmt: skip
        return (await http.post("/control/scans", json=body | more)).json()["pushed"]

    async def status() -> str:
        return (await client.get(f"/v1/redemptions/{redemption}")).json()["status"]

    assert await scan("collected") == 200
    assert await status() == "shipped"
    assert await scan("delivered", is_lost=True) is None
    assert await status() == "shipped"
    told = await client.post(f"/v1/shipments/{made['shipment_id']}/inquiry")
    assert told.json()["status"] == "delivered"
    assert await status() == "delivered"


async def test_top_ups_come_to_what_the_tester_wants(client, shop, sandbox):
    http, context = sandbox
    product = {"provider": "sandbox", "product_code": "PHONE-50", "changed_by": "x"}
    await client.put(f"/v1/offers/{shop.card}/top-up", json=product)
    await client.earn(shop.member, 1000, "e1")
    await http.post("/control/top-ups", json={"steps": ["work", "refuse"]})
    for key in ("r1", "r2"):
        made = (await client.redeem(shop.member, key, (shop.card, 1))).json()["redemption_id"]
        await client.post(f"/v1/redemptions/{made}/top-ups", json={"line_no": 1, "account": "13800138000"})
    assert await send_top_ups(context) == 2
    assert await refund_top_ups(context) == 1
    assert await client.available(shop.member) == 500


async def test_who_does_not_share_the_secret_is_told_nothing(sandbox):
    http, _ = sandbox
    assert (await http.post("/parcels/events", json={"tracking_number": "SB0001"})).status_code == 401
    assert (await http.post("/top-ups", json={})).status_code == 401
    assert (await http.post("/control/scans", json={})).status_code == 422
    assert (await http.get("/health")).json() == {"status": "ok"}
