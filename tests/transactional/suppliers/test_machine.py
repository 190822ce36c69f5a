"""Random acts at the gates against a slow model that keeps everything and works out each time where a supplier stands."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from uuid import UUID, uuid4

from transactional.clock import business_date
from transactional.identifiers import uuid7
from transactional.problems import Problem
from transactional.purchasing.domain import Batch, Move
from transactional.purchasing.lines import NewLine
from transactional.purchasing.operations import NewOrder, move_order, propose_order
from transactional.purchasing.receiving import NewReceipt, receive
from transactional.supplier_gates.acts import standing_of
from transactional.supplier_gates.domain import NewDocument, NewSample
from transactional.supplier_gates.handing_in import hand_in, reject, verify
from transactional.supplier_gates.sampling import note_sample
from transactional.supplier_gates.suspending import lift, suspend
from transactional.supplier_gates.trials import judge
from transactional.suppliers.dating import Dated, add_terms
from transactional.suppliers.domain import NewTerms
from transactional.suppliers.operations import add_supplier
from transactional.together import the_one

from .conftest import KINDS

SEQUENCES, ACTS = 16, 50


@dataclass
class Paper:
    kind: str
    first: date
    last: date
    is_good: bool = False
    verified: int = -1


@dataclass
class Model:
    """Everything that was ever done, numbered."""

    papers: dict[UUID, Paper] = field(default_factory=dict)
    samples: list[tuple[int, bool]] = field(default_factory=list)
    trials: list[tuple[int, bool]] = field(default_factory=list)
    failures: list[tuple[int, str]] = field(default_factory=list)
    is_suspended: bool = False
    trial_order: UUID | None = None
    has_come: bool = False
    step: int = 0

    def standing(self, day: date) -> str:
        if self.is_suspended:
            return "suspended"
        holding = [p for p in self.papers.values() if p.is_good and p.first <= day <= p.last]
        if {p.kind for p in holding} != set(KINDS):
            return "documents"
        failed = [step for step, gate in self.failures if gate == "documents"]
        if failed and not any(p.verified > max(failed) for p in holding):
            return "documents"
        for gate, found in (("samples", self.samples), ("trial", self.trials)):
            failed = [step for step, name in self.failures if name == gate]
            newest = found[-1] if found else (-1, False)
            if not newest[1] or newest[0] < max(failed, default=-1):
                return gate
        return "active"


class Walk:
    """One supplier, its model, and acts that are done to both."""

    def __init__(self, connection, shop, supplier, clock, random) -> None:
        self.connection, self.shop, self.clock, self.random = connection, shop, clock, random
        self.model = Model()
        self.who = {"tenant_id": shop.tenant_id, "supplier_id": supplier}
        self.supplier = supplier

    @property
    def day(self) -> date:
        return business_date(self.clock())

    async def told(self, act) -> str | None:
        """Do an act and return the name of what refused it."""
        try:
            async with self.connection.transaction():
                await act
                await self.connection.execute("set constraints all immediate")
        except Problem as refused:
            return type(refused).__name__
        return None

    async def act(self) -> None:
        self.model.step += 1
        weights = {"paper": 5, "rejection": 1, "sample": 3, "order": 5, "delivery": 3, "judgement": 4, "suspension": 0.5,
            "lift": 3, "days": 1}  # fmt: skip
        name = self.random.choices(list(weights), list(weights.values()))[0]
        await getattr(self, name)()
        found = await standing_of(self.connection, **self.who, now=self.clock())
        assert found == self.model.standing(self.day), name

    async def paper(self) -> None:
        missing = set(KINDS) - {
            p.kind for p in self.model.papers.values() if p.is_good and p.last >= self.day
        }
        kind = self.random.choice(sorted(missing) or KINDS)
        last = self.day + timedelta(days=self.random.choice([3, 20, 90]))
        of_brand = (self.shop.brand, 1) if kind == "brand_authorisation" else (None, None)
        new = NewDocument(
            kind, str(uuid4()), *of_brand, self.day, self.day, last, "https://x.example.com", "0" * 64
        )
        async with self.connection.transaction():
            document, _ = await hand_in(self.connection, **self.who, new=new, by="x", now=self.clock())
            paper = self.model.papers[document] = Paper(kind, self.day, last)
            if self.random.random() < 0.9:
                await verify(self.connection, **self.who, document_id=document, by="x", now=self.clock())
                paper.is_good, paper.verified = True, self.model.step

    async def rejection(self) -> None:
        good = [one for one, paper in self.model.papers.items() if paper.is_good]
        if not good:
            return
        document, is_forged = self.random.choice(good), self.random.random() < 0.5
        refused = await self.told(
            reject(
                self.connection,
                **self.who,
                document_id=document,
                reason="x",
                is_forged=is_forged,
                by="x",
                now=self.clock(),
            )
        )
        assert refused is None
        self.model.papers[document].is_good = False
        if is_forged and not self.model.is_suspended:
            self.model.is_suspended = True
            self.model.failures.append((self.model.step, "documents"))

    async def sample(self) -> None:
        is_good = self.random.random() < 0.8
        new = NewSample(str(uuid4()), "passed" if is_good else "failed", 50, "", self.day)
        refused = await self.told(note_sample(self.connection, **self.who, new=new, by="x", now=self.clock()))
        is_refused = self.model.standing(self.day) in ("documents", "suspended")
        assert refused == ("GateNotReached" if is_refused else None)
        if not is_refused:
            self.model.samples.append((self.model.step, is_good))

    async def order(self) -> None:
        quantity = self.random.choice([12, 499, 500, 1000, 1001])
        order_id = uuid7(self.clock())
        new = NewOrder(str(order_id), self.supplier, (NewLine(self.shop.tea, quantity),), "x")
        refused = await self.told(
            propose_order(
                self.connection,
                tenant_id=self.shop.tenant_id,
                order_id=order_id,
                new=new,
                request_hash=b"0" * 32,
                now=self.clock(),
            )
        )
        standing = self.model.standing(self.day)
        is_trial = standing == "trial"
        expected = {
            "suspended": "SupplierSuspended", "documents": "SupplierNotActive", "samples": "SupplierNotActive",
        }.get(standing)  # fmt: skip
        if is_trial and not 500 <= quantity <= 1000:
            expected = "TrialOrderSize"
        elif is_trial and self.model.trial_order is not None:
            expected = "TrialUnderWay"
        assert refused == expected
        if is_trial and refused is None:
            self.model.trial_order, self.model.has_come = order_id, False

    async def delivery(self) -> None:
        """Approve, place and book the trial order, if the supplier may be ordered from."""
        order_id = self.model.trial_order
        if order_id is None or self.model.has_come or self.model.standing(self.day) != "trial":
            return
        tenant_id = self.shop.tenant_id
        async with self.connection.transaction():
            for move in (Move.APPROVE, Move.ORDER):
                await move_order(
                    self.connection,
                    tenant_id=tenant_id,
                    order_id=order_id,
                    move=move,
                    by="li.na",
                    now=self.clock(),
                )
        quantity = await self.connection.fetchval(
            "select quantity from mall.purchase_order_line where purchase_order_id = $1", order_id
        )
        self.clock.now += timedelta(days=self.random.choice([1, 1, 1, 2]))
        receipt = NewReceipt("d", (Batch(1, quantity),), "x", self.clock())
        async with self.connection.transaction():
            await receive(
                self.connection, tenant_id=tenant_id, order_id=order_id, receipt_id=uuid7(self.clock()), new=receipt,
                request_hash=b"0" * 32,
            )  # fmt: skip
        self.model.has_come = True

    async def judgement(self) -> None:
        """Judge the trial order; it was to be there within a day."""
        order_id = self.model.trial_order
        if order_id is None:
            return
        refused = await self.told(
            judge(self.connection, **self.who, order_id=order_id, by="x", now=self.clock())
        )
        if self.model.standing(self.day) != "trial":
            assert refused == "GateNotReached"
        elif not self.model.has_come:
            assert refused == "TrialNotDue"
        else:
            assert refused is None
            in_time = await self.connection.fetchval(
                "select mall.business_day(received_at) <= expected_on from mall.receipt_batch "
                "join mall.purchase_order_line using (tenant_id, purchase_order_id, line_no) where purchase_order_id = $1",
                order_id,
            )
            self.model.trials.append((self.model.step, in_time))
            self.model.trial_order = None

    async def suspension(self) -> None:
        gate = self.random.choice(["documents", "samples", "trial"])
        refused = await self.told(
            suspend(
                self.connection, **self.who, failed_gate=gate, reason=str(uuid4()), by="x", now=self.clock()
            )
        )
        assert refused == ("AlreadySuspended" if self.model.is_suspended else None)
        if refused is None:
            self.model.is_suspended = True
            self.model.failures.append((self.model.step, gate))

    async def lift(self) -> None:
        assert await self.told(lift(self.connection, **self.who, by="x", now=self.clock())) is None
        self.model.is_suspended = False

    async def days(self) -> None:
        self.clock.now += timedelta(days=self.random.randint(1, 10))


async def test_a_supplier_stands_where_the_slow_model_says(app, shop, owner, clock, gates):
    await owner.execute(
        "insert into mall.warehouse (tenant_id, code, name, region, is_default) values ($1, 'n', 'n', 'n', true) "
        "on conflict do nothing",
        shop.tenant_id,
    )
    object.__setattr__(shop, "brand", gates.brand)
    random = Random(1)
    reached: set[str] = set()
    async with app.state.pools.api.acquire() as connection:
        await connection.execute("select set_config('pointmart.tenant_id', $1, false)", str(shop.tenant_id))
        for number in range(SEQUENCES):
            async with connection.transaction():
                supplier, _ = await add_supplier(
                    connection, tenant_id=shop.tenant_id, code=f"s{number}", name="s"
                )
                terms = NewTerms(
                    item_id=shop.tea, lead_time_days=1, worst_lead_time_days=1, unit_cost_fen=1,
                    valid_from=date(2026, 1, 1),
                )  # fmt: skip
                the_one(await add_terms(connection, tenant_id=shop.tenant_id, dated=[Dated(supplier, terms)]))
            walk = Walk(connection, shop, supplier, clock, random)
            for _ in range(ACTS):
                await walk.act()
                reached.add(walk.model.standing(walk.day))
    assert reached == {"documents", "samples", "trial", "active", "suspended"}
