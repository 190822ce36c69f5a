"""The state machine: sends commands to an engine and to the reference model, and compares them after each step.

Rules live in mixins, one per capability (`points_rules`, `redemption_rules`, ...). A rule makes a command with
`self.about()` and hands it to `self.ask`; what the model makes of it stands in `expectations`.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, ClassVar, Protocol
from uuid import UUID

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize

from tests.transactional.machine.books import Books
from tests.transactional.machine.comparison import require_agreement
from tests.transactional.machine.expectations import Names, expect
from tests.transactional.machine.world import START, World, slow_mall
from tests.transactional.reference.program import Rules
from transactional.engine.book import Answer
from transactional.engine.commands import Command
from transactional.exchange.commands import ReverseExchange
from transactional.identifiers import derived
from transactional.ledger import commands as points
from transactional.problems import Problem
from transactional.redemption.commands import Spend

PROGRAMS = st.builds(
    Rules,
    months=st.sampled_from([1, 2, None]),
    pending_days=st.sampled_from([0, 0, 1, 3]),
    rounding=st.sampled_from(["day", "day", "month", "quarter"]),
    policy=st.sampled_from(["within_balance", "unlimited", "unlimited", "only_pending"]),
    grace_days=st.sampled_from([0, 5, 30]),
    cash=st.sampled_from([(1, 1), (3, 10), (7, 2), (9, 100), None]),
    least_cash=st.sampled_from([0, 1_000]),
    most_cash=st.sampled_from([10_000, 9_000, 5_000]),
    offset=st.sampled_from([(1, 1), (3, 1), (3, 10), (2, 7), None]),
    exchange=st.sampled_from([(3, 1, 500), (1, 3, 0), (7, 2, 1_234), (2, 5, 3_333), (12, 1, 50)]),
)


class Engine(Protocol):
    """What decides and keeps the books: decisions alone in memory, or the committer on PostgreSQL."""

    world: World

    def deliver(self, commands: Sequence[Command]) -> list[Answer]:
        """Decide commands that arrived together."""

    def reveal(self, draw_id: UUID, *, now: datetime) -> dict[UUID, int]:
        """Reveal a draw, as a worker does, and return which ticket won which prize.

        Raises:
            Problem: it is refused.
        """

    def quote(self, *, member: UUID, points: int, at: datetime) -> UUID | Problem:
        """Offer a member what points buy of the partner's."""

    def stop(self, campaign_id: UUID, *, now: datetime) -> None:
        """Stop a campaign that runs."""

    def books(self) -> Books:
        """Return what is stored."""

    def close(self) -> None:
        """Check what is checked once, and let go of everything."""


