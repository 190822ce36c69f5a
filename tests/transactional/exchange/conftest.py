"""A bank whose points buy an airline's miles: two tenants, an agreement, members who are linked."""

from dataclasses import dataclass
from uuid import UUID

import pytest

from tests.transactional.conftest import Client, Shop, client_for, open_shop

TERMS = {
    "to_tenant": "crane",
    "from_points": 12,
    "to_points": 1,
    "fee_bp": 50,
    "member_daily_points": 5_000,
    "pair_daily_points": 8_000,
    "settlement_fen_per_100": 750,
}


@dataclass(frozen=True)
class Route:
    """Who gives and who receives, with a client each; `member` has 10,000 points and is linked with `flyer`."""

    bank: Client
    airline: Client
    bank_shop: Shop
    airline_shop: Shop
    agreement_id: str
    link_id: str

    @property
    def member(self) -> UUID:
        return self.bank_shop.member

    @property
    def flyer(self) -> UUID:
        return self.airline_shop.member

    async def quote(self, points: int, member: UUID | None = None, **by) -> dict:
        body = {"member_id": str(member or self.member), "points": points, **(by or {"to_tenant": "crane"})}
        return (await self.bank.post("/v1/exchanges/quotes", json=body)).json()

    async def take(self, quote_id: str, key: str, query: str = "", **more):
        return await self.bank.post(
            f"/v1/exchanges{query}", json={"quote_id": quote_id, **more}, headers={"Idempotency-Key": key}
        )

    async def exchange(self, points: int, key: str, member: UUID | None = None):
        return await self.take((await self.quote(points, member))["quote_id"], key)

    async def reverse(
        self, exchange_id: str, key: str, client: Client | None = None, query: str = "", **body
    ):
        return await (client or self.bank).post(
            f"/v1/exchanges/{exchange_id}/reversal{query}",
            json={"reason": "mistake", **body},
            headers={"Idempotency-Key": key},
        )


async def link(giver: Client, member: UUID, receiver: Client, other: UUID) -> str:
    """Link two members and return the link's id."""
    code = (await receiver.post(f"/v1/members/{other}/link-codes")).json()["code"]
    answer = await giver.post(f"/v1/members/{member}/links", json={"code": code})
    assert answer.status_code == 201, answer.text
    return answer.json()["link_id"]


async def agree(giver: Client, receiver: Client, **terms) -> str:
    """Propose and accept an agreement and return its id."""
    proposed = (await giver.post("/v1/exchanges/agreements", json=TERMS | terms)).json()
    accepted = await receiver.post(f"/v1/exchanges/agreements/{proposed['agreement_id']}/acceptance")
    assert accepted.status_code == 200, accepted.text
    return proposed["agreement_id"]


@pytest.fixture
async def route(app, client, shop, owner, clock):
    airline_shop = await open_shop(owner, "crane", validity=36)
    async with client_for(app, airline_shop.key) as airline:
        agreement = await agree(client, airline)
        linked = await link(client, shop.member, airline, airline_shop.member)
        await client.earn(shop.member, 10_000, "e1")
        yield Route(client, airline, shop, airline_shop, agreement, linked)


async def sums(owner) -> dict[tuple[str, str], int]:
    """The points on each kind of account of each tenant, without those that have none."""
    rows = await owner.fetch(
        "select t.code, a.kind, sum(e.amount)::bigint as points from mall.entry e "
        "join mall.account a using (tenant_id, account_id) join mall.tenant t using (tenant_id) group by 1, 2"
    )
    return {(row["code"], row["kind"]): row["points"] for row in rows if row["points"]}


async def check_books(owner) -> None:
    """Entries sum to zero in each transfer, lots and accounts are what their entries say."""
    for query in (
        "select transfer_id from mall.entry group by tenant_id, transfer_id having sum(amount) <> 0",
        "select a.account_id from mall.account a left join mall.entry e using (tenant_id, account_id) "
        "where a.kind = 'member' group by a.tenant_id, a.account_id, a.balance "
        "having a.balance <> coalesce(sum(e.amount), 0)",
        "select l.lot_id from mall.lot l join mall.entry e using (tenant_id, account_id, lot_id) "
        "group by l.tenant_id, l.account_id, l.lot_id, l.remaining_points having l.remaining_points <> sum(e.amount)",
    ):
        assert await owner.fetch(query) == [], query
