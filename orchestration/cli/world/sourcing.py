"""Who may sell what to a simulated shop: its suppliers with their papers, newcomers, and one that is in trouble."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from orchestration.cli.world.admission import Admission
from orchestration.cli.world.catalogue import Catalogue, IntArray
from orchestration.cli.world.gates import Gates
from orchestration.cli.world.identity import Identities
from orchestration.cli.world.newcomers import NEWCOMERS
from orchestration.cli.world.papers import plan_papers
from orchestration.cli.world.plan import WorldPlan
from orchestration.cli.world.setting import Setting
from orchestration.cli.world.terms import SUPPLIERS, ItemTerms
from orchestration.cli.world.trouble import plan_trouble
from orchestration.cli.world.truth import Truth
from transactional.catalogue.operations import StockReceipt
from transactional.database import Connection
from transactional.purchasing.importing import PastPurchases


class Sourcing:
    """What a shop can show and order, day by day.

    Attributes:
        shown: the catalogue without what nobody may sell today.
        trouble: of the supplier that fails.
    """

    def __init__(
        self, catalogue: Catalogue, terms: ItemTerms, plan: WorldPlan, rng: np.random.Generator
    ) -> None:
        """Plan what will happen; `begin` before the first day."""
        self._catalogue = catalogue
        self._terms = terms
        self._plan = plan
        self._papers = plan_papers(plan.days, rng)
        self._offered: Sequence[list[int]] = [one.items(catalogue) for one in NEWCOMERS]
        self.trouble = plan_trouble(plan.days, rng)
        self.shown = catalogue

    async def begin(
        self, connection: Connection, setting: Setting, purchases: PastPurchases, identities: Identities, truth: Truth
    ) -> None:  # fmt: skip
        """Hand in what was handed in before the first day."""
        plan = self._plan
        self._gates = await Gates.begin(
            connection, tenant_id=setting.tenant_id, first=plan.first, start=plan.start,
            suppliers=setting.suppliers[: len(SUPPLIERS)], items=setting.items, papers=self._papers, truth=truth,
        )  # fmt: skip
        self._admission = Admission(
            connection, setting.tenant_id, plan.first, plan.days, plan.start, setting.suppliers[len(SUPPLIERS) :],
            setting.items, self._catalogue, purchases, identities,
        )  # fmt: skip
        for row in self._truth(plan.first):
            truth.note("suppliers", row)

    def judges(self, day: int) -> bool:
        """Tell whether a trial is judged on a day, before which all that happened has to be written."""
        return self._admission.judges(day)

    async def live(self, day: int) -> tuple[bool, list[StockReceipt]]:
        """Live through a day; tell whether what is sold has changed, and return what trial orders bring to the shelf."""
        has_changed = await self._gates.live(day)
        if has_changed:
            until = np.where(self._gates.is_authorised, self._catalogue.listed_until, 0)
            self.shown = replace(self._catalogue, listed_until=until)
        return has_changed, await self._admission.live(day)

    def sellers(self, day: int) -> IntArray:
        """Return of whom each item is ordered: of a newcomer that was let in every other day, or if nobody else may."""
        sellers = self._terms.supplier.copy()
        for number, items in enumerate(self._offered):
            if self._admission.is_active[number]:
                others = self._gates.is_active[sellers[items]]
                sellers[items] = np.where(others & (day % 2 == 0), sellers[items], len(SUPPLIERS) + number)
        return sellers

    def orderable(self, pieces: IntArray, sellers: IntArray) -> IntArray:
        """Return the pieces that may be ordered: of sellers that are active, and of brands that they may sell."""
        is_active = np.concatenate([self._gates.is_active, self._admission.is_active])
        ordered: IntArray = np.where(is_active[sellers] & self._gates.is_authorised, pieces, 0)
        return ordered

    def _truth(self, first: date) -> list[dict[str, object]]:
        trouble = self.trouble
        rows: list[dict[str, object]] = [
            {
                "code": one.code, "slowness": one.slowness, "defects": one.defects, "is_newcomer": False,
                "keeps_promises": True, "trouble_from": None, "trouble_until": None,
            }
            for one in SUPPLIERS
        ]  # fmt: skip
        rows[trouble.supplier] |= {
            "trouble_from": first + timedelta(days=trouble.begins),
            "trouble_until": first + timedelta(days=trouble.ends - 1),
        }
        return rows + [
            {
                "code": one.code, "slowness": 1.0, "defects": 1.0, "is_newcomer": True,
                "keeps_promises": one.keeps_promises, "trouble_from": None, "trouble_until": None,
            }
            for one in NEWCOMERS
        ]  # fmt: skip
