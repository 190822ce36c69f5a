"""A carrier without vans, for development: pushes are signed with HMAC-SHA256, and it is asked over HTTP."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import httpx
import msgspec

from transactional.clock import Clock
from transactional.fulfilment.carriers.calling import post
from transactional.fulfilment.carriers.domain import (
    BadPush,
    CarrierName,
    CarrierRefused,
    MalformedPush,
    Push,
    PushAnswer,
    Told,
)
from transactional.fulfilment.states import Event, ShipmentStatus
from transactional.problems import Problem

MAX_AGE = timedelta(minutes=5)


@dataclass(frozen=True)
class SandboxAccount:
    """The secret shared with the sandbox, and where it is."""

    secret: str
    base_url: str


class _Said(msgspec.Struct, forbid_unknown_fields=True):
    event_id: str
    tracking_number: str
    kind: ShipmentStatus
    occurred_at: datetime

    def told(self) -> Told:
        if self.occurred_at.tzinfo is None or self.kind is ShipmentStatus.REGISTERED or not self.event_id:
            raise ValueError("an event needs an id, a time with an offset, and a kind that can happen")
        return Told(self.tracking_number, Event(self.event_id[:200], self.kind, self.occurred_at))


class _Message(msgspec.Struct, forbid_unknown_fields=True):
    events: list[_Said]


class SandboxCarrier:
    """One tenant's account at the sandbox."""

    name: CarrierName = "sandbox"

    def __init__(self, account: SandboxAccount, client: httpx.AsyncClient, clock: Clock) -> None:
        self._account = account
        self._client = client
        self._clock = clock

    def read_push(self, push: Push, now: datetime) -> Sequence[Told]:
        """Return the events of a push; see `Carrier`."""
        headers = {name.lower(): value for name, value in push.headers.items()}
        sent_at = headers.get("x-sandbox-timestamp", "")
        wanted = signature(self._account.secret, sent_at, push.body)
        if not hmac.compare_digest(wanted.encode(), headers.get("x-sandbox-signature", "").encode()):
            raise BadPush("the signature is not the sandbox's for this body")
        if not sent_at.isdigit() or abs(now.timestamp() - int(sent_at)) > MAX_AGE.total_seconds():
            raise BadPush("the push is too old or from the future; check this server's clock")
        try:
            return _read(push.body)
        except (msgspec.MsgspecError, ValueError) as error:
            raise MalformedPush(f"the push cannot be read: {error}") from error

    async def ask(self, tracking_number: str) -> Sequence[Told]:
        """Return what the sandbox knows of a parcel; see `Carrier`."""
        body = msgspec.json.encode({"tracking_number": tracking_number})
        sent_at = str(int(self._clock().timestamp()))
        answer = await post(
            self._client,
            f"{self._account.base_url}/parcels/events",
            content=body,
            headers={
                "Content-Type": "application/json",
                "X-Sandbox-Timestamp": sent_at,
                "X-Sandbox-Signature": signature(self._account.secret, sent_at, body),
            },
        )
        try:
            return _read(answer)
        except (msgspec.MsgspecError, ValueError) as error:
            raise CarrierRefused(f"the sandbox's answer cannot be read: {error}") from error

    def accepted(self) -> PushAnswer:
        """Return an empty object."""
        return PushAnswer(200, b"{}")

    def refused(self, problem: Problem) -> PushAnswer:
        """Return the problem itself."""
        return PushAnswer(problem.status, msgspec.json.encode(problem.document()), "application/problem+json")


def signature(secret: str, sent_at: str, body: bytes) -> str:
    """Return the sandbox's signature: HMAC-SHA256 of the time in seconds, a dot and the body, in hex."""
    return hmac.new(secret.encode(), sent_at.encode() + b"." + body, hashlib.sha256).hexdigest()


def _read(body: bytes) -> list[Told]:
    return [said.told() for said in msgspec.json.decode(body, type=_Message).events]
