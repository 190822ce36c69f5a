"""Random exchanges and reversals never mint points and never lose any, whatever the rates and the order."""

import asyncio
from datetime import timedelta

import asyncpg
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transactional.conftest import NOON, open_shop
from transactional.database import committer_pool
from transactional.engine.committer import commit_batch
from transactional.exchange import agreements, links, quotes
from transactional.exchange.agreements import NewAgreement
from transactional.exchange.commands import ExchangePoints, ReverseExchange
from transactional.exchange.domain import Terms
from transactional.exchange.statements import make_statements
from transactional.identifiers import uuid7
from transactional.ledger.commands import Earn
from transactional.members.link_codes import issue_code
from transactional.problems import Problem
from transactional.redemption.commands import Redeem

from .conftest import check_books, sums

steps = st.lists(
    st.one_of(
        st.tuples(st.just("exchange"), st.integers(0, 1), st.integers(1, 400)),
        st.tuples(st.just("reverse"), st.integers(0, 9), st.integers(1, 60), st.booleans()),
        st.tuples(st.just("earn"), st.integers(1, 300), st.just(0)),
        st.tuples(st.just("spend"), st.just(0), st.just(0)),
        st.tuples(st.just("wait"), st.integers(1, 40), st.just(0)),
    ),
    min_size=1,
    max_size=14,
)
rates = st.tuples(st.integers(1, 30), st.integers(1, 30), st.sampled_from([0, 1, 50, 333, 5_000]))


class World:
    """Two tenants who exchange both ways, driven by commands."""

    def __init__(self, owner, pool, bank, airline) -> None:
        self.owner, self.pool = owner, pool
        self.shops = [bank, airline]
        self.now, self.number = NOON, 0
        self.done: list[tuple[int, str]] = []

    async def commit(self, command):
        async with self.pool.acquire() as connection:
            (answer,) = await commit_batch(connection, [command])
        return answer

    def about(self, side: int) -> dict:
        self.number += 1
        tenant = self.shops[side].tenant_id
        return {"tenant_id": tenant, "key": f"k{self.number}", "body_hash": b"x" * 32, "at": self.now}

    async def exchange(self, side: int, points: int) -> None:
        shop, other = self.shops[side], self.shops[1 - side]
        code = await self.owner.fetchval("select code from mall.tenant where tenant_id = $1", other.tenant_id)
        try:
            quote = await quotes.make_quote(
                self.owner, tenant_id=shop.tenant_id, member_id=shop.member, link_id=None, to_code=code,
                points=points, now=self.now,
            )  # fmt: skip
        except Problem:
            return
        command = ExchangePoints(
            **self.about(side),
            member_id=shop.member,
            redemption_id=uuid7(self.now),
            quote_id=quote["quote_id"],
        )
        if (await self.commit(command)).status == 201:
            self.done.append((side, command.redemption_id))

    async def reverse(self, which: int, to_points: int, by_receiver: bool) -> None:
        if self.done:
            side, exchange_id = self.done[which % len(self.done)]
            await self.commit(
                ReverseExchange(
                    **self.about(1 - side if by_receiver else side), exchange_id=exchange_id,
                    reversal_id=uuid7(self.now), to_points=to_points if to_points < 50 else None, reason="law",
                )
            )  # fmt: skip

    async def earn(self, points: int, _: int) -> None:
        command = Earn(
            **self.about(0),
            member_id=self.shops[0].member,
            transfer_id=uuid7(self.now),
            points=points,
            kind="earn",
        )
        await self.commit(command)

    async def spend(self, *_: int) -> None:
        shop = self.shops[1]
        command = Redeem(
            **self.about(1), member_id=shop.member, redemption_id=uuid7(self.now), asked=((shop.tea, 1),)
        )
        await self.commit(command)

    async def wait(self, days: int, _: int) -> None:
        self.now += timedelta(days=days)
        await make_statements(self.pool, self.now)


