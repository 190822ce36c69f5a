"""Decides credits, adjustments and expiry: no I/O, no clock, no chance.

Each decision checks everything before it changes anything, because a refusal must leave no trace.
"""

from dataclasses import replace
from datetime import datetime
from operator import attrgetter
from typing import Any
from uuid import UUID

from transactional.campaigns.state import Extra, Use
from transactional.clock import business_date
from transactional.engine.book import Book, Message
from transactional.engine.reply import Reply
from transactional.identifiers import derived
from transactional.ledger.account import MAX_BALANCE, Account, BalanceTooLarge, Share
from transactional.ledger.commands import Adjust, Earn, ExpireLots
from transactional.ledger.extras import extra_of, reference_of
from transactional.ledger.lots import Lot, active_from, expiry_moment, expiry_of
from transactional.ledger.posting import header, post_credit, post_debit
from transactional.ledger.telling import account_of, announce, told_of
from transactional.tenants.domain import Program


def earn(command: Earn, book: Book) -> Reply:
    """Credit points as a new lot by the program's rules."""
    account = account_of(book, command.tenant_id, command.member_id)
    program = book.programs[command.tenant_id]
    effective_at = command.effective_at or account.moment(command.at)
    pending_days = program.pending_days if command.kind == "earn" else 0
    lot = new_lot(command.transfer_id, command.points, effective_at, program, pending_days)
    transfer = header(
        command.kind,
        tenant_id=command.tenant_id,
        member_id=command.member_id,
        transfer_id=command.transfer_id,
        at=effective_at,
        program=(("issuance", -command.points),),
        reference=command.reference,
    )
    extra = _extra_for(command, book, account, effective_at)
    post_credit(book, account, transfer, lot)
    more = {} if extra is None else _credit_extra(command, book, account, extra, lot, effective_at)
    body = told_of(account, command.at, command.member_id, command.transfer_id, command.kind, command.points)
    body |= {
        "effective_at": effective_at,
        "active_from": lot.active_from,
        "expires_on": lot.expires_on,
        **more,
    }
    return announce(book, command.tenant_id, f"points.{command.kind}", command.transfer_id, body, command.at)


def _extra_for(command: Earn, book: Book, account: Account, earned_at: datetime) -> Extra | None:
    """Return what a campaign gives beyond the points earned; a gift earns nothing more.

    Raises:
        BalanceTooLarge: both together are too much.
    """
    if command.kind != "earn" or not book.campaigns.campaigns:
        return None
    extra = book.campaigns.extra_for(
        command.tenant_id,
        command.member_id,
        command.points,
        earned_at=earned_at,
        now=account.moment(command.at),
    )
    if extra is not None and account.balance + command.points + extra.points > MAX_BALANCE:
        raise BalanceTooLarge
    return extra


def _credit_extra(
    command: Earn, book: Book, account: Account, extra: Extra, like: Lot, effective_at: datetime
) -> dict[str, Any]:
    """Credit extra points in a lot like that of the earning, and return what is told of them.

    Where no budget covers them the earning stays plain and the answer says so.
    """
    told: dict[str, Any] = {"campaign_id": extra.campaign_id, "extra_points": extra.points}
    if not extra.points:
        return {"campaign": {**told, "is_budget_spent": True}}
    transfer_id = extra_of(command.transfer_id)
    transfer = header(
        "grant",
        tenant_id=command.tenant_id,
        member_id=command.member_id,
        transfer_id=transfer_id,
        at=effective_at,
        program=(("issuance", -extra.points),),
        reference=reference_of(extra.campaign_id),
    )
    lot = replace(like, lot_id=transfer_id, issued=extra.points, remaining=extra.points)
    post_credit(book, account, transfer, lot)
    book.campaigns.use(
        Use(
            command.tenant_id, transfer_id, "extra", 0, extra.campaign_id, command.member_id, None, extra.points,
            effective_at,
        )
    )  # fmt: skip
    body = told_of(account, command.at, command.member_id, transfer_id, "grant", extra.points)
    body |= {"effective_at": effective_at, "active_from": lot.active_from, "expires_on": lot.expires_on}
    body["campaign_id"] = extra.campaign_id
    book.messages.append(Message(command.tenant_id, "points.grant", transfer_id, body, command.at))
    return {"campaign": {**told, "transfer_id": transfer_id, "is_budget_spent": False}}


def adjust(command: Adjust, book: Book) -> Reply:
    """Add or take points by hand, now or as of a past moment."""
    account = account_of(book, command.tenant_id, command.member_id)
    effective_at = command.effective_at or account.moment(command.at)
    points = command.points
    transfer = header(
        "adjust",
        tenant_id=command.tenant_id,
        member_id=command.member_id,
        transfer_id=command.transfer_id,
        at=effective_at,
        program=(("adjustment", -points),),
        reason=command.reason,
    )
    if points > 0:
        program = book.programs[command.tenant_id]
        post_credit(book, account, transfer, new_lot(command.transfer_id, points, effective_at, program, 0))
    else:
        plan = account.plan if command.effective_at is None else account.plan_backdated
        post_debit(book, account, transfer, plan(-points, effective_at))
    body = told_of(account, command.at, command.member_id, command.transfer_id, "adjust", points)
    body |= {"effective_at": effective_at, "reason": command.reason}
    return announce(book, command.tenant_id, "points.adjust", command.transfer_id, body, command.at)


def expire_lots(command: ExpireLots, book: Book) -> Reply:
    """Debit what is left of expired lots, each as of when it expired or was last moved."""
    account = account_of(book, command.tenant_id, command.member_id)
    assert account.history is not None
    moment = account.moment(command.at)
    held = account.held(moment)
    due: dict[datetime, list[Share]] = {}
    # In one order, however the lots were come by.
    for lot in sorted(account.lots.values(), key=attrgetter("lot_id")):
        left = lot.remaining - held[lot.lot_id]
        if lot.expires_on is None or lot.expires_on < command.oldest:
            continue
        if lot.expired(business_date(moment)) and left:
            since = expiry_moment(lot.expires_on)
            due.setdefault(account.history.last_moved(lot.lot_id, since, moment), []).append(
                (lot.lot_id, left)
            )
    for number, (effective_at, shares) in enumerate(sorted(due.items())):
        points = sum(part for _, part in shares)
        transfer = header(
            "expire",
            tenant_id=command.tenant_id,
            member_id=command.member_id,
            transfer_id=derived(command.transfer_id, number + 1),
            at=effective_at,
            program=(("expired", points),),
        )
        post_debit(book, account, transfer, shares)
        _note_swept(book, command.tenant_id, shares)
        body = told_of(account, command.at, command.member_id, transfer.transfer_id, "expire", -points)
        body["effective_at"] = effective_at
        book.messages.append(
            Message(command.tenant_id, "points.expire", transfer.transfer_id, body, command.at)
        )
    return Reply(200, {"transfers": len(due)})


def _note_swept(book: Book, tenant_id: UUID, shares: list[Share]) -> None:
    """Let a return of the same batch know which points of a credit are gone."""
    swept = dict(shares)
    for (owner, _), past in book.past.items():
        if owner == tenant_id:
            past.swept_points += sum(swept.get(lot_id, 0) for lot_id, _ in past.shares)


def new_lot(lot_id: UUID, points: int, at: datetime, program: Program, pending_days: int) -> Lot:
    """Return the lot of a credit by the program's rules."""
    begins = active_from(at, pending_days)
    last_day = expiry_of(begins, program.lot_validity_months, program.expiry_rounding)
    return Lot(lot_id, points, points, begins, last_day)
