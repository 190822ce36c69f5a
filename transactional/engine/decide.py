"""Decides commands one after another on a state held in memory: no I/O, no clock, no chance."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

import msgspec

from transactional.engine.commands import Command, Earn, Redeem
from transactional.ledger.domain import Account, Lot, expiry_of
from transactional.members.domain import UnknownMember
from transactional.problems import Problem
from transactional.redemption.domain import Line, Offer, first_status, price_lines


class IdempotencyConflict(Problem):
    """The key was used before for something else."""

    slug = "idempotency-conflict"
    title = "The idempotency key was used for another request"
    status = 422

    def __init__(self, key: str) -> None:
        super().__init__(
            f"the key {key!r} was used for a different request; make a new key for a new request"
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What the client is told, to the letter; kept under its key."""

    status: int
    body: bytes
    body_hash: bytes
    replayed: bool = False


@dataclass(slots=True)
class State:
    """The rows a batch touches, by tenant. `decide` changes it as it goes.

    Attributes:
        accounts: member accounts by (tenant, member); erased and unknown members have none.
        offers, on_hand: by tenant, then item.
        answers: first answers by (tenant, key).
        validity_months: how long a tenant's lots last.
    """

    accounts: dict[tuple[UUID, UUID], Account] = field(default_factory=dict)
    offers: dict[UUID, dict[UUID, Offer]] = field(default_factory=dict)
    on_hand: dict[UUID, dict[UUID, int]] = field(default_factory=dict)
    answers: dict[tuple[UUID, str], Answer] = field(default_factory=dict)
    validity_months: dict[UUID, int | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Redeemed:
    """Points and stock taken: what each lot gave and the lines at their prices."""

    command: Redeem
    points: int
    debits: tuple[tuple[UUID, int], ...]
    balance_after: int
    lines: tuple[Line, ...]
    status: str


@dataclass(frozen=True, slots=True)
class Earned:
    """Points credited as a new lot."""

    command: Earn
    lot: Lot
    balance_after: int


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing happened; the refusal is kept as the key's first answer."""

    command: Command


Outcome = Redeemed | Earned | Refused


def decide(commands: Iterable[Command], state: State) -> tuple[list[Outcome], list[Answer]]:
    """Decide commands in order.

    Returns:
        The outcomes to be written (none for a replay or a key conflict), and an answer per command.
    """
    outcomes: list[Outcome] = []
    answers: list[Answer] = []
    for command in commands:
        slot = (command.tenant_id, command.key)
        first = state.answers.get(slot)
        if first is not None:
            answers.append(_again(command, first))
            continue
        outcome, answer = _decide_one(command, state)
        state.answers[slot] = answer
        outcomes.append(outcome)
        answers.append(answer)
    return outcomes, answers


def _again(command: Command, first: Answer) -> Answer:
    if first.body_hash != command.body_hash:
        return _refusal(IdempotencyConflict(command.key), command)
    return Answer(first.status, first.body, first.body_hash, replayed=True)


def _decide_one(command: Command, state: State) -> tuple[Outcome, Answer]:
    account = state.accounts.get((command.tenant_id, command.member_id))
    try:
        if account is None:
            raise UnknownMember(command.member_id)
        if isinstance(command, Redeem):
            return _redeem(command, account, state)
        return _earn(command, account, state)
    except Problem as problem:
        return Refused(command), _refusal(problem, command)


def _redeem(command: Redeem, account: Account, state: State) -> tuple[Outcome, Answer]:
    offers = state.offers.get(command.tenant_id, {})
    on_hand = state.on_hand.setdefault(command.tenant_id, {})
    lines = price_lines(command.asked, command.at, offers, on_hand)
    points = sum(line.quantity * line.unit_points for line in lines)
    debits = tuple(account.spend(points, command.at))
    for line in lines:
        on_hand[line.item_id] -= line.quantity
    status = first_status(lines, offers)
    outcome = Redeemed(command, points, debits, account.balance, lines, status)
    body = {
        "redemption_id": command.redemption_id,
        "member_id": command.member_id,
        "status": status,
        "points": points,
        "available_points": account.available(command.at),
        "effective_at": command.at,
        "lines": [
            {
                "item_id": line.item_id,
                "quantity": line.quantity,
                "unit_points": line.unit_points,
                "points": line.quantity * line.unit_points,
            }
            for line in lines
        ],
    }
    return outcome, Answer(201, msgspec.json.encode(body), command.body_hash)


def _earn(command: Earn, account: Account, state: State) -> tuple[Outcome, Answer]:
    expires_on = expiry_of(command.at, state.validity_months[command.tenant_id])
    lot = Lot(command.transfer_id, command.points, command.points, command.at, expires_on)
    account.credit(lot)
    body = {
        "transfer_id": command.transfer_id,
        "member_id": command.member_id,
        "kind": command.kind,
        "points": command.points,
        "available_points": account.available(command.at),
        "effective_at": command.at,
        "expires_on": expires_on,
    }
    outcome = Earned(command, lot, account.balance)
    return outcome, Answer(201, msgspec.json.encode(body), command.body_hash)


def _refusal(problem: Problem, command: Command) -> Answer:
    return Answer(problem.status, msgspec.json.encode(problem.document()), command.body_hash)
