"""The real committer on PostgreSQL, with the same little world in a tenant of its own."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID

import asyncpg

from tests.transactional.machine.books import Books, OrderRow
from tests.transactional.machine.campaigns_database import open_campaigns, read_campaigns
from tests.transactional.machine.database_draws import open_draws, read_draws, reveal
from tests.transactional.machine.exchange_database import create_partner, quote
from tests.transactional.machine.points_rows import books_of
from tests.transactional.machine.world import (
    BARRED,
    LONG_AGO,
    OFFERS,
    PIECES,
    SALE_ENDS,
    SALE_ID,
    SALE_LIMIT,
    SALE_PIECES,
    SALE_PRICE,
    START,
    World,
)
from tests.transactional.reference.program import Rules
from transactional.campaigns.deciding import stop_campaign
from transactional.catalogue.codes import import_codes
from transactional.catalogue.operations import (
    NewItem,
    NewOffer,
    StockReceipt,
    add_items,
    add_offers,
    receive_stock,
)
from transactional.database import committer_pool
from transactional.engine.book import Answer
from transactional.engine.commands import Command
from transactional.engine.committer import Committer
from transactional.flash_sales.domain import NewSale
from transactional.flash_sales.operations import open_sale
from transactional.ledger.agreement import require_agreement
from transactional.members.operations import register_members
from transactional.problems import Problem
from transactional.tenants.operations import NewTenant, create_tenant
from transactional.vault import Vault

_ORDERS = """
select r.redemption_id, r.status, r.points, r.refunded_points, r.refunded_cash_fen, r.deadline,
    array(select l.quantity from mall.redemption_line l
        where l.tenant_id = r.tenant_id and l.redemption_id = r.redemption_id order by l.line_no) as quantities,
    array(select l.refunded_quantity from mall.redemption_line l
        where l.tenant_id = r.tenant_id and l.redemption_id = r.redemption_id order by l.line_no) as refunded,
    p.status as payment, p.amount_fen, p.refunded_fen
from mall.redemption r
left join mall.payment p on p.tenant_id = r.tenant_id and p.redemption_id = r.redemption_id
where r.tenant_id = $1
"""
_numbers = count(1)


class OnPostgres:
    """A tenant of a real database, and a committer of its own."""

    def __init__(self, database_url: str, rules: Rules) -> None:
        self._runner = asyncio.Runner()
        self._stack = AsyncExitStack()
        self.code = f"world-{next(_numbers)}"
        self._runner.run(self._open(database_url, rules))

    async def _open(self, database_url: str, rules: Rules) -> None:
        self._owner = await asyncpg.connect(database_url)
        self._stack.push_async_callback(self._owner.close)
        self._pool = pool = await self._stack.enter_async_context(committer_pool(database_url))
        self._committer = await self._stack.enter_async_context(Committer(pool).running())
        self.world = await _create(self._owner, self.code, rules)

    def close(self) -> None:
        """Check what is derived, as the verification of the ledger does, and disconnect."""
        try:
            for tenant, code in (
                (self.world.tenant, self.code),
                (self.world.partner, f"{self.code}-partner"),
            ):
                self._runner.run(
                    require_agreement(
                        self._owner, codes={tenant: code}, tenant_id=tenant, checking=lambda words: None
                    )
                )
        finally:
            self._runner.run(self._stack.aclose())
            self._runner.close()

    def deliver(self, commands: Sequence[Command]) -> list[Answer]:
        """Submit commands at once: they are committed as one batch, in their order."""

        async def submit() -> list[Answer]:
            return await asyncio.gather(*(self._committer.submit(command) for command in commands))

        return self._runner.run(submit())

    def reveal(self, draw_id: UUID, *, now: datetime) -> dict[UUID, int]:
        """Reveal a draw."""
        return self._runner.run(reveal(self._pool, self.world.tenant, draw_id, now))

    def stop(self, campaign_id: UUID, *, now: datetime) -> None:
        """Stop a campaign."""
        self._runner.run(
            stop_campaign(
                self._owner,
                tenant_id=self.world.tenant,
                campaign_id=campaign_id,
                by="boss",
                reason="enough",
                now=now,
            )
        )

    def quote(self, *, member: UUID, points: int, at: datetime) -> UUID | Problem:
        """Offer a member what points buy of the partner's."""
        code = f"{self.code}-partner"
        return self._runner.run(
            quote(self._owner, self.world, partner_code=code, member=member, points=points, at=at)
        )

    def books(self) -> Books:
        """Return the tenant's rows, and those of its partner."""
        return self._runner.run(self._books())

    async def _books(self) -> Books:
        books = await books_of(self._owner, self.world.tenant)
        books.partner = await books_of(self._owner, self.world.partner)
        books.stock = dict(await self._rows("select item_id, on_hand from mall.stock where tenant_id = $1"))
        books.allotted = dict(
            await self._rows("select item_id, allotted from mall.stock where tenant_id = $1")
        )
        ((books.sale_left,),) = await self._rows(
            "select left_count from mall.flash_sale where tenant_id = $1"
        )
        await read_draws(self._owner, self.world.tenant, books)
        await read_campaigns(self._owner, self.world.tenant, books)
        books.bought.update(
            dict(
                await self._rows(
                    "select member_id, bought_count from mall.flash_sale_member where tenant_id = $1"
                )
            )
        )
        for item_id, redemption_id in await self._rows(
            "select item_id, redemption_id from mall.voucher_code where tenant_id = $1"
        ):
            if redemption_id is None:
                books.free_codes[item_id] += 1
            else:
                books.issued_codes[redemption_id] += 1
        for r in await self._rows(_ORDERS):
            payment = (r["payment"], r["amount_fen"], r["refunded_fen"]) if r["payment"] else None
            books.orders[r["redemption_id"]] = OrderRow(
                r["status"], r["points"], r["refunded_points"], r["refunded_cash_fen"], r["deadline"],
                tuple(zip(r["quantities"], r["refunded"], strict=True)), payment,
            )  # fmt: skip
        for refund_id, payment_id, fen in await self._rows(
            "select refund_id, payment_id, amount_fen from mall.cash_refund where tenant_id = $1"
        ):
            books.cash_refunds[refund_id] = (payment_id, fen)
        return books

    async def _rows(self, query: str) -> list[Any]:
        return list(await self._owner.fetch(query, self.world.tenant))


