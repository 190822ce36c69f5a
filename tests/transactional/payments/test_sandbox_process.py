"""The sandbox as a person starts it: two commands and a process of its own."""

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import httpx

from orchestration.cli.serve import listen
from tests.command_line import pointmart
from transactional.clock import system_clock
from transactional.payments.domain import Outcome, PaymentOrder
from transactional.payments.settings import open_providers


def free_port() -> str:
    with listen("127.0.0.1", 0) as free:
        return str(free.getsockname()[1])


async def test_two_commands_bring_up_a_sandbox_that_takes_payments(tmp_path):
    keys = tmp_path / "keys"
    port = free_port()
    made = pointmart(
        "sandbox", "keys", str(keys), "--tenant", "acorn", "--sandbox-url", f"http://127.0.0.1:{port}"
    )
    assert made.stdout.splitlines() == [
        f"POINTMART_PAYMENTS_FILE={keys}/payments.toml",
        f"POINTMART_SANDBOX_KEYS={keys}",
    ]
    process = subprocess.Popen(  # noqa: ASYNC220 - nothing else runs meanwhile
        [sys.executable, "-m", "orchestration.cli.serve", "sandbox-payments", "--port", port],
        env={**os.environ, "POINTMART_SANDBOX_KEYS": str(keys)},
    )
    try:
        async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
            await answer(client, f"http://127.0.0.1:{port}/health", process)
            providers = open_providers(keys / "payments.toml", client, system_clock)
            for name in providers.names("acorn"):
                provider = providers.of("acorn", name)
                order = PaymentOrder(
                    payment_id=uuid4(),
                    amount_fen=990,
                    description="茶",
                    expires_at=datetime.now(UTC) + timedelta(minutes=5),
                    notify_url="http://127.0.0.1:9/nobody",
                )
                link = await provider.create(order)
                assert (await client.post(link.code_url, data={"action": "pay"})).status_code == 303
                news = await provider.query(order.payment_id)
                assert (news.outcome, news.amount_fen) == (Outcome.SUCCEEDED, 990)
    finally:
        process.terminate()
        assert process.wait(20) is not None


async def answer(client: httpx.AsyncClient, url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until the process answers."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            await client.get(url)
            return
        except httpx.TransportError:
            time.sleep(0.1)  # noqa: ASYNC251 - nothing else runs meanwhile
    raise AssertionError("the sandbox does not answer")


def test_what_is_missing_is_said_in_one_sentence(tmp_path):
    nothing = ("serve", "sandbox-payments", "--port", free_port())
    occupied = tmp_path / "file"
    occupied.write_text("")
    for arguments, environment, said in (
        (nothing, {}, "POINTMART_SANDBOX_KEYS"),
        (nothing, {"POINTMART_SANDBOX_KEYS": str(tmp_path)}, "pointmart sandbox keys"),
        (("sandbox", "keys", str(occupied), "--tenant", "acorn"), {}, "cannot be written"),
        (("sandbox", "keys", str(tmp_path / "keys"), "--tenant", "A B"), {}, "by its code"),
    ):
        refused = pointmart(*arguments, **environment)
        assert refused.returncode == 1, arguments
        (line,) = refused.stderr.strip().splitlines()
        assert said in line
