"""The same keys sent to two server processes at once: one redemption each, and one answer."""

import asyncio
import secrets

import httpx

from orchestration.cli.bench.identities import ITEM, MEMBER, identifier
from orchestration.cli.bench.plan import Plan

PAIRS = 300
_AT_ONCE = 32


async def send_twins(ports: list[int], key: str, plan: Plan) -> tuple[int, list[str]]:
    """Send `PAIRS` requests to both servers at the same time.

    Returns:
        How many redemptions were acknowledged, and what is wrong, in words.
    """
    first, second = (f"http://127.0.0.1:{port}/v1/redemptions" for port in ports)
    wrong: list[str] = []
    acknowledged = 0
    turn = asyncio.Semaphore(_AT_ONCE)
    headers = {"Authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(headers=headers, timeout=60, trust_env=False) as client:

        async def send(number: int) -> None:
            body = {
                "member_id": identifier(MEMBER, 1 + number % plan.members),
                "lines": [{"item_id": identifier(ITEM, 1 + number % plan.items), "quantity": 1}],
            }
            once = {"Idempotency-Key": secrets.token_urlsafe(24)}
            async with turn:
                answers = await asyncio.gather(
                    client.post(first, json=body, headers=once), client.post(second, json=body, headers=once)
                )
            one, other = answers
            nonlocal acknowledged
            acknowledged += one.status_code == 201
            # A rule may refuse a member who asks too often; that too is one answer, given twice.
            if one.status_code != other.status_code or one.status_code not in (201, 403):
                wrong.append(
                    f"twins were answered {one.status_code} and {other.status_code}: {other.text[:200]}"
                )
            elif one.content != other.content:
                wrong.append("twins were given two answers")
            elif sum("idempotent-replayed" in answer.headers for answer in answers) != 1:
                wrong.append("neither or both of two twins were marked as replayed")

        await asyncio.gather(*(send(number) for number in range(PAIRS)))
    return acknowledged, wrong
