"""A mixed load from many connections at once: credits, redemptions with refunds, readings, and repeated requests."""

import random
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from orchestration.cli.acceptance.expectation import Expected
from orchestration.cli.acceptance.mall import Answer, Mall, earning, redemption
from orchestration.cli.acceptance.preparing import Sandbox

# Refusals that are right under load: the goods or the points were gone at that moment.
_REFUSALS = frozenset({"out-of-stock", "insufficient-points"})
_EARN, _REDEEM, _READ, _REPEAT, _CONFLICT = 0.35, 0.60, 0.80, 0.92, 1.0


@dataclass(frozen=True)
class Sent:
    """A request that was answered, to be sent again."""

    path: str
    body: dict[str, Any]
    key: str
    answer: Answer


@dataclass
class Load:
    """What all connections share: the accounts as they must be, and what went wrong."""

    accounts: Sequence[Expected]
    seconds: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)
    unlike: list[str] = field(default_factory=list)
    negative: list[str] = field(default_factory=list)

    def note(self, answer: Answer, *right: int) -> bool:
        """Count a call and return whether its status is a right one; a refusal that is right is neither."""
        self.seconds.append(answer.seconds)
        if answer.status in right:
            return True
        if answer.kind not in _REFUSALS:
            self.errors[f"{answer.status} {answer.kind or answer.body}"[:200]] += 1
        return False


class Connection:
    """One of many that ask, one request after another; the same seed asks the same."""

    def __init__(self, mall: Mall, load: Load, sandbox: Sandbox, *, run: str, number: int, seed: int) -> None:
        self._mall = mall
        self._load = load
        self._sandbox = sandbox
        self._name = f"{run}-load-{number}"
        self._chance = random.Random(f"{seed} {number}")  # noqa: S311 - a load, not a secret
        self._sent: list[Sent] = []
        self._count = 0

    async def ask_until(self, until: float) -> None:
        """Ask until a moment of `time.perf_counter`."""
        while time.perf_counter() < until:
            self._count += 1
            drawn = self._chance.random()
            if drawn < _EARN or not self._sent:
                await self._earn()
            elif drawn < _REDEEM:
                await self._redeem()
            elif drawn < _READ:
                await self._read()
            elif drawn < _REPEAT:
                await self._repeat()
            elif drawn < _CONFLICT:
                await self._contradict()

    async def _earn(self) -> None:
        account, points = self._account(), self._chance.randint(1, 500)
        body = earning(account.member_id, points, self._sandbox.effective_at)
        if await self._command("/v1/points/earn", body):
            account.move("earn", points)

    async def _redeem(self) -> None:
        account, price = self._account(), self._sandbox.price_points
        made = await self._command("/v1/redemptions", redemption(account.member_id, self._sandbox.item_id, 1))
        if made is None:
            return
        account.move("redeem", -price)
        if self._chance.random() < 0.9:
            path = f"/v1/redemptions/{made.body['redemption_id']}/refunds"
            if await self._command(path, {"reason": "acceptance", "restock": True}):
                account.move("refund", price)

    async def _read(self) -> None:
        told = await self._mall.balance(self._account().member_id)
        if self._load.note(told, 200):
            self._load.negative += [
                f"{name} is {value}" for name, value in told.body.items() if isinstance(value, int) and value < 0
                and name != "spent"
            ]  # fmt: skip

    async def _repeat(self) -> None:
        """Send what was answered before again: the answer must be the first one, marked as such."""
        sent = self._chance.choice(self._sent)
        again = await self._mall.post(sent.path, sent.body, sent.key)
        if self._load.note(again, sent.answer.status) and (
            again.body != sent.answer.body or not again.is_replayed
        ):
            self._load.unlike.append(f"{sent.key}: another answer than the first one")

    async def _contradict(self) -> None:
        """Send something else under a key that was used: it must be refused, never be done in silence."""
        sent = self._chance.choice(self._sent)
        told = await self._mall.post(sent.path, _otherwise(sent.body), sent.key)
        self._load.seconds.append(told.seconds)
        if told.status != 422:
            self._load.unlike.append(f"{sent.key}: {told.status} to something else under the same key")

    async def _command(self, path: str, body: dict[str, Any]) -> Answer | None:
        key = f"{self._name}-{self._count}-{len(self._sent)}"
        answer = await self._mall.post(path, body, key)
        if not self._load.note(answer, 200, 201):
            return None
        self._sent.append(Sent(path, body, key, answer))
        return answer

    def _account(self) -> Expected:
        return self._chance.choice(self._load.accounts)


def _otherwise(body: dict[str, Any]) -> dict[str, Any]:
    if "points" in body:
        return body | {"points": body["points"] + 1}
    if "lines" in body:
        return body | {"lines": [line | {"quantity": line["quantity"] + 1} for line in body["lines"]]}
    return body | {"reason": "another one"}
