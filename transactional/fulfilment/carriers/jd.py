"""JD Logistics (京东物流) as its open platform speaks: pushed traces, and /ecap/v1/orders/trace/query.

Both are signed alike: the upper-case MD5 of the application's secret, its parameters by name, and the secret.
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType

import httpx
import msgspec

from transactional.clock import BUSINESS_ZONE, Clock
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
from transactional.problems import Problem

# A signed push that somebody kept is good for no longer.
MAX_AGE = timedelta(minutes=30)
CATEGORIES: Mapping[str, ShipmentStatus] = MappingProxyType(
    {
        "揽收": ShipmentStatus.COLLECTED,
        "运输": ShipmentStatus.IN_TRANSIT,
        "派送": ShipmentStatus.OUT_FOR_DELIVERY,
        "异常": ShipmentStatus.ATTEMPTED,
        "妥投": ShipmentStatus.DELIVERED,
        "拒收": ShipmentStatus.RETURNED,
        "退回": ShipmentStatus.RETURNED,
        "丢失": ShipmentStatus.LOST,
    }
)
_TRACE = "/ecap/v1/orders/trace/query"


@dataclass(frozen=True)
class JdAccount:
    """An application's account and the customer code its parcels are sent under."""

    app_key: str
    app_secret: str
    access_token: str
    customer_code: str
    base_url: str


class _Trace(msgspec.Struct):
    categoryName: str  # noqa: N815 - JD's own names
    operationTime: str  # noqa: N815


class _Pushed(msgspec.Struct):
    waybillCode: str  # noqa: N815
    traceDetails: list[_Trace]  # noqa: N815


class _Found(msgspec.Struct):
    traceDetails: list[_Trace] = []  # noqa: N815


class _Answer(msgspec.Struct):
    code: int
    msg: str = ""
    data: _Found | None = None


class JdLogistics:
    """One tenant's account at JD."""

    name: CarrierName = "jd"

    def __init__(self, account: JdAccount, client: httpx.AsyncClient, clock: Clock) -> None:
        self._account = account
        self._client = client
        self._clock = clock

    def read_push(self, push: Push, now: datetime) -> Sequence[Told]:
        """Return the events of a pushed trace; see `Carrier`."""
        told = {name: value for name, value in push.query.items() if name != "sign"}
        wanted = signature(self._account.app_secret, told | {"param_json": _text(push.body)})
        if told.get("app_key") != self._account.app_key or not hmac.compare_digest(
            wanted.encode(), push.query.get("sign", "").encode()
        ):
            raise BadPush("the signature is not JD's for this body")
        try:
            sent_at = beijing_time(told.get("timestamp", ""))
            if abs(now - sent_at) > MAX_AGE:
                raise BadPush(f"it was sent at {sent_at:%Y-%m-%d %H:%M:%S} UTC; check this server's clock")
            pushed = msgspec.json.decode(push.body, type=_Pushed)
            return _told(pushed.waybillCode, pushed.traceDetails)
        except (msgspec.MsgspecError, ValueError) as error:
            raise MalformedPush(f"the push is no trace: {error}") from error

    async def ask(self, tracking_number: str) -> Sequence[Told]:
        """Return what JD knows of a parcel; see `Carrier`."""
        body = msgspec.json.encode(
            [
                {
                    "waybillCode": tracking_number,
                    "orderOrigin": 1,
                    "customerCode": self._account.customer_code,
                }
            ]
        )
        query = {
            "access_token": self._account.access_token,
            "app_key": self._account.app_key,
            "method": _TRACE,
            "timestamp": f"{self._clock().astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M:%S}",
            "v": "2.0",
        }
        sign = signature(self._account.app_secret, query | {"param_json": body.decode()})
        answer = await post(
            self._client,
            self._account.base_url + _TRACE,
            params=query | {"sign": sign, "LOP-DN": "ECAP"},
            content=body,
            headers={"Content-Type": "application/json"},
        )
        try:
            found = msgspec.json.decode(answer, type=_Answer)
            if found.code != 0:
                raise CarrierRefused(f"JD refuses with {found.code}: {found.msg[:200]}")
            return _told(tracking_number, found.data.traceDetails if found.data else [])
        except (msgspec.MsgspecError, ValueError) as error:
            raise CarrierRefused(f"JD's answer cannot be read: {error}") from error

    def accepted(self) -> PushAnswer:
        """Return JD's word for success."""
        return PushAnswer(200, msgspec.json.encode({"code": 0, "msg": "success"}))

    def refused(self, problem: Problem) -> PushAnswer:
        """Return JD's word for failure."""
        return PushAnswer(problem.status, msgspec.json.encode({"code": 1, "msg": problem.detail}))


def signature(secret: str, told: Mapping[str, str]) -> str:
    """Return JD's signature of the parameters of a call or push, the body among them as `param_json`."""
    text = secret + "".join(f"{name}{told[name]}" for name in sorted(told)) + secret
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest().upper()


def _told(tracking_number: str, traces: Sequence[_Trace]) -> list[Told]:
    """Return the events among traces; JD numbers none, so category and time name them."""
    return [
        Told(
            tracking_number,
            Event(
                f"{trace.categoryName}@{trace.operationTime}",
                CATEGORIES[trace.categoryName],
                beijing_time(trace.operationTime),
            ),
        )
        for trace in traces
        if trace.categoryName in CATEGORIES
    ]


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise MalformedPush("the push is not in UTF-8") from error