class MallMachine(RuleBasedStateMachine):
    """Keeps an engine and the model side by side.

    Attributes:
        sent: the first delivery of each key: the command and its answer.
        acts, holds, orders: ids of what was accepted, for rules to pick from.
    """

    make_engine: ClassVar[Any]

    def __init__(self) -> None:
        super().__init__()
        self.engine: Engine | None = None
        self.now = START
        self.sent: dict[str, tuple[Command, Answer]] = {}
        self.waiting: list[Command] = []
        self.together, self.order = 1, Random(0)
        self.names = Names()
        self.acts: list[UUID] = []
        self.holds: list[UUID] = []
        self.orders: list[UUID] = []
        self._number = 0

    @initialize(rules=PROGRAMS)
    def open(self, rules: Rules) -> None:
        self.engine = self.make_engine(rules)
        self.world = self.engine.world
        self.mall = slow_mall(self.world, rules)
        # Something to spend, of several lots, some of it about to end.
        for member in self.world.members:
            for days, amount in ((25, 17), (10, 40), (0, 90)):
                earned_at = self.earlier(timedelta(days=days))
                self.ask(
                    points.Earn(
                        **self.about(), member_id=member, transfer_id=self.fresh(), points=amount, kind="grant",
                        effective_at=earned_at,
                    )
                )  # fmt: skip

    def teardown(self) -> None:
        if self.engine is not None:
            try:
                self.deliver()
                books = self.engine.books()
                books.require_never_negative()
                assert books.partner is not None
                books.partner.require_never_negative()
            finally:
                self.engine.close()

    def fresh(self) -> UUID:
        """Return a new id; later ones sort after earlier ones."""
        self._number += 1
        # The upper bits tell ids apart that the engine derives from it.
        return UUID(int=(1 << 80) + (self._number << 70))

    def about(self, *, keyed: bool = True) -> dict[str, Any]:
        """Return what every command has; background work has no key."""
        key = f"k{len(self.sent) + len(self.waiting) + 1}-{self._number}" if keyed else None
        return {"tenant_id": self.world.tenant, "key": key, "body_hash": bytes(32), "at": self.now}

    @staticmethod
    def pick(known: Sequence[UUID], number: int) -> UUID:
        """Return a known id, counted from the newest; an unknown one if there is none or `number` is 30."""
        return known[-1 - number % len(known)] if known and number != 30 else UUID(int=404)

    def ask(self, command: Command) -> None:
        """Send a command, together with others if these are gathered."""
        self.waiting.append(command)
        if len(self.waiting) >= self.together:
            self.deliver()

    def gather(self, count: int, seed: int) -> None:
        """Let the next `count` commands arrive together, in an order of chance."""
        self.together, self.order = count, Random(seed)

    def retried(self, command: Command, *, other_body: bool) -> Command:
        """Return a retry: what the client says is the same, what the server adds is new."""
        fields = {"at": self.now}
        others = {points.PlaceHold: "hold_id", ReverseExchange: "reversal_id"}
        renewed = others.get(type(command), "transfer_id")
        if isinstance(command, Spend):
            renewed = "redemption_id"
        if hasattr(command, renewed):
            fields[renewed] = self.fresh()  # type: ignore[assignment]
        if other_body:
            fields["body_hash"] = b"\1" * 32  # type: ignore[assignment]
        return replace(command, **fields)  # type: ignore[arg-type]

    def deliver(self) -> None:
        """Deliver what waits and compare everything."""
        batch, self.waiting, self.together = self.waiting, [], 1
        if not batch:
            return
        if len(batch) > 1:
            self.order.shuffle(batch)
        assert self.engine is not None
        self.mall.commands_come()
        for command, answer in zip(batch, self.engine.deliver(batch), strict=True):
            self._judge(command, answer, alone=len(batch) == 1)
        self.compare()

    def _judge(self, command: Command, answer: Answer, *, alone: bool) -> None:
        body = msgspec.json.decode(answer.body)
        first = None if command.key is None else self.sent.get(command.key)
        if first is not None:
            if command.body_hash == first[0].body_hash:
                assert answer.replayed
                assert (answer.status, answer.body) == (first[1].status, first[1].body)
            else:
                assert (answer.status, _slug(body)) == (422, "idempotency-conflict")
            return
        assert not answer.replayed
        if command.key is not None:
            self.sent[command.key] = (command, answer)
        reasons = expect(self.mall, command, self.names)
        if answer.status >= 400:
            # What came to be in the same batch cannot have been known to whoever names it.
            met = {"unknown-transfer"} if reasons and not alone else set()
            assert _slug(body) in reasons | met, (command, body, reasons)
            return
        assert not reasons, (command, body, reasons)
        if "available_points" in body:
            wallet = self.mall.wallet(UUID(body["member_id"]))
            available = len(wallet.spendable(wallet.moment(command.at)))
            assert body["available_points"] == available, (command, body, available)
        self.learn(command, body)

    def learn(self, command: Command, body: dict[str, Any]) -> None:
        """Remember the ids of what was accepted."""
        if isinstance(command, points.Earn | points.Adjust):
            self.acts.append(command.transfer_id)
            if extra := body.get("campaign", {}).get("transfer_id"):
                self.acts.append(UUID(extra))
        elif isinstance(command, points.PlaceHold):
            self.holds.append(command.hold_id)
        elif isinstance(command, Spend):
            self.orders.append(command.redemption_id)
            self.acts.append(command.redemption_id)
            # It holds under an id of the engine's making.
            self.names.holds[derived(command.redemption_id, 10)] = command.redemption_id
            if "payment" in body:
                self.names.payments[UUID(body["payment"]["payment_id"])] = command.redemption_id

    def compare(self) -> None:
        """Compare everything that is stored with the model."""
        assert self.engine is not None
        books = self.engine.books()
        self.names.refunds = {refund: fen for refund, (_, fen) in books.cash_refunds.items()}
        self.payers = {refund: payment for refund, (payment, _) in books.cash_refunds.items()}
        require_agreement(books, self.mall, self.names, self.now)

    def sweep(self, member: UUID) -> None:
        """Debit a member's expired lots, as a sweeper does at any time."""
        about = self.about(keyed=False)
        oldest = date(2025, 1, 1)
        self.ask(points.ExpireLots(**about, member_id=member, transfer_id=self.fresh(), oldest=oldest))

    def later(self, step: timedelta) -> None:
        """Move the clock."""
        self.now = max(START - timedelta(days=60), self.now + step)

    def earlier(self, step: timedelta) -> datetime:
        """Return a past moment."""
        return self.now - step


def _slug(body: dict[str, Any]) -> str:
    return str(body["type"]).rsplit(":", 1)[-1]
