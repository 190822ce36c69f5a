"""A tenant with a small shop, and the service around it."""

import asyncio
import base64
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import httpx
import pytest

from transactional.access.operations import issue_key, issue_platform_key
from transactional.app import create_app
from transactional.catalogue.operations import (
    NewItem,
    NewOffer,
    StockReceipt,
    add_items,
    add_offers,
    receive_stock,
)
from transactional.members.operations import register_members
from transactional.settings import TransactionalSettings
from transactional.tenants.operations import NewTenant, change_program, create_tenant
from transactional.tenants.queries import program_of

VAULT_KEY = base64.b64encode(b"v" * 32).decode()
NOON = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)  # noon in Shanghai


@dataclass(frozen=True)
class Shop:
    """A tenant with two members, four offers and a key.

    tea: 100 points, 10 in stock, picked up · pot: 250 points, 1 in stock, shipped ·
    card: 500 points, 5 in stock, instant · past: no longer listed
    """

    tenant_id: UUID
    key: str
    member: UUID
    other_member: UUID
    tea: UUID
    pot: UUID
    card: UUID
    past: UUID


async def open_shop(connection: asyncpg.Connection, code: str = "acorn", validity: int | None = 12) -> Shop:
    tenant_id = await create_tenant(
        connection, NewTenant(code=code, name="橡果", industry="retail", lot_validity_months=validity)
    )
    key = await issue_key(connection, tenant_id=tenant_id, label="test")
    members = await register_members(
        connection,
        tenant_id=tenant_id,
        external_refs=["E-1", "E-2"],
        registered_at=[NOON - timedelta(days=60)] * 2,
    )
    kinds = {"tea": "physical", "pot": "physical", "card": "virtual", "past": "physical"}
    items = await add_items(
        connection, [NewItem(f"{code}-{c}", c, "demo", kind, "staple") for c, kind in kinds.items()]
    )
    ids = {name: items[f"{code}-{name}"] for name in kinds}
    long_ago = NOON - timedelta(days=400)
    terms = {
        "tea": (100, "pickup", None),
        "pot": (250, "shipping", None),
        "card": (500, "instant", None),
        "past": (100, "pickup", NOON - timedelta(days=1)),
    }
    await add_offers(
        connection,
        tenant_id=tenant_id,
        offers=[
            NewOffer(ids[name], price, handover, long_ago, long_ago, until)
            for name, (price, handover, until) in terms.items()
        ],
    )
    await receive_stock(
        connection,
        tenant_id=tenant_id,
        receipts=[
            StockReceipt(ids[name], quantity, "opening", long_ago)
            for name, quantity in {"tea": 10, "pot": 1, "card": 5, "past": 5}.items()
        ],
    )
    return Shop(tenant_id, key, members["E-1"], members["E-2"], **ids)


@pytest.fixture
async def owner(database_url):
    """A connection of the database's owner, whom row security does not bind."""
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def shop(owner) -> Shop:
    return await open_shop(owner)


class Clock:
    """A clock the test sets."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def app(database_url, shop, clock):
    """The running service."""
    settings = TransactionalSettings(database_url=database_url, session_secret="s" * 32, vault_key=VAULT_KEY)
    app = create_app(settings, clock)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
def rules(owner, shop):
    """Changes rules of the shop's program."""

    async def change(**changes) -> None:
        program = await program_of(owner, tenant_id=shop.tenant_id)
        await change_program(owner, tenant_id=shop.tenant_id, program=replace(program, **changes))

    return change


class Client(httpx.AsyncClient):
    """A client of one tenant with shorthands for the calls tests make often."""

    async def command(self, path: str, key: str, **body) -> httpx.Response:
        """Send a command under a key; UUIDs and times are written out."""
        written = {
            name: value.isoformat()
            if isinstance(value, datetime)
            else str(value)
            if isinstance(value, UUID)
            else value
            for name, value in body.items()
        }
        return await self.post(path, json=written, headers={"Idempotency-Key": key})

    async def buckets(self, member: UUID, **asked: datetime) -> dict[str, int]:
        """The points of a balance by bucket, those that are 0 left out."""
        params = {name: moment.isoformat() for name, moment in asked.items()}
        answer = await self.get(f"/v1/members/{member}/balance", params=params)
        assert answer.status_code == 200, answer.text
        told = answer.json()
        assert told["available"] + told["held"] + told["pending"] + told["unswept"] == told["balance"]
        return {name: told[name] for name in told if isinstance(told[name], int) and told[name]}

    async def earn(self, member: UUID, points: int, key: str, **more) -> httpx.Response:
        body = {"member_id": str(member), "points": points, **more}
        return await self.post("/v1/points/earn", json=body, headers={"Idempotency-Key": key})

    async def redeem(self, member: UUID, key: str, *lines: tuple[UUID, int]) -> httpx.Response:
        body = {
            "member_id": str(member),
            "lines": [{"item_id": str(item), "quantity": quantity} for item, quantity in lines],
        }
        return await self.post("/v1/redemptions", json=body, headers={"Idempotency-Key": key})

    async def change(self, redemption_id: str, what: str, key: str, **body) -> httpx.Response:
        """Ask something of a redemption: a cancellation, refunds, a review, a confirmation, progress."""
        url = f"/v1/redemptions/{redemption_id}/{what}"
        return await self.post(url, json=body, headers={"Idempotency-Key": key})

    async def available(self, member: UUID) -> int:
        return (await self.get(f"/v1/members/{member}/balance")).json()["available"]


def client_for(app, key: str) -> Client:
    return Client(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False),
        base_url="http://pointmart",
        headers={"Authorization": f"Bearer {key}"},
        timeout=30,
    )


@pytest.fixture
async def client(app, shop):
    async with client_for(app, shop.key) as client:
        client.committer = app.state.committer
        yield client


@pytest.fixture
async def operator(app, owner):
    """A client with an operator's key."""
    key = await issue_platform_key(owner, scope="operate", label="test")
    async with client_for(app, key) as client:
        yield client


def run(coroutine):
    """Run a coroutine from a synchronous test or thread."""
    return asyncio.run(coroutine)
