"""The table of a redemption's states, enumerated: each legal move works, each illegal one changes nothing."""

from copy import deepcopy
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest

from tests.transactional.machine.memory import TENANT, InMemory
from tests.transactional.machine.world import ADDRESS, START
from tests.transactional.reference.program import Rules
from transactional.identifiers import derived
from transactional.ledger.commands import Earn
from transactional.redemption.commands import (
    Cancel,
    CashPart,
    ConfirmOffset,
    OffsetBill,
    PaymentArrived,
    Progress,
    Redeem,
    Refund,
    Review,
    TimeOut,
)
from transactional.redemption.domain import Redemption
from transactional.redemption.states import MOVES, IllegalMove, Move, Status

ID = UUID(int=7 << 70)
SOON, LATE = START + timedelta(minutes=1), START + timedelta(days=9)

# What a whole refund, one of a part, and the moves of the carrier lead to.
REFUNDS = {"refund": "refunded", "refund_part": "partially_refunded"}
# How a redemption gets into each state, and what each request makes of it there; what is not named is refused.
# `pay` and `time_out` are news, not requests: where they no longer fit, cash goes back or nothing happens.
LEGAL = {
    "created, cash": {"pay": "completed", "cancel": "cancelled", "time_out": "cancelled"},
    "created, offset": {
        "confirm": "completed", "deny": "cancelled", "cancel": "cancelled", "time_out": "cancelled",
    },
    "in_review": {
        "approve": "completed", "reject": "cancelled", "cancel": "cancelled", "time_out": "cancelled",
    },
    "in_review, cash": {
        "approve": "created", "reject": "cancelled", "cancel": "cancelled", "time_out": "cancelled",
    },
    "paid": {"cancel": "cancelled"},
    "allocated": {"ship": "shipped", "cancel": "cancelled", **REFUNDS},
    "allocated, cash": {"ship": "shipped", "cancel": "cancelled", **REFUNDS},
    "shipped": {"deliver": "delivered", **REFUNDS},
    "delivered": {"complete": "completed", **REFUNDS},
    "completed": REFUNDS,
    "completed, at once": REFUNDS,
    "partially_refunded, allocated": {"ship": "partially_refunded", **REFUNDS},
    "partially_refunded, shipped": {"deliver": "partially_refunded", **REFUNDS},
    "partially_refunded, delivered": {"complete": "partially_refunded", **REFUNDS},
    "partially_refunded, completed": REFUNDS,
    "cancelled": {},
    "refunded": {},
}  # fmt: skip
REQUESTS = (
    "approve", "reject", "confirm", "deny", "pay", "ship", "deliver", "complete", "cancel", "time_out", "refund",
    "refund_part",
)  # fmt: skip
# The moves of the table that a request makes.
MOVES_OF = {
    "approve": (Move.APPROVE,), "reject": (Move.REJECT,), "confirm": (Move.PAY, Move.FULFIL),
    "deny": (Move.CANCEL,), "pay": (Move.PAY, Move.FULFIL), "ship": (Move.SHIP,), "deliver": (Move.DELIVER,),
    "complete": (Move.COMPLETE,), "cancel": (Move.CANCEL,), "time_out": (Move.TIME_OUT,),
    "refund": (Move.REFUND,), "refund_part": (Move.REFUND_PART,),
}  # fmt: skip
HOW = {
    "allocated": (), "shipped": ("ship",), "delivered": ("ship", "deliver"),
    "completed": ("ship", "deliver", "complete"), "refunded": ("refund",), "cancelled": ("cancel",),
    "partially_refunded, allocated": ("refund_part",),
    "partially_refunded, shipped": ("ship", "refund_part"),
    "partially_refunded, delivered": ("ship", "refund_part", "deliver"),
    "partially_refunded, completed": ("ship", "deliver", "complete", "refund_part"),
    "allocated, cash": ("pay",),
}  # fmt: skip