async def _create(owner: asyncpg.Connection, code: str, rules: Rules) -> World:
    tenant = await create_tenant(owner, NewTenant(code, "橡果", "retail", lot_validity_months=rules.months))
    cash, offset = rules.cash or (None, None), rules.offset or (None, None)
    await owner.execute(
        "update mall.program set pending_days = $2, expiry_rounding = $3, return_policy = $4, "
        "refund_grace_days = $5, cash_points = $6, cash_fen = $7, cash_share_min_bp = $8, cash_share_max_bp = $9, "
        "offset_points = $10, offset_fen = $11, payment_minutes = $12, review_hours = $13, "
        "confirmation_hours = $14 where tenant_id = $1",
        tenant, rules.pending_days, rules.rounding, rules.policy, rules.grace_days, *cash, rules.least_cash,
        rules.most_cash, *offset, rules.payment_minutes, rules.review_hours, rules.confirmation_hours,
    )  # fmt: skip
    members = await register_members(
        owner, tenant_id=tenant, external_refs=["E-1", "E-2"], registered_at=[LONG_AGO] * 2
    )
    known = await add_items(
        owner, [NewItem(f"{code}-{name}", name, "demo", "physical", "staple") for name in OFFERS]
    )
    items = {name: known[f"{code}-{name}"] for name in OFFERS}
    await add_offers(
        owner,
        tenant_id=tenant,
        offers=[
            NewOffer(items[name], o.price, o.handover, LONG_AGO, LONG_AGO, o.until)
            for name, o in OFFERS.items()
        ],
    )
    for name, offer in OFFERS.items():
        await owner.execute(
            "update mall.offer set cash_share_min_bp = $3, cash_share_max_bp = $4 where tenant_id = $1 and item_id = $2",
            tenant,
            items[name],
            *offer.cash,
        )
    for name, offer in OFFERS.items():
        if offer.is_coded:
            codes = [f"{code}-{number}" for number in range(PIECES[name])]
            async with owner.transaction():
                await import_codes(
                    owner, Vault(b"v" * 32), tenant_id=tenant, item_id=items[name], codes=codes, at=LONG_AGO
                )
    receipts = [
        StockReceipt(items[name], PIECES[name], "opening", LONG_AGO)
        for name, offer in OFFERS.items()
        if not offer.is_coded
    ]
    await receive_stock(owner, tenant_id=tenant, receipts=receipts)
    sale = NewSale("sale", items["tea"], SALE_PRICE, START, SALE_ENDS, SALE_PIECES, SALE_LIMIT)
    await open_sale(owner, tenant_id=tenant, sale_id=SALE_ID, new=sale, request_hash=bytes(32), now=START)
    await open_draws(owner, tenant, items)
    await open_campaigns(owner, tenant, items, members["E-1"])
    await owner.execute(
        "insert into mall.risk_rule (tenant_id, kind, dimension, verdict, score, valid_from) values "
        "($1, 'missing_context', 'ip', 'review', 10, $2), ($1, 'blocked', null, 'deny', 100, $2)",
        tenant, LONG_AGO,
    )  # fmt: skip
    await owner.execute(
        "insert into mall.risk_block (tenant_id, dimension, subject, reason, valid_from) "
        "values ($1, 'device', $2, 'abuse', $3)",
        tenant, BARRED, LONG_AGO,
    )  # fmt: skip
    both = (members["E-1"], members["E-2"])
    partner, partner_members = await create_partner(
        owner, code=f"{code}-partner", tenant=tenant, members=both, rules=rules
    )
    return World(tenant, both, items, partner=partner, partner_members=partner_members)
