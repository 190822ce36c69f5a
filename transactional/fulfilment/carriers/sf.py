"""SF Express (顺丰) as its open platform 丰桥 speaks: RoutePushService as JSON, and EXP_RECE_SEARCH_ROUTES.

SF does not sign its pushes. The address it is given carries a token that nobody else knows, as `?token=`, and the
times it tells are Beijing's.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from urllib.parse import quote_plus

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
    beijing_time,
)
from transactional.fulfilment.states import Event, ShipmentStatus
from transactional.identifiers import uuid7
from transactional.problems import Problem

# Codes that tell where a parcel is; SF has many more, which do not.
OPERATIONS: Mapping[str, ShipmentStatus] = MappingProxyType(
    {
        "50": ShipmentStatus.COLLECTED,
        "54": ShipmentStatus.COLLECTED,
        "30": ShipmentStatus.IN_TRANSIT,
        "31": ShipmentStatus.IN_TRANSIT,
        "36": ShipmentStatus.IN_TRANSIT,
        "407": ShipmentStatus.IN_TRANSIT,
        "44": ShipmentStatus.OUT_FOR_DELIVERY,
        "204": ShipmentStatus.OUT_FOR_DELIVERY,
        "33": ShipmentStatus.ATTEMPTED,
        "70": ShipmentStatus.ATTEMPTED,
        "80": ShipmentStatus.DELIVERED,
        "8000": ShipmentStatus.DELIVERED,
        "648": ShipmentStatus.RETURNED,
    }
)


@dataclass(frozen=True)
class SfAccount:
    """A partner's account: its code and check word, and the token in the address SF pushes to."""

    partner_id: str
    check_word: str
    push_token: str
    base_url: str


class _Route(msgspec.Struct):
    opCode: str  # noqa: N815 - SF's own names
    acceptTime: str  # noqa: N815
    mailno: str = ""


class _Routes(msgspec.Struct):
    WaybillRoute: list[_Route]


class _Pushed(msgspec.Struct):
    Body: _Routes


class _Parcel(msgspec.Struct):
    mailNo: str  # noqa: N815
    routes: list[_Route]


class _Found(msgspec.Struct):
    routeResps: list[_Parcel]  # noqa: N815


class _Result(msgspec.Struct):
    success: bool
    errorCode: str = ""  # noqa: N815
    msgData: _Found | None = None  # noqa: N815


class _Answer(msgspec.Struct):
    apiResultCode: str  # noqa: N815
    apiResultData: str = ""  # noqa: N815


class SfExpress:
    """One tenant's account at SF."""

    name: CarrierName = "sf"

    def __init__(self, account: SfAccount, client: httpx.AsyncClient, clock: Clock) -> None:
        self._account = account
        self._client = client
        self._clock = clock

    def read_push(self, push: Push, now: datetime) -> Sequence[Told]:
        """Return the events of a route push; see `Carrier`."""
        token = push.query.get("token", "")
        if not hmac.compare_digest(token.encode(), self._account.push_token.encode()):
            raise BadPush("the address does not end in the token that SF was given")
        try:
            routes = msgspec.json.decode(push.body, type=_Pushed).Body.WaybillRoute
            return [told for route in routes if (told := _told(route.mailno, route)) is not None]
        except (msgspec.MsgspecError, ValueError) as error:
            raise MalformedPush(f"the push is no RoutePushService message: {error}") from error

    async def ask(self, tracking_number: str) -> Sequence[Told]:
        """Return what EXP_RECE_SEARCH_ROUTES knows of a parcel; see `Carrier`."""
        moment = self._clock()
        data = msgspec.json.encode({"trackingType": "1", "trackingNumber": [tracking_number]}).decode()
        timestamp = str(int(moment.timestamp() * 1000))
        answer = await post(
            self._client,
            f"{self._account.base_url}/std/service",
            data={
                "partnerID": self._account.partner_id,
                "requestID": str(uuid7(moment)),
                "serviceCode": "EXP_RECE_SEARCH_ROUTES",
                "timestamp": timestamp,
                "msgDigest": digest(data, timestamp, self._account.check_word),
                "msgData": data,
            },
        )
        try:
            outer = msgspec.json.decode(answer, type=_Answer)
            if outer.apiResultCode != "A1000":
                raise CarrierRefused(f"SF refuses with {outer.apiResultCode[:40]}")
            result = msgspec.json.decode(outer.apiResultData, type=_Result)
            if not result.success or result.msgData is None:
                raise CarrierRefused(f"SF refuses with {result.errorCode[:40]}")
            return [
                told
                for parcel in result.msgData.routeResps
                for route in parcel.routes
                if (told := _told(parcel.mailNo, route)) is not None
            ]
        except (msgspec.MsgspecError, ValueError) as error:
            raise CarrierRefused(f"SF's answer cannot be read: {error}") from error

    def accepted(self) -> PushAnswer:
        """Return SF's word for success."""
        return PushAnswer(200, msgspec.json.encode({"return_code": "0000", "return_msg": "成功"}))

    def refused(self, problem: Problem) -> PushAnswer:
        """Return SF's word for failure."""
        return PushAnswer(
            problem.status, msgspec.json.encode({"return_code": "1000", "return_msg": problem.detail})
        )


def digest(data: str, timestamp: str, check_word: str) -> str:
    """Return SF's `msgDigest` of a call: base64 of the MD5 of what is told, percent-encoded."""
    text = quote_plus(data + timestamp + check_word)
    return base64.b64encode(hashlib.md5(text.encode(), usedforsecurity=False).digest()).decode()


def _told(tracking_number: str, route: _Route) -> Told | None:
    """Return the event of a route; its code and time name it, as only pushes have an id."""
    kind = OPERATIONS.get(route.opCode)
    if kind is None:
        return None
    key = f"{route.opCode}@{route.acceptTime}"
    return Told(tracking_number, Event(key, kind, beijing_time(route.acceptTime)))
