"""Random moves and deliveries of an order against a slow model that keeps nothing but what was asked of it."""

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from transactional.problems import Problem
from transactional.purchasing.domain import (
    Batch,
    Move,
    OrderLine,
    Status,
    after,
    is_made,
    received,
    with_batches,
)

ID = UUID(int=1)
DAY = date(2026, 3, 1)
ORDERED, MOST = {1: 10, 2: 4}, {1: 11, 2: 4}


@dataclass
class History:
    """All that ever happened: moves that were accepted, and pieces that came."""

    moves: list[str] = field(default_factory=list)
    good: list[tuple[int, int]] = field(default_factory=list)
    damaged: list[tuple[int, int]] = field(default_factory=list)

    def pieces(self, line: int) -> int:
        return sum(quantity for no, quantity in self.good if no == line)

    def status(self) -> str:
        """Where the order stands, told from the beginning each time."""
        if "reject" in self.moves:
            return "rejected"
        if "cancel" in self.moves:
            return "cancelled"
        if "order" not in self.moves:
            return "approved" if "approve" in self.moves else "proposed"
        if "close" in self.moves or all(self.pieces(no) >= quantity for no, quantity in ORDERED.items()):
            return "received"
        return "partially_received" if self.good or self.damaged else "ordered"

    def allows(self, move: str) -> bool:
        status = self.status()
        return (
            status
            in {
                "approve": ["proposed"],
                "reject": ["proposed"],
                "order": ["approved"],
                "close": ["partially_received"],
                "cancel": ["proposed", "approved", "ordered"],
                "receive": ["ordered", "partially_received"],
            }[move]
        )


class OrderMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.status = Status.PROPOSED
        self.lines = [OrderLine(no, ID, ID, ID, ORDERED[no], 1, 1, DAY, MOST[no]) for no in ORDERED]
        self.history = History()

    # What ends an order is rare, so that most come to their deliveries.
    @rule(move=st.sampled_from(["approve", "order"] * 4 + ["close", "reject", "cancel"]))
    def moves(self, move):
        if is_made(self.status, Move(move)):
            assert self.history.moves[-1] == move
            return
        try:
            self.status = after(ID, self.status, Move(move))
        except Problem:
            assert not self.history.allows(move)
        else:
            assert self.history.allows(move)
            self.history.moves.append(move)

    @precondition(lambda self: self.history.allows("receive"))
    @rule(line=st.sampled_from([1, 2]), over=st.sampled_from([0, 0, 1]))
    def all_that_is_taken_comes(self, line, over):
        rest = MOST[line] - self.history.pieces(line) + over
        if rest:
            self.a_delivery_comes([(line, rest, 0)])

    @rule(
        batches=st.lists(
            st.tuples(st.sampled_from([1, 1, 1, 2, 2, 3]), st.integers(1, 4), st.integers(0, 2)),
            min_size=1,
            max_size=2,
        )
    )
    def a_delivery_comes(self, batches):
        wanted = {no: self.history.pieces(no) for no in ORDERED}
        is_taken = self.history.allows("receive")
        for no, good, _ in batches:
            if no not in wanted:
                is_taken = False
            else:
                wanted[no] += good
        is_taken = is_taken and all(wanted[no] <= MOST[no] for no in ORDERED)
        try:
            reached = after(ID, self.status, Move.RECEIVE)
            lines = with_batches(self.lines, [Batch(*batch) for batch in batches], DAY)
        except Problem:
            assert not is_taken
            return
        assert is_taken
        self.lines, self.status = lines, received(reached, lines)
        self.history.good += [(no, good) for no, good, _ in batches]
        self.history.damaged += [(no, damaged) for no, _, damaged in batches]

    @invariant()
    def it_stands_where_its_history_led(self):
        assert self.status == self.history.status()
        for line in self.lines:
            assert line.received_quantity == self.history.pieces(line.line_no) <= MOST[line.line_no]
            assert line.damaged_quantity == sum(q for no, q in self.history.damaged if no == line.line_no)


OrderMachine.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestOrderMachine = OrderMachine.TestCase
