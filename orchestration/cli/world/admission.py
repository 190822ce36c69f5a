"""Lives through how newcomers are let in, or not: documents, samples, a trial order and what comes of it."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Literal, NamedTuple
from uuid import UUID

import numpy as np

from orchestration.cli.world.catalogue import BoolArray, Catalogue
from orchestration.cli.world.identity import Identities
from orchestration.cli.world.newcomers import NEWCOMERS, Newcomer
from orchestration.cli.world.service import DAY, HOUR
from transactional.catalogue.operations import StockReceipt
from transactional.database import Connection
from transactional.purchasing.domain import Batch
from transactional.purchasing.importing import PastOrder, PastPurchases, PastReceipt
from transactional.purchasing.lines import NewLine
from transactional.supplier_gates.domain import KINDS, LEAST_TRIAL, NewDocument, NewSample
from transactional.supplier_gates.handing_in import hand_in, verify
from transactional.supplier_gates.importing import import_trial
from transactional.supplier_gates.sampling import note_sample
from transactional.supplier_gates.suspending import suspend
from transactional.supplier_gates.trials import judge

Step = Literal["hand_in", "sample", "order", "receive", "judge", "suspend"]

_BY = "simulated buyer"
_PASSING = 70
# Days between the steps.
_SAMPLED_EVERY, _TRIED_AFTER, _JUDGED_AFTER, _SUSPENDED_AFTER = 6, 3, 7, 1
_PAPERS_HOLD = timedelta(days=1_095)


class _Due(NamedTuple):
    step: Step
    newcomer: int
    number: int = 0


def steps_of(number: int, one: Newcomer, days: int) -> list[tuple[int, _Due]]:
    """Return the day and the step of all that a newcomer goes through."""
    asks = int(days * one.asks_at)
    sampled = [asks + _SAMPLED_EVERY * n for n in range(1, len(one.samples) + 1)]
    tried = sampled[-1] + _TRIED_AFTER
    came = tried + one.delivers_after
    steps = [
        (asks, _Due("hand_in", number)),
        *((day, _Due("sample", number, n)) for n, day in enumerate(sampled)),
    ]
    steps += [(tried, _Due("order", number)), (came, _Due("receive", number))]
    steps.append((came + _JUDGED_AFTER, _Due("judge", number)))
    if not one.keeps_promises:
        steps.append((came + _JUDGED_AFTER + _SUSPENDED_AFTER, _Due("suspend", number)))
    return steps


class Admission:
    """The newcomers of a tenant.

    Attributes:
        is_active: whether each was let in by now.
    """

    def __init__(
        self, connection: Connection, tenant_id: UUID, first: date, days: int, start: int, suppliers: list[UUID],
        items: list[UUID], catalogue: Catalogue, purchases: PastPurchases, identities: Identities,
    ) -> None:  # fmt: skip
        """Begin with all gates before them.

        Args:
            start: epoch second of the first day's midnight.
            suppliers: the newcomers', in their order.
        """
        self._connection = connection
        self._tenant_id = tenant_id
        self._first = first
        self._start = start
        self._suppliers = suppliers
        self._items = [[items[n] for n in one.items(catalogue)] for one in NEWCOMERS]
        self._purchases = purchases
        self._identities = identities
        self._orders: dict[int, PastOrder] = {}
        self._due: defaultdict[int, list[_Due]] = defaultdict(list)
        for number, one in enumerate(NEWCOMERS):
            for day, due in steps_of(number, one, days):
                self._due[day].append(due)
        self.is_active: BoolArray = np.zeros(len(NEWCOMERS), dtype=bool)

    def judges(self, day: int) -> bool:
        """Tell whether a trial is judged on a day, before which all that happened has to be written."""
        return any(due.step == "judge" for due in self._due.get(day, ()))

    async def live(self, day: int) -> list[StockReceipt]:
        """Do what is due on a day, and return what comes to the shelf."""
        came: list[StockReceipt] = []
        for due in self._due.pop(day, ()):
            one, supplier_id = NEWCOMERS[due.newcomer], self._suppliers[due.newcomer]
            async with self._connection.transaction():
                match due.step:
                    case "hand_in":
                        await self._hand_in(day, one, supplier_id)
                    case "sample":
                        await self._sample(day, one, supplier_id, due.number)
                    case "order":
                        self._order(day, due.newcomer)
                    case "receive":
                        came += await self._receive(day, due.newcomer)
                    case "judge":
                        await self._judge(day, due.newcomer)
                    case "suspend":
                        await suspend(
                            self._connection, tenant_id=self._tenant_id, supplier_id=supplier_id, failed_gate="trial",
                            reason="试单到货延迟且数量不足", by=_BY, now=self._at(day, 14 * HOUR),
                        )  # fmt: skip
        return came

    async def _hand_in(self, day: int, one: Newcomer, supplier_id: UUID) -> None:
        brand_id = await self._connection.fetchval(
            "select brand_id from mall.brand where code = $1", one.brand
        )
        today = self._first + timedelta(days=day)
        for kind in KINDS:
            of_brand = kind == "brand_authorisation"
            number = f"SIM-N-{one.code}-{kind}"
            new = NewDocument(
                kind, number, brand_id if of_brand else None, 2 if of_brand else None, today, today, today + _PAPERS_HOLD,
                f"https://papers.example/{number}.pdf", sha256(number.encode()).hexdigest(),
            )  # fmt: skip
            document_id, _ = await hand_in(
                self._connection, tenant_id=self._tenant_id, supplier_id=supplier_id, new=new, by=one.name,
                now=self._at(day, 9 * HOUR),
            )  # fmt: skip
            await verify(
                self._connection, tenant_id=self._tenant_id, supplier_id=supplier_id, document_id=document_id, by=_BY,
                now=self._at(day, 16 * HOUR),
            )  # fmt: skip

    async def _sample(self, day: int, one: Newcomer, supplier_id: UUID, number: int) -> None:
        score = one.samples[number]
        is_passed = score >= _PASSING
        new = NewSample(
            f"{one.code} {number + 1}", "passed" if is_passed else "failed", score,
            "抽样检验合格" if is_passed else "抽样检验不合格，整改后重新送样", self._first + timedelta(days=day),
        )  # fmt: skip
        await note_sample(
            self._connection, tenant_id=self._tenant_id, supplier_id=supplier_id, new=new, by=_BY,
            now=self._at(day, 15 * HOUR),
        )  # fmt: skip

    def _order(self, day: int, newcomer: int) -> None:
        proposed = self._at(day, 10 * HOUR)
        order = PastOrder(
            self._identities.at(proposed),
            f"trial {NEWCOMERS[newcomer].code}",
            self._suppliers[newcomer],
            # A trial is of what is wanted most.
            (NewLine(self._items[newcomer][0], LEAST_TRIAL),),
            _BY,
            proposed,
            self._at(day, 11 * HOUR),
            self._at(day, 12 * HOUR),
        )
        self._purchases.place(order)
        self._orders[newcomer] = order

    async def _receive(self, day: int, newcomer: int) -> list[StockReceipt]:
        order, at = self._orders[newcomer], self._at(day, 8 * HOUR)
        percent = NEWCOMERS[newcomer].delivers_percent
        batches = tuple(Batch(n, line.quantity * percent // 100) for n, line in enumerate(order.lines, 1))
        came = self._purchases.receive(
            PastReceipt(self._identities.at(at), order.order_id, batches, at, is_last=True)
        )
        await self._purchases.write(order.order_id)
        await import_trial(
            self._connection, tenant_id=self._tenant_id, supplier_id=order.supplier_id, order_id=order.order_id,
            begun_at=order.proposed_at,
        )  # fmt: skip
        return came

    async def _judge(self, day: int, newcomer: int) -> None:
        order = self._orders.pop(newcomer)
        result = await judge(
            self._connection, tenant_id=self._tenant_id, supplier_id=order.supplier_id, order_id=order.order_id, by=_BY,
            now=self._at(day, 10 * HOUR),
        )  # fmt: skip
        self.is_active[newcomer] = result == "passed"

    def _at(self, day: int, second: int) -> datetime:
        return datetime.fromtimestamp(self._start + day * DAY + second, UTC)
