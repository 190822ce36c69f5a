"""A provider without telephones, for development; requests are signed as those to the sandbox carrier are."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import msgspec

from transactional.clock import Clock
from transactional.fulfilment.carriers.calling import post
from transactional.fulfilment.carriers.domain import CarrierRefused, CarrierUnavailable
from transactional.fulfilment.carriers.sandbox import signature
from transactional.top_ups.domain import Outcome, ProviderAway, ProviderUnreadable, TopUpNews, TopUpOrder


@dataclass(frozen=True)
class SandboxTopUpAccount:
    """The secret shared with the sandbox, and where it is."""

    secret: str
    base_url: str


class _Answer(msgspec.Struct):
    outcome: Outcome
    reference: str | None = None
    reason: str | None = None


class SandboxTopUps:
    """One tenant's account at the sandbox."""

    def __init__(self, account: SandboxTopUpAccount, client: httpx.AsyncClient, clock: Clock) -> None:
        self._account = account
        self._client = client
        self._clock = clock

    async def send(self, order: TopUpOrder) -> TopUpNews:
        """Ask for a top-up; see `TopUpProvider`."""
        return await self._call("/top-ups", msgspec.to_builtins(order))

    async def ask(self, request_id: UUID) -> TopUpNews:
        """Return what came of a request; see `TopUpProvider`."""
        return await self._call("/top-ups/inquiries", {"request_id": str(request_id)})

    async def _call(self, path: str, asked: dict[str, Any]) -> TopUpNews:
        body = msgspec.json.encode(asked)
        sent_at = str(int(self._clock().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "X-Sandbox-Timestamp": sent_at,
            "X-Sandbox-Signature": signature(self._account.secret, sent_at, body),
        }
        try:
            answer = await post(self._client, self._account.base_url + path, content=body, headers=headers)
            told = msgspec.json.decode(answer, type=_Answer)
        except CarrierUnavailable as error:
            raise ProviderAway(error.detail) from error
        except (CarrierRefused, msgspec.MsgspecError) as error:
            raise ProviderUnreadable(f"the answer is none that the sandbox gives: {error}"[:400]) from error
        return TopUpNews(told.outcome, told.reference, told.reason)
