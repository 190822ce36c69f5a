"""Suppliers that ask to be let in while the world goes on, what they offer, and how they will do."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

import numpy as np

from orchestration.cli.world.catalogue import Catalogue
from orchestration.cli.world.presets import CATEGORIES
from orchestration.cli.world.supply import lead_time_kept
from orchestration.cli.world.terms import WORST_SHARE, ItemTerms
from transactional.database import Connection
from transactional.suppliers.dating import Dated, add_terms
from transactional.suppliers.domain import NewTerms
from transactional.suppliers.operations import add_supplier
from transactional.together import the_one

LEAD_DAYS: Final = 8
# They ask less than whoever has the shop's custom.
_COST_PERCENT: Final = 97
# The most items that one offers.
_ITEMS: Final = 5
_SECOND: Final = 2


@dataclass(frozen=True)
class Newcomer:
    """A supplier that asks to be let in.

    Attributes:
        brand: the code of what it is authorised to sell.
        category: of the goods that it offers.
        asks_at: when it hands its documents in, as a part of the world.
        samples: the scores of the tests of its samples; all but the last fail.
        delivers_after, delivers_percent: days after the trial order, and how much of it comes then.
    """

    code: str
    name: str
    brand: str
    category: str
    asks_at: float
    samples: tuple[int, ...]
    delivers_after: int
    delivers_percent: int

    @property
    def keeps_promises(self) -> bool:
        """Tell whether its trial order comes whole and in time."""
        return self.delivers_after <= LEAD_DAYS and self.delivers_percent == 100

    def items(self, catalogue: Catalogue) -> list[int]:
        """Return the items that it offers: what is wanted most of its category."""
        code = np.array([category.code for category in CATEGORIES])[catalogue.category]
        found = np.flatnonzero(code == self.category)
        chosen: list[int] = found[np.argsort(-catalogue.appeal[found], kind="stable")][:_ITEMS].tolist()
        return chosen


NEWCOMERS: Final = (
    Newcomer("card-direct", "示例卡券直供", "sim-direct", "phone_topup", 0.2, (58, 91), 4, 100),
    Newcomer("bargain-outlet", "示例尾货工坊", "sim-outlet", "kitchen", 0.3, (72,), 21, 70),
)


async def add_newcomers(
    connection: Connection, tenant_id: UUID, items: list[UUID], catalogue: Catalogue, terms: ItemTerms,
    first: date, days: int,
) -> list[UUID]:  # fmt: skip
    """Add the newcomers as the service does, with every gate before them, and the terms that they offer; return their ids."""
    ids = []
    await connection.execute("select set_config('pointmart.tenant_id', $1, true)", str(tenant_id))
    # Whom the database's owner adds has no gates before it.
    await connection.execute("set local role pointmart_api")
    for one in NEWCOMERS:
        supplier_id, _ = await add_supplier(connection, tenant_id=tenant_id, code=one.code, name=one.name)
        ids.append(supplier_id)
        for item in one.items(catalogue):
            new = NewTerms(
                item_id=items[item],
                lead_time_days=LEAD_DAYS,
                worst_lead_time_days=lead_time_kept(WORST_SHARE),
                unit_cost_fen=max(int(terms.cost[item]) * _COST_PERCENT // 100, 1),
                valid_from=first + timedelta(days=int(days * one.asks_at)),
                min_order_quantity=1,
                pack_size=1,
                rank=_SECOND,
            )
            the_one(await add_terms(connection, tenant_id=tenant_id, dated=[Dated(supplier_id, new)]))
    await connection.execute("reset role")
    return ids
