"""A shop whose goods are carried by all carriers, and helpers to tell of parcels as carriers do."""

import json
from datetime import UTC, datetime, timedelta
from random import Random

import httpx
import pytest

from transactional.clock import BUSINESS_ZONE
from transactional.fulfilment.carriers import jd, sandbox
from transactional.fulfilment.carriers.settings import FulfilmentSettings, open_carriers
from transactional.settings import WorkerSettings
from transactional.worker.job import JobContext

ACCOUNTS = FulfilmentSettings.model_validate(
    {
        "tenants": {
            code: {
                "sf": {"partner_id": "P", "check_word": "checkword", "push_token": "t" * 32},
                "jd": {
                    "app_key": "K", "app_secret": "jd-secret", "access_token": "jd-access", "customer_code": "C",
                },
                "sandbox": {"secret": "sandbox-secret", "base_url": "http://sandbox"},
            }
            for code in ("acorn", "birch")
        }
    }
)  # fmt: skip


class Depot:
    """The carriers' own systems: what they know of parcels by number, and whether they answer."""

    def __init__(self) -> None:
        self.parcels: dict[str, list[dict]] = {}
        self.is_away = False
        self.asked: list[str] = []

    def scan(self, number: str, kind: str, at: datetime, event_id: str | None = None) -> dict:
        event = {
            "event_id": event_id or f"{kind}@{at.isoformat()}", "tracking_number": number, "kind": kind,
            "occurred_at": at.isoformat(),
        }  # fmt: skip
        self.parcels.setdefault(number, []).append(event)
        return event

    def answer(self, request: httpx.Request) -> httpx.Response:
        if self.is_away:
            return httpx.Response(503)
        number = json.loads(request.content)["tracking_number"]
        self.asked.append(number)
        return httpx.Response(200, json={"events": self.parcels.get(number, [])})


@pytest.fixture
def depot() -> Depot:
    return Depot()


@pytest.fixture
async def carried(app, depot, clock):
    """The service with its carriers."""
    async with httpx.AsyncClient(transport=httpx.MockTransport(depot.answer)) as http:
        app.state.carriers = open_carriers(ACCOUNTS, http, clock)
        yield app.state.carriers


@pytest.fixture
def context(app, carried, clock, database_url) -> JobContext:
    return JobContext(
        app.state.pools, app.state.committer, clock, WorkerSettings(database_url=database_url), Random(7),
        carriers=carried,
    )  # fmt: skip


@pytest.fixture
def push(client, shop, clock, carried):
    """Push events as the sandbox does and return the answer."""

    async def push(*events: dict, tenant=None, secret: str = "sandbox-secret") -> httpx.Response:
        body = json.dumps({"events": events}).encode()
        sent_at = str(int(clock.now.timestamp()))
        return await client.post(
            f"/v1/carriers/sandbox/events/{tenant or shop.tenant_id}",
            content=body,
            headers={
                "X-Sandbox-Timestamp": sent_at, "X-Sandbox-Signature": sandbox.signature(secret, sent_at, body),
            },
        )  # fmt: skip

    return push


@pytest.fixture
def ordered(client, shop):
    """Redeem what is shipped and return the redemption's id."""

    async def ordered(*lines, key: str = "r1", stock=None) -> str:
        await client.earn(shop.member, 10_000, f"earn {key}")
        made = await client.redeem(shop.member, key, *(lines or [(shop.pot, 1)]))
        assert made.status_code == 201, made.text
        assert made.json()["status"] == "allocated"
        return made.json()["redemption_id"]

    return ordered


@pytest.fixture
def parcel(client):
    """Register a parcel of a redemption and return it."""

    async def parcel(redemption_id: str, number: str = "SB0001", **more) -> dict:
        body = {
            "reference": f"parcel {number}", "carrier": "sandbox", "tracking_number": number, "province": "广东",
        } | more  # fmt: skip
        answer = await client.post(f"/v1/redemptions/{redemption_id}/shipments", json=body)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    return parcel


def beijing(moment: datetime) -> str:
    return f"{moment.astimezone(BUSINESS_ZONE):%Y-%m-%d %H:%M:%S}"


def sf_push(*routes: tuple[str, str, datetime]) -> bytes:
    return json.dumps(
        {
            "Body": {
                "WaybillRoute": [
                    {
                        "mailno": number, "acceptAddress": "深圳市", "reasonName": "", "orderid": "o-1",
                        "acceptTime": beijing(at), "remark": "顺丰速运", "opCode": code, "id": f"15891874{n}",
                        "reasonCode": "",
                    }
                    for n, (number, code, at) in enumerate(routes)
                ]
            }
        }
    ).encode()  # fmt: skip


def jd_push(number: str, *traces: tuple[str, datetime]) -> bytes:
    details = [
        {"categoryName": category, "operationTime": beijing(at), "operationRemark": "x"}
        for category, at in traces
    ]
    return json.dumps({"waybillCode": number, "traceDetails": details}, ensure_ascii=False).encode()


def jd_query(body: bytes, now: datetime, secret: str = "jd-secret") -> dict[str, str]:
    query = {"app_key": "K", "timestamp": beijing(now), "v": "2.0"}
    return query | {"sign": jd.signature(secret, query | {"param_json": body.decode()})}


HOUR = timedelta(hours=1)
EPOCH = datetime(2026, 3, 1, tzinfo=UTC)
