"""What a carrier does for us, in words all carriers share. No carrier's own words belong here.

Problem
├── BadPush             401  a push was not sent by the carrier
├── MalformedPush       400  a push does not have the documented form
├── UnknownCarrier      404  the tenant has no account at this carrier
├── CarrierUnavailable  503  the carrier does not answer
└── CarrierRefused      502  the carrier refuses, with its own code
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, Protocol

from transactional.clock import BUSINESS_ZONE
from transactional.fulfilment.states import Event
from transactional.problems import Problem

CarrierName = Literal["sf", "jd", "sandbox"]


class BadPush(Problem):
    """A push was not sent by the carrier."""

    slug = "bad-push"
    title = "The push is not the carrier's"
    status = 401


class MalformedPush(Problem):
    """A push does not have the documented form."""

    slug = "malformed-push"
    title = "The push does not have the documented form"
    status = 400


class UnknownCarrier(Problem):
    """The tenant has no account at this carrier."""

    slug = "unknown-carrier"
    title = "No account at this carrier"
    status = 404


class CarrierUnavailable(Problem):
    """The carrier does not answer."""

    slug = "carrier-unavailable"
    title = "The carrier does not answer"
    status = 503


class CarrierRefused(Problem):
    """The carrier refuses, with its own code."""

    slug = "carrier-refused"
    title = "The carrier refuses"
    status = 502


@dataclass(frozen=True)
class Told:
    """An event with the parcel it is about."""

    tracking_number: str
    event: Event


@dataclass(frozen=True)
class Push:
    """What came in at the address that a carrier was given: query parameters, headers and the body as sent."""

    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class PushAnswer:
    """The answer a carrier expects; anything but acceptance makes it push again."""

    status: int
    body: bytes
    content_type: str = "application/json"


class Carrier(Protocol):
    """One tenant's account at one carrier."""

    @property
    def name(self) -> CarrierName:
        """The carrier's name in routes, settings and rows."""
        ...

    def read_push(self, push: Push, now: datetime) -> Sequence[Told]:
        """Verify a push and return its events; what tells nothing of where a parcel is, is left out.

        Raises:
            BadPush: the carrier did not send it, or long ago.
            MalformedPush: it does not have the documented form.
        """
        ...

    async def ask(self, tracking_number: str) -> Sequence[Told]:
        """Return everything the carrier knows of a parcel, nothing if it does not know the parcel.

        Raises:
            CarrierUnavailable: no answer came.
            CarrierRefused: the answer is a refusal, or cannot be read.
        """
        ...

    def accepted(self) -> PushAnswer:
        """Return the answer to a push that was worked off, now or before."""
        ...

    def refused(self, problem: Problem) -> PushAnswer:
        """Return the answer to a push that was refused."""
        ...


def beijing_time(text: str) -> datetime:
    """Return a carrier's `YYYY-MM-DD HH:MM:SS`, which is Beijing's, in UTC.

    Raises:
        ValueError: it is not of that form.
    """
    return datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=BUSINESS_ZONE).astimezone(UTC)