class Mall:
    """A mall with one redemption in a given state."""

    def __init__(self, state: str) -> None:
        self.engine = InMemory(Rules(months=None, cash=(1, 1), offset=(1, 1)))
        # At the shop's own prices; what campaigns make of them is in campaigns/.
        for campaign in self.engine.book.campaigns.campaigns.values():
            campaign.is_live = False
        self.member = self.engine.world.members[0]
        earn = Earn(
            **self.about(START), member_id=self.member, transfer_id=UUID(int=1), points=500, kind="grant"
        )
        self.deliver(earn)
        self.answer = self.deliver(self._made(state))
        for request in HOW.get(state, ()):
            self.answer = self.request(request)
        assert self.answer.status < 400, self.answer
        if state == "paid":
            # Where tickets of a draw rest; everything else leaves it within its decision.
            self.redemption.status = Status.PAID
        assert self.redemption.status == state.split(",")[0]

    @property
    def redemption(self) -> Redemption:
        return self.engine.book.redemptions[TENANT, ID]

    def about(self, at):
        return {"tenant_id": TENANT, "key": None, "body_hash": bytes(32), "at": at}

    def deliver(self, command):
        (answer,) = self.engine.deliver([command])
        return answer

    def _made(self, state: str):
        context = {} if state.startswith("in_review") else {"ip": ADDRESS}
        who = {**self.about(START), **context, "member_id": self.member, "redemption_id": ID}
        if state == "created, offset":
            return OffsetBill(**who, points=40, bill_reference="bill")
        ships = state in HOW or state == "paid"
        # Of four pots at 30 points cash pays 20 to 70 %.
        cash = CashPart("wechat", 40 if ships else 20) if state.endswith(", cash") else None
        item = self.engine.world.items["pot" if ships else "tea"]
        return Redeem(**who, asked=((item, 4),), cash=cash)

    def request(self, what: str):
        of = {**self.about(LATE if what == "time_out" else SOON), "redemption_id": ID}
        transfer_id = UUID(int=(99 + len(self.engine.book.messages)) << 70)
        offset = self.redemption.mode == "bill_offset"
        match what:
            case "approve" | "reject":
                return self.deliver(Review(**of, verdict=what, reviewer="Li"))
            case "confirm" | "deny":
                return self.deliver(ConfirmOffset(**of, accepted=what == "confirm"))
            case "ship" | "deliver" | "complete":
                return self.deliver(Progress(**of, move=Move(what)))
            case "cancel":
                return self.deliver(Cancel(**of, transfer_id=transfer_id, reason="changed my mind"))
            case "time_out":
                return self.deliver(TimeOut(**of))
            case "refund" | "refund_part":
                lines = ((1, 1),) if what == "refund_part" and not offset else None
                points = 1 if what == "refund_part" and offset else None
                return self.deliver(
                    Refund(
                        **of,
                        transfer_id=transfer_id,
                        lines=lines,
                        points=points,
                        restock=True,
                        reason="broken",
                    )
                )
            case "pay":
                payment = self.engine.book.payments.get((TENANT, ID))
                return self.deliver(
                    PaymentArrived(
                        **self.about(SOON), payment_id=derived(ID, 2), provider="wechat", provider_reference="w1",
                        amount_fen=payment.amount_fen if payment else 1, occurred_at=SOON,
                    )
                )  # fmt: skip
        raise AssertionError(what)

    def kept(self):
        book = self.engine.book
        return deepcopy(
            (
                book.accounts,
                book.redemptions,
                book.stock,
                book.codes,
                book.transfers,
                book.movements,
                book.messages,
            )
        )


@pytest.mark.parametrize("request_", REQUESTS)
@pytest.mark.parametrize("state", LEGAL)
def test_each_request_in_each_state(state, request_):
    mall = Mall(state)
    before = mall.kept()
    answer = mall.request(request_)
    told = msgspec.json.decode(answer.body)
    if request_ in LEGAL[state]:
        assert answer.status == 200, told
        assert told["status"] == LEGAL[state][request_] == mall.redemption.status
        return
    if request_ == "time_out":
        assert (answer.status, told) == (200, {})
        assert mall.kept() == before
    elif request_ == "pay" and (TENANT, ID) in mall.engine.book.payments:
        # Told again after it was captured, nothing happens; too early or too late, the cash goes back.
        assert answer.status == 200
        assert told["status"] == ("captured" if state == "allocated, cash" else "refund_due")
        assert mall.kept()[:-1] == before[:-1]
    elif request_ == "pay":
        assert told["type"] == "urn:pointmart:problem:unknown-payment"
        assert mall.kept() == before
    else:
        assert (answer.status, told["type"]) == (409, "urn:pointmart:problem:illegal-move"), told
        assert told["redemption_status"] == mall.redemption.status
        assert mall.kept() == before


def test_a_part_of_one_piece_is_the_whole():
    mall = Mall("completed, at once")
    for _ in range(3):
        assert msgspec.json.decode(mall.request("refund_part").body)["status"] == "partially_refunded"
    assert msgspec.json.decode(mall.request("refund_part").body)["status"] == "refunded"
    assert mall.redemption.refunded_points == 28


def test_the_requests_above_make_every_move_of_the_table():
    made = {(state.split(",")[0], move) for state, to in LEGAL.items() for r in to for move in MOVES_OF[r]}
    # What a redemption does by itself once it is made or paid.
    made |= {("created", Move.PARK), ("paid", Move.ALLOCATE), ("paid", Move.FULFIL)}
    table = {(str(status), move) for status, moves in MOVES.items() for move in moves}
    assert {(status, move) for status, move in made if move is not Move.FULFIL or status == "paid"} == table


# After a partial refund goods go on their way, but only from where they are.
STEPS = {Move.SHIP: "shipped_at", Move.DELIVER: "delivered_at", Move.COMPLETE: "completed_at"}


@pytest.mark.parametrize("move", Move)
@pytest.mark.parametrize("status", Status)
def test_each_move_from_each_state(status, move):
    redemption = Redemption(ID, UUID(int=1), "points", status, 10, START, [])
    if status is Status.PARTIALLY_REFUNDED or move in MOVES[status]:
        for step in list(STEPS)[: list(STEPS).index(move) if move in STEPS else 0]:
            setattr(redemption, STEPS[step], START)
    before = deepcopy(redemption)
    if move in MOVES[status]:
        redemption.move(move, SOON)
        assert redemption.status is MOVES[status][move]
        return
    with pytest.raises(IllegalMove) as refused:
        redemption.move(move, SOON)
    assert redemption == before
    assert refused.value.extra == {
        "redemption_id": str(ID), "redemption_status": str(status), "move": str(move),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("done", "allowed"),
    [
        ((), Move.SHIP),
        ((Move.SHIP,), Move.DELIVER),
        ((Move.SHIP, Move.DELIVER), Move.COMPLETE),
        (STEPS, None),
    ],
)
def test_what_was_partly_refunded_is_not_shipped_twice_nor_ahead_of_itself(done, allowed):
    for move in STEPS:
        redemption = Redemption(ID, UUID(int=1), "points", Status.PARTIALLY_REFUNDED, 10, START, [])
        for step in done:
            setattr(redemption, STEPS[step], START)
        if move is allowed:
            redemption.check(move)
        else:
            with pytest.raises(IllegalMove):
                redemption.check(move)
