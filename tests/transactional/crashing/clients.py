"""Clients that want to know what became of each of their requests, whatever dies in between."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any
from uuid import UUID

import httpx

from tests.transactional.conftest import Shop

PATIENCE_SECONDS = 120


@dataclass
class Journal:
    """What the clients were told.

    Attributes:
        told: by key, the status and body of its answer.
        points: by member, what their points have become by the answers.
    """

    told: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)
    points: Counter[UUID] = field(default_factory=Counter)
    lost: int = 0
    learned_by_key: int = 0
    sent_again: int = 0


class Client:
    """One client of the tenant, with a redemption or a hold at a time.

    Attributes:
        members: on whose behalf it asks; other clients ask for them too.
    """

    def __init__(
        self, number: int, urls: Sequence[str], shop: Shop, members: Sequence[UUID], journal: Journal
    ) -> None:
        self._name, self._urls, self._shop, self._members = f"c{number}", urls, shop, members
        self._journal, self._chance, self._sent = journal, Random(number), 0
        self._orders: list[tuple[str, UUID, str]] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Ask for one thing after another; at the end, what was begun is brought to its end."""
        async with httpx.AsyncClient(
            trust_env=False, timeout=10, headers={"Authorization": f"Bearer {self._shop.key}"}
        ) as self._http:
            while not stop.is_set():
                act = self._chance.choices(
                    [self._redeem, self._undo, self._hold, self._earn], weights=[6, 2, 1, 1]
                )[0]
                await act(self._chance.choice(self._members))

    async def _earn(self, member: UUID) -> None:
        status, body = await self._know("/v1/points/earn", {"member_id": str(member), "points": 500})
        assert status == 201, body
        self._journal.points[member] += 500

    async def _redeem(self, member: UUID) -> None:
        item = self._chance.choice([self._shop.tea, self._shop.tea, self._shop.pot, self._shop.card])
        lines = [{"item_id": str(item), "quantity": self._chance.choice([1, 1, 2])}]
        if self._chance.random() < 0.3:
            lines.append({"item_id": str(self._shop.tea), "quantity": 1})
        status, body = await self._know("/v1/redemptions", {"member_id": str(member), "lines": lines})
        if status == 201:
            self._journal.points[member] -= body["points"]
            self._orders.append((body["redemption_id"], member, body["status"]))
        else:
            assert status == 409, body

    async def _undo(self, member: UUID) -> None:
        """Cancel or refund a redemption of this client, now and then one that is undone already."""
        if not self._orders:
            return
        redemption_id, member, was = self._chance.choice(self._orders)
        what = "cancellation" if was == "allocated" and self._chance.random() < 0.5 else "refunds"
        more = {}
        if what == "refunds" and self._chance.random() < 0.7:
            more = {"lines": [{"line_no": 1, "quantity": 1}], "restock": True}
        status, body = await self._know(
            f"/v1/redemptions/{redemption_id}/{what}", {"reason": "crash", **more}
        )
        if status == 200:
            back = body["points"] if what == "cancellation" else body["returned_points"]
            self._journal.points[member] += back
        else:
            assert status == 409, body

    async def _hold(self, member: UUID) -> None:
        status, body = await self._know(
            "/v1/holds", {"member_id": str(member), "points": 90, "expires_in_seconds": 600}
        )
        if status == 409:
            return
        assert status == 201, body
        url = f"/v1/holds/{body['hold_id']}"
        if self._chance.random() < 0.5:
            status, body = await self._know(f"{url}/capture", {"points": self._chance.randint(1, 90)})
            assert status == 200, body
            self._journal.points[member] -= body["captured_points"]
        else:
            status, body = await self._know(f"{url}/release", {})
            assert status == 200, body

    async def _know(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Send a request with a key of its own until it is known what became of it."""
        self._sent += 1
        key = f"{self._name}-{self._sent}"
        async with asyncio.timeout(PATIENCE_SECONDS):
            ask_first = 0.0
            while (answer := await self._try(path, body, key, ask_first)) is None:
                self._journal.lost += 1
                ask_first = 0.5
                await asyncio.sleep(self._chance.uniform(0.02, 0.2))
        self._journal.told[key] = (answer.status_code, answer.json())
        if self._chance.random() < 0.05:
            # A client that has its answer and asks again gets the same one.
            again = await self._try(path, body, key)
            if again is not None:
                self._journal.sent_again += 1
                assert again.headers.get("idempotent-replayed") == "true"
                assert (again.status_code, again.json()) == self._journal.told[key]
        return self._journal.told[key]

    async def _try(
        self, path: str, body: dict[str, Any], key: str, ask_first: float = 0
    ) -> httpx.Response | None:
        """Send once, to either server; None if the answer was lost or nothing was committed.

        Args:
            ask_first: how likely the client first asks what became of the key.
        """
        url = self._chance.choice(self._urls)
        try:
            if self._chance.random() < ask_first and (fate := await self._fate(url, key)) is not None:
                return fate
            answer = await self._http.post(url + path, json=body, headers={"Idempotency-Key": key})
        except httpx.TransportError:
            return None
        if answer.status_code == 503:
            return None
        assert answer.status_code < 500, answer.text
        return answer

    async def _fate(self, url: str, key: str) -> httpx.Response | None:
        """Ask what became of a key; None if no answer was ever decided, so that sending again is safe."""
        fate = await self._http.get(f"{url}/v1/requests/{key}")
        if fate.status_code == 404 or fate.status_code == 503:
            return None
        assert fate.status_code == 200, fate.text
        self._journal.learned_by_key += 1
        told = fate.json()
        assert told["idempotency_key"] == key
        return httpx.Response(
            told["status"], content=json.dumps(told["body"]), headers={"idempotent-replayed": "true"}
        )
