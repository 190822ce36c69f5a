"""Lives through what suppliers hand in and what is found out about it; shops sell and buy accordingly."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import numpy as np

from orchestration.cli.world.brands import BRANDS
from orchestration.cli.world.catalogue import BoolArray
from orchestration.cli.world.papers import Paper
from orchestration.cli.world.service import DAY, HOUR
from orchestration.cli.world.truth import Truth
from transactional.brand_authorisations.operations import demand
from transactional.database import Connection
from transactional.supplier_gates.acts import standings_of
from transactional.supplier_gates.alerts import evaluate_alerts
from transactional.supplier_gates.domain import NewDocument
from transactional.supplier_gates.handing_in import hand_in, reject, verify
from transactional.supplier_gates.suspending import lift

_BY = "simulated buyer"
_HANDED_IN, _VERIFIED, _FOUND_OUT, _LIFTED = (9 * HOUR, 9 * HOUR + 1_800, 10 * HOUR, 10 * HOUR + 1_800)
_DEMANDED_BEFORE = timedelta(days=20)
# Alerts are looked at so often, as people would.
_WATCHED_EVERY = 14


class Gates:
    """The documents of a tenant's suppliers, day by day.

    Attributes:
        is_active: of each supplier, whether anything may be ordered there.
        is_authorised: of each item, whether somebody may sell it.
    """

    def __init__(
        self, connection: Connection, tenant_id: UUID, first: date, start: int, suppliers: list[UUID],
        items: list[UUID], brands: dict[str, UUID], papers: tuple[Paper, ...], truth: Truth,
    ) -> None:  # fmt: skip
        """Use `begin`."""
        self._connection = connection
        self._tenant_id = tenant_id
        self._first = first
        self._start = start
        self._suppliers = suppliers
        self._items = items
        self._brands = brands
        self._ids: dict[str, UUID] = {}
        self._due: defaultdict[int, list[tuple[int, Paper]]] = defaultdict(list)
        self._turns: set[int] = set()
        for paper in papers:
            self._due[paper.handed_in].append((_HANDED_IN, paper))
            self._due[paper.verified].append((_VERIFIED, paper))
            if paper.found_out is not None:
                self._due[paper.found_out].append((_FOUND_OUT, paper))
            self._turns |= {paper.valid_from, paper.expires + 1}
            truth.note("authorisations", self._truth_of(paper))
        self.is_active: BoolArray = np.ones(len(suppliers), dtype=bool)
        self.is_authorised: BoolArray = np.ones(len(items), dtype=bool)

    @classmethod
    async def begin(
        cls, connection: Connection, *, tenant_id: UUID, first: date, start: int, suppliers: list[UUID],
        items: list[UUID], papers: tuple[Paper, ...], truth: Truth,
    ) -> "Gates":  # fmt: skip
        """Begin with what was handed in before the first day, and with authorisations demanded of known brands.

        Args:
            start: epoch second of the first day's midnight.
            suppliers, items: as the database knows them, in the order of their numbers.
        """
        rows = await connection.fetch("select code, brand_id from mall.brand")
        brands = {row["code"]: row["brand_id"] for row in rows}
        gates = cls(connection, tenant_id, first, start, suppliers, items, brands, papers, truth)
        for day in sorted(day for day in gates._due if day < 0):
            await gates._act(day)
        now = datetime.fromtimestamp(start, UTC) - _DEMANDED_BEFORE
        async with connection.transaction():
            for brand in BRANDS:
                if brand.is_known:
                    await demand(
                        connection, tenant_id=tenant_id, brand_id=brands[brand.code], is_demanded=True, by=_BY, now=now
                    )  # fmt: skip
        await gates.look(0)
        return gates

    async def live(self, day: int) -> bool:
        """Do what is due on a day, and tell whether what is sold or where is bought may have changed."""
        has_acted = day in self._due
        if has_acted:
            await self._act(day)
        if day % _WATCHED_EVERY == 0:
            now = self._at(day, _LIFTED)
            await evaluate_alerts(self._connection, now=now, tenant_id=self._tenant_id)
        if has_acted or day in self._turns:
            await self.look(day)
            return True
        return False

    async def look(self, day: int) -> None:
        """Look who is active and what is authorised on a day."""
        now = self._at(day, DAY - 1)
        standings = await standings_of(self._connection, tenant_id=self._tenant_id, now=now)
        self.is_active = np.array([standings[one] == "active" for one in self._suppliers])
        ended = await self._connection.fetch(
            "select item_id from mall.offer where tenant_id = $1 and authorised_until <= $2",
            self._tenant_id,
            now,
        )
        gone = {row["item_id"] for row in ended}
        self.is_authorised = np.array([item not in gone for item in self._items])

    async def _act(self, day: int) -> None:
        async with self._connection.transaction():
            for second, paper in sorted(self._due.pop(day), key=lambda due: (due[0], due[1].number)):
                now, supplier_id = self._at(day, second), self._suppliers[paper.supplier]
                if second == _HANDED_IN:
                    self._ids[paper.number], _ = await hand_in(
                        self._connection, tenant_id=self._tenant_id, supplier_id=supplier_id, new=self._new(paper),
                        by="simulated supplier", now=now,
                    )  # fmt: skip
                elif second == _VERIFIED:
                    await verify(
                        self._connection, tenant_id=self._tenant_id, supplier_id=supplier_id,
                        document_id=self._ids[paper.number], by=_BY, now=now,
                    )  # fmt: skip
                    if paper.lifts:
                        await lift(
                            self._connection, tenant_id=self._tenant_id, supplier_id=supplier_id, by=_BY,
                            now=self._at(day, _LIFTED),
                        )  # fmt: skip
                else:
                    await reject(
                        self._connection, tenant_id=self._tenant_id, supplier_id=supplier_id,
                        document_id=self._ids[paper.number], reason="经品牌方核实，授权书系伪造", is_forged=True, by=_BY,
                        now=now,
                    )  # fmt: skip

    def _new(self, paper: Paper) -> NewDocument:
        brand = None if paper.brand is None else self._brands[BRANDS[paper.brand].code]
        return NewDocument(
            paper.kind, paper.number, brand, paper.level, self._day(paper.valid_from), self._day(paper.valid_from),
            self._day(paper.expires), f"https://papers.example/{paper.number}.pdf", paper.file_sha256,
        )  # fmt: skip

    def _truth_of(self, paper: Paper) -> dict[str, object]:
        return {
            "number": paper.number,
            "kind": paper.kind,
            "brand": None if paper.brand is None else BRANDS[paper.brand].code,
            "valid_from": self._day(paper.valid_from),
            "expires_on": self._day(paper.expires),
            "is_forged": paper.found_out is not None,
            "found_out_on": None if paper.found_out is None else self._day(paper.found_out),
        }

    def _day(self, number: int) -> date:
        return self._first + timedelta(days=number)

    def _at(self, day: int, second: int) -> datetime:
        return datetime.fromtimestamp(self._start + day * DAY + second, UTC)
