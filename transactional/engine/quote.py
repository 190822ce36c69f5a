"""Tells what a command would do, without doing it: what a dry run answers."""

from collections.abc import Sequence
from typing import Any, Final

import asyncpg
import msgspec

from transactional.changes import Change
from transactional.engine.book import Answer, Book
from transactional.engine.commands import Command
from transactional.engine.decide import decide
from transactional.engine.reading.book import read_book
from transactional.redemption.telling import SEALED_CODES

# What the platform promises, by how goods reach the member.
_PROMISES: Final = {
    "shipping": {"ship_within_hours": 48, "deliver_within_hours": 48, "deliver_within_hours_remote": 72},
    "pickup": {"within_seconds": 0},
    "instant": {"within_seconds": 5},
}


class Quote(msgspec.Struct, frozen=True, kw_only=True):
    """What a command would do.

    Attributes:
        points: what it would change of what the member can spend; negative takes or sets aside.
        cash_fen: what would be collected (negative: paid back).
        fee_points: the fee within the points.
        lots: how many points of which lot; negative takes or sets aside.
        delivery: the promise for each kind of handover; empty if nothing is handed over.
        answer: what the client would be told.
    """

    dry_run: bool = True
    points: int
    cash_fen: int
    fee_points: int
    lots: list[dict[str, Any]]
    delivery: list[dict[str, Any]]
    answer: dict[str, Any]


class DryRun(msgspec.Struct, frozen=True):
    """The status and body of a dry run's answer; a refusal is answered as it would be."""

    status: int
    body: bytes


async def quote(pool: asyncpg.Pool, command: Command, *, hash_key: bytes | None) -> DryRun:
    """Decide a command on what is stored now, without locks, and tell what it would do; nothing is kept."""
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        book = await read_book(connection, [command], hash_key=hash_key, lock=False)
    held_before = {
        (member, hold.hold_id)
        for member, account in book.accounts.items()
        for hold in account.holds.values()
        if hold.active(command.at)
    }
    (answer,) = decide([command], book)
    if answer.status >= 400:
        return DryRun(answer.status, answer.body)
    lots = _lots(book, held_before, command)
    own = [t for t in book.transfers if t.tenant_id == command.tenant_id]
    fee = sum(amount for t in own for kind, amount in t.program if kind == "fee")
    told = Quote(
        points=sum(lot["points"] for lot in lots),
        cash_fen=sum(p.amount_fen for p in book.payments.values() if p.change is Change.ADDED)
        - sum(refund.amount_fen for refund in book.cash_refunds),
        fee_points=fee,
        lots=lots,
        delivery=_delivery(book),
        answer=_without_codes(answer.body),
    )
    return DryRun(200, msgspec.json.encode(told))


def _without_codes(body: bytes) -> dict[str, Any]:
    """Return an answer without the codes, which this redemption may not be the one to get."""
    told: dict[str, Any] = msgspec.json.decode(body)
    told.pop(SEALED_CODES, None)
    return told


async def rehearse(
    pool: asyncpg.Pool, commands: Sequence[Command], *, hash_key: bytes | None
) -> list[Answer]:
    """Return what commands would be answered, one after another, as of what is stored now; nothing is kept."""
    async with (
        pool.acquire() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        book = await read_book(connection, commands, hash_key=hash_key, lock=False)
    return decide(commands, book)


def _lots(book: Book, held_before: set[Any], command: Command) -> list[dict[str, Any]]:
    """Return by lot what the command would take, set aside, free or add; only of the tenant that asks."""
    changes: dict[tuple[Any, Any], int] = {}
    for transfer in book.transfers:
        member = (transfer.tenant_id, transfer.member_id)
        for entry in transfer.entries:
            slot = (member, entry.lot_id)
            changes[slot] = changes.get(slot, 0) + entry.amount
    for member, account in book.accounts.items():
        for hold in account.holds.values():
            was = (member, hold.hold_id) in held_before
            now = hold.active(command.at)
            for lot_id, points in hold.shares if was is not now else ():
                slot = (member, lot_id)
                changes[slot] = changes.get(slot, 0) + (points if was else -points)
    return [
        {
            "lot_id": lot_id,
            "member_id": member[1],
            "points": points,
            "expires_on": book.accounts[member].lots[lot_id].expires_on,
        }
        for (member, lot_id), points in changes.items()
        if points and member[0] == command.tenant_id
    ]


def _delivery(book: Book) -> list[dict[str, Any]]:
    handovers = {
        book.offers[tenant_id][line.item_id].handover
        for (tenant_id, _), redemption in book.redemptions.items()
        if redemption.change is Change.ADDED
        for line in redemption.lines
    }
    return [{"handover": handover, **_PROMISES[handover]} for handover in sorted(handovers)]
