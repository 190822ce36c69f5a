"""The acceptance kit listens as a buyer's system would: pushed redemptions are compared, and missed if they do not come."""

import asyncio
import socket
from dataclasses import replace

import httpx
import pytest

from orchestration.cli.acceptance import accuracy
from orchestration.cli.acceptance.listening import NotListening
from orchestration.cli.acceptance.run import Webhook, run_kit
from tests.transactional.tenants.kit import PLAN, tenant_in_test_mode


@pytest.fixture
async def heron(operator, owner, clock):
    return await tenant_in_test_mode(operator, owner, clock)


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


async def measured(app, key, clock, port=None):
    port = port or free_port()
    headers = {"Authorization": f"Bearer {key}"}
    webhook = Webhook(f"http://127.0.0.1:{port}/hook", port)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://mall", headers=headers
    ) as client:
        return await run_kit(
            client,
            tenant="heron",
            url="http://mall",
            plan=replace(PLAN, seconds=0.3),
            clock=clock,
            webhook=webhook,
        )


async def delivering(courier):
    while True:
        await courier.deliver()
        await asyncio.sleep(0.1)


def failed(result):
    return {measure.measure for measure in result.measures if not measure.is_met}


async def test_what_is_pushed_is_compared(app, heron, clock, courier, owner):
    carrying = asyncio.create_task(delivering(courier))
    try:
        result = await measured(app, heron, clock)
    finally:
        carrying.cancel()
    assert (failed(result), result.differences) == (set(), ())
    assert {"webhooks_missing", "webhook_fields_wrong"} <= {measure.measure for measure in result.measures}
    assert await owner.fetchval("select count(*) from mall.webhook_endpoint") == 0


async def test_what_is_pushed_otherwise_is_found(app, heron, clock, courier, owner):
    # As if whoever pushes read another amount than the ledger has.
    await owner.execute(
        "create function public.falsify() returns trigger language plpgsql as $$ begin "
        "new.payload := jsonb_set(new.payload, '{points}', '1'); return new; end $$; "
        "create trigger falsify before insert on mall.webhook_delivery for each row execute function public.falsify()"
    )
    carrying = asyncio.create_task(delivering(courier))
    try:
        result = await measured(app, heron, clock)
    finally:
        carrying.cancel()
    assert failed(result) == {"webhook_fields_wrong"}
    assert any("as it was pushed: points is 1" in line for line in result.differences), result.differences


async def test_what_is_not_pushed_is_missed(app, heron, clock, monkeypatch):
    monkeypatch.setattr(accuracy, "_PUSHED_WITHIN", 0.2)
    result = await measured(app, heron, clock)
    assert failed(result) == {"webhooks_missing"}


async def test_a_port_that_is_taken_is_told(app, heron, clock):
    with socket.create_server(("", 0)) as taken, pytest.raises(NotListening, match="cannot be listened on"):
        await measured(app, heron, clock, port=taken.getsockname()[1])