async def prepare(database_url, there, back):
    owner = await asyncpg.connect(database_url)
    shops = [await open_shop(owner, f"t{uuid7(NOON).hex[-12:]}-{n}", validity=1) for n in range(2)]
    codes = [
        await owner.fetchval("select code from mall.tenant where tenant_id = $1", shop.tenant_id)
        for shop in shops
    ]
    for side, (one, other, fee) in enumerate((there, back)):
        new = NewAgreement(
            terms=Terms(one, other, fee), member_daily_points=1_000, pair_daily_points=1_500,
            settlement_fen_per_100=333, valid_from=NOON,
        )  # fmt: skip
        giver, receiver = shops[side].tenant_id, shops[1 - side].tenant_id
        made = await agreements.propose(owner, tenant_id=giver, to_code=codes[1 - side], new=new, now=NOON)
        await agreements.accept(owner, tenant_id=receiver, agreement_id=made["agreement_id"], now=NOON)
    code = await issue_code(
        owner, tenant_id=shops[0].tenant_id, member_id=shops[0].member, purpose="exchange", now=NOON
    )
    await links.redeem_code(
        owner, tenant_id=shops[1].tenant_id, member_id=shops[1].member, code=code["code"], now=NOON
    )
    return owner, shops


async def play(database_url, there, back, taken) -> None:
    owner, shops = await prepare(database_url, there, back)
    try:
        async with committer_pool(database_url) as pool:
            world = World(owner, pool, *shops)
            await world.earn(500, 0)
            for name, *arguments in taken:
                world.now += timedelta(minutes=1)
                await getattr(world, name)(*arguments)
            await world.wait(2, 0)
            await check_books(owner)
            await check_laws(owner, shops)
    finally:
        await owner.close()


async def check_laws(owner, shops) -> None:
    ids = [shop.tenant_id for shop in shops]
    held = {}
    for tenant_id in ids:
        code = await owner.fetchval("select code from mall.tenant where tenant_id = $1", tenant_id)
        mine = {kind: points for (tenant, kind), points in (await sums(owner)).items() if tenant == code}
        assert sum(mine.values()) == 0
        held[tenant_id] = mine
    rows = await owner.fetch(
        "select x.*, a.from_points, a.to_points as rate_to, a.fee_bp from mall.exchange x "
        "join mall.exchange_agreement a using (tenant_id, agreement_id) where x.tenant_id = any($1)",
        ids,
    )
    sides = {}
    for row in rows:
        net = row["points"] - row["fee_points"]
        assert row["fee_points"] == -(-row["points"] * row["fee_bp"] // 10_000)
        assert row["to_points"] == net * row["rate_to"] // row["from_points"]
        if row["reversed_to_points"] == row["to_points"]:
            assert (row["reversed_points"], row["reversed_fee_points"]) == (row["points"], row["fee_points"])
        sides.setdefault(row["exchange_id"], {})[row["direction"]] = row
    same = ("points", "fee_points", "to_points", "reversed_points", "reversed_fee_points", "reversed_to_points",
            "asked_on", "settled_on", "link_id", "agreement_id")  # fmt: skip
    for both in sides.values():
        assert [both["out"][name] for name in same] == [both["in"][name] for name in same]
    for tenant_id in ids:
        out = [row for row in rows if row["tenant_id"] == tenant_id and row["direction"] == "out"]
        into = [row for row in rows if row["tenant_id"] == tenant_id and row["direction"] == "in"]
        fees = sum(row["fee_points"] - row["reversed_fee_points"] for row in out)
        given = sum(row["points"] - row["reversed_points"] for row in out) - fees
        received = sum(row["to_points"] - row["reversed_to_points"] for row in into)
        assert held[tenant_id].get("fee", 0) == fees
        assert held[tenant_id].get("exchange", 0) == given - received
    stated = await owner.fetch(
        "select direction, sum(net_to_points)::bigint as net, sum(owed_fen)::bigint as owed "
        "from mall.exchange_statement where tenant_id = $1 group by 1",
        ids[0],
    )
    mirrored = await owner.fetch(
        "select case direction when 'out' then 'in' else 'out' end, sum(net_to_points)::bigint, "
        "sum(owed_fen)::bigint from mall.exchange_statement where tenant_id = $1 group by 1",
        ids[1],
    )
    assert sorted(map(tuple, stated)) == sorted(map(tuple, mirrored))
    net = sum(
        row["to_points"] - row["reversed_to_points"]
        for row in rows
        if row["tenant_id"] == ids[0] and row["direction"] == "out"
    )
    assert sum(row["net"] for row in stated if row["direction"] == "out") == net


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(there=rates, back=rates, taken=steps)
def test_exchanges_and_reversals_neither_mint_nor_lose(database_url, there, back, taken):
    asyncio.run(play(database_url, there, back, taken))
