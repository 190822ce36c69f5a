"""Decides commands one after another on a book held in memory: no I/O, no clock, no chance."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any

import msgspec

from transactional.draws import commands as draws
from transactional.draws.decisions import buy_ticket, cancel_draw, settle_ticket
from transactional.engine.book import Answer, Book, KeptApart
from transactional.engine.commands import Command
from transactional.engine.kept_hash import keyed
from transactional.engine.reply import Reply
from transactional.engine.words import apart
from transactional.exchange import commands as exchange
from transactional.exchange.decisions import exchange_points, reverse_exchange
from transactional.ledger import commands as ledger
from transactional.ledger.decisions import adjust, earn, expire_lots
from transactional.ledger.holds import capture_hold, place_hold, release_hold, sweep_hold
from transactional.ledger.reversals import correct, take_back
from transactional.members.commands import EraseMember
from transactional.members.erasing import erase_member
from transactional.problems import Problem
from transactional.redemption import commands as redemption
from transactional.redemption.ending import cancel, refund, time_out
from transactional.redemption.making import offset_bill, redeem
from transactional.redemption.progress import cash_returned, confirm_offset, payment_arrived, progress, review
from transactional.redemption.unmet import note_refusal

# Each decision takes its own kind of command, so the table as a whole takes any.
Decision = Callable[[Any, Book], Reply]

DECISIONS: Mapping[type[Command], Decision] = MappingProxyType(
    {
        ledger.Earn: earn,
        ledger.Adjust: adjust,
        ledger.TakeBack: take_back,
        ledger.Correct: correct,
        ledger.PlaceHold: place_hold,
        ledger.CaptureHold: capture_hold,
        ledger.ReleaseHold: release_hold,
        ledger.SweepHold: sweep_hold,
        ledger.ExpireLots: expire_lots,
        redemption.Redeem: redeem,
        redemption.OffsetBill: offset_bill,
        redemption.Cancel: cancel,
        redemption.TimeOut: time_out,
        redemption.Refund: refund,
        redemption.Review: review,
        redemption.ConfirmOffset: confirm_offset,
        redemption.Progress: progress,
        redemption.PaymentArrived: payment_arrived,
        exchange.ExchangePoints: exchange_points,
        exchange.ReverseExchange: reverse_exchange,
        redemption.CashReturned: cash_returned,
        draws.BuyTicket: buy_ticket,
        draws.SettleTicket: settle_ticket,
        draws.CancelDraw: cancel_draw,
        EraseMember: erase_member,
    }
)


class IdempotencyConflict(Problem):
    """The key was used before for something else."""

    slug = "idempotency-conflict"
    title = "The idempotency key was used for another request"
    status = 422

    def __init__(self, key: str) -> None:
        super().__init__(
            f"the key {key!r} was used for a different request; make a new key for a new request"
        )


def decide(commands: Iterable[Command], book: Book) -> list[Answer]:
    """Decide commands in order and return an answer for each; `book` then holds what is to be written.

    A command whose key was answered before changes nothing and gets that answer again.
    """
    answers = []
    for command in commands:
        slot = (command.tenant_id, command.key)
        first = book.answers.get(slot) if command.key is not None else None
        if first is not None:
            answers.append(_again(command, first, book.hash_key))
            continue
        answer = _decide_one(command, book)
        if command.key is not None:
            book.answers[slot] = answer
            book.decided.append((command, answer))
        answers.append(answer)
    return answers


def _again(command: Command, first: Answer, hash_key: bytes | None) -> Answer:
    asked = keyed(hash_key, command.body_hash) if first.is_keyed and hash_key else command.body_hash
    if first.body_hash != asked:
        assert command.key is not None
        return _refusal(IdempotencyConflict(command.key), command)
    return Answer(first.status, first.body, command.body_hash, replayed=True)


def _decide_one(command: Command, book: Book) -> Answer:
    try:
        reply = DECISIONS[type(command)](command, book)
    except Problem as problem:
        if isinstance(command, redemption.Spend):
            note_refusal(book, command, problem)
        return _refusal(problem, command)
    rest, words = apart(reply.body)
    kept = None if words is None else KeptApart(msgspec.json.encode(rest), words)
    return Answer(reply.status, msgspec.json.encode(reply.body), command.body_hash, kept=kept)


def _refusal(problem: Problem, command: Command) -> Answer:
    return Answer(problem.status, msgspec.json.encode(problem.document()), command.body_hash)
