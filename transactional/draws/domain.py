"""What a draw promises, and the rules by which it sells tickets. How winners follow is in `drawing`."""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from transactional.changes import Tracked
from transactional.draws.drawing import next_head
from transactional.draws.log import LogPrize, LogTerms, LogTicket, written
from transactional.draws.refusals import (
    DrawNotOpen,
    DrawRevealed,
    DrawSoldOut,
    PrizeBarred,
    PrizeTooValuable,
    TicketLimitReached,
    TooManyPrizes,
)
from transactional.problems import InvalidRequest

SEED_BYTES = SALT_BYTES = 32
_PSEUDONYM_BYTES = 16


class Seal(Protocol):
    """Encrypts a secret; the context is needed again to open it."""

    def __call__(self, plain: bytes, *, context: bytes) -> bytes:
        """Return `plain` encrypted."""
        ...


class Unseal(Protocol):
    """Opens what was sealed for the same context."""

    def __call__(self, sealed: bytes, *, context: bytes) -> bytes:
        """Return what was sealed."""
        ...


@dataclass(frozen=True, slots=True)
class Prize:
    """`quantity` pieces of an item, each worth `value_fen` fen."""

    item_id: UUID
    quantity: int
    value_fen: int


@dataclass(frozen=True, slots=True)
class NewDraw:
    """A draw to open; `reference` is the tenant's own name of it, so that a retry opens no second one.

    Attributes:
        ends_at: the first moment at which no ticket is sold any more.
        member_limit: so many tickets a member may have.
        entropy_source: what public value, unknown until the end, is mixed in; None for none.
        prizes: the first prize first.
    """

    reference: str
    name: str
    ticket_points: int
    starts_at: datetime
    ends_at: datetime
    max_tickets: int
    member_limit: int
    one_prize_per_member: bool
    entropy_source: str | None
    prizes: tuple[Prize, ...]


@dataclass(frozen=True, slots=True)
class Odds:
    """A chance of winning: at least `winning` in `of`.

    Attributes:
        winning: pieces of this prize.
        or_better: pieces of this prize and of those before it.
        of: tickets, or members with a ticket where a member wins one prize at most.
    """

    prize_no: int
    winning: int
    or_better: int
    of: int


@dataclass(frozen=True, slots=True)
class SoldTicket:
    """A ticket as it is stored; `head` is the log's head after it, the buyer's receipt."""

    ticket_no: int
    redemption_id: UUID
    member_id: UUID
    pseudonym: bytes
    sold_at: datetime
    head: bytes


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a ticket of a draw that has ended is to become.

    Attributes:
        prize: (prize_no, item) if it won.
        cancelled: why the draw was cancelled; None if it was revealed.
    """

    draw_id: UUID
    ticket_no: int
    prize: tuple[int, UUID] | None
    cancelled: str | None


@dataclass(slots=True)
class Draw(Tracked):
    """A draw while tickets are sold. `sell` and `cancel` change it as they go.

    Attributes:
        barred_from: since when one of its prizes may not be given out; None: nothing is known to end.
    """

    draw_id: UUID
    ticket_points: int
    starts_at: datetime
    ends_at: datetime
    max_tickets: int
    member_limit: int
    pseudonym_salt: bytes
    ticket_count: int
    log_head: bytes
    is_revealed: bool = False
    cancelled_at: datetime | None = None
    cancel_reason: str | None = None
    barred_from: datetime | None = None

    def check(self, *, quantity: int, held: int, moment: datetime) -> None:
        """Tell whether a member who has `held` tickets can buy `quantity` more now.

        Raises:
            DrawNotOpen: it has not begun, is over, was revealed or cancelled.
            PrizeBarred: a prize may not be given out.
            TicketLimitReached: a member may not have so many.
            DrawSoldOut: fewer tickets are left.
        """
        is_cancelled = self.cancelled_at is not None
        if self.is_revealed or is_cancelled or not self.starts_at <= moment < self.ends_at:
            raise DrawNotOpen(
                self.draw_id, starts_at=self.starts_at, ends_at=self.ends_at, cancelled=is_cancelled
            )
        if self.barred_from is not None and self.barred_from <= moment:
            raise PrizeBarred(self.draw_id)
        if held + quantity > self.member_limit:
            raise TicketLimitReached(self.draw_id, asked=quantity, has=held, limit=self.member_limit)
        left = self.max_tickets - self.ticket_count
        if quantity > left:
            raise DrawSoldOut(self.draw_id, asked=quantity, left=left)

    def sell(self, *, redemption_id: UUID, member_id: UUID, held: int, moment: datetime) -> SoldTicket:
        """Sell one ticket to a member who has `held` of them, and continue the log.

        Raises:
            DrawNotOpen, PrizeBarred, TicketLimitReached, DrawSoldOut: as `check` says.
        """
        self.check(quantity=1, held=held, moment=moment)
        pseudonym = pseudonym_of(member_id, self.pseudonym_salt)
        ticket_no = self.ticket_count + 1
        line = LogTicket(ticket_no, str(redemption_id), pseudonym.hex(), written(moment))
        self.log_head = next_head(self.log_head, line)
        self.ticket_count = ticket_no
        self.touch()
        return SoldTicket(ticket_no, redemption_id, member_id, pseudonym, moment, self.log_head)

    def cancel(self, reason: str, *, moment: datetime) -> bool:
        """Sell no more tickets and draw no winners; return whether it was still alive.

        Raises:
            DrawRevealed: the winners are known.
        """
        if self.is_revealed:
            raise DrawRevealed(self.draw_id)
        if self.cancelled_at is not None:
            return False
        self.cancelled_at, self.cancel_reason = moment, reason
        self.touch()
        return True


def pseudonym_of(member_id: UUID, salt: bytes) -> bytes:
    """Return a member's name in one draw's public log, 16 bytes: without the salt nobody gets back from it."""
    return hmac.digest(salt, member_id.bytes, "sha256")[:_PSEUDONYM_BYTES]


def check_terms(new: NewDraw, *, now: datetime, prize_limit_fen: int) -> None:
    """Tell whether a draw may be opened.

    Raises:
        InvalidRequest: it would start in the past, or the terms contradict each other.
        PrizeTooValuable: a prize is worth more than `prize_limit_fen`.
        TooManyPrizes: there are more of them than tickets.
    """
    if new.starts_at < now:
        raise InvalidRequest("starts_at: the commitment comes before the first ticket; start now or later")
    if new.ends_at <= new.starts_at:
        raise InvalidRequest("ends_at: the end must come after the start")
    if new.member_limit > new.max_tickets:
        raise InvalidRequest("member_limit: it must not be above max_tickets")
    for prize_no, prize in enumerate(new.prizes, start=1):
        if prize.value_fen > prize_limit_fen:
            raise PrizeTooValuable(prize_no=prize_no, value_fen=prize.value_fen, limit_fen=prize_limit_fen)
    prizes = sum(p.quantity for p in new.prizes)
    if prizes > new.max_tickets:
        raise TooManyPrizes(prizes=prizes, max_tickets=new.max_tickets)


def terms_of(new: NewDraw, *, draw_id: UUID, seed_hash: bytes, names: dict[UUID, str]) -> LogTerms:
    """Return the terms as the public log states them; `names` are the items'."""
    return LogTerms(
        draw_id=str(draw_id),
        name=new.name,
        ticket_points=new.ticket_points,
        starts_at=written(new.starts_at),
        ends_at=written(new.ends_at),
        max_tickets=new.max_tickets,
        member_limit=new.member_limit,
        one_prize_per_member=new.one_prize_per_member,
        entropy_source=new.entropy_source,
        seed_hash=seed_hash.hex(),
        prizes=[
            LogPrize(prize_no, str(p.item_id), names[p.item_id], p.quantity, p.value_fen)
            for prize_no, p in enumerate(new.prizes, start=1)
        ],
    )


def published_odds(quantities: Sequence[int], *, max_tickets: int) -> list[Odds]:
    """Return the odds promised before the first ticket, of prizes in order.

    A ticket among at most `max_tickets` comes out among the first k with at least k in max_tickets, so each promise
    is "this prize or a better one" with `or_better` in `of`, and no less than `winning` in `of`. Where a member wins
    one prize at most it holds for each member with a ticket: passing over others' second tickets only helps.
    """
    return _odds(quantities, max_tickets)


def realised_odds(quantities: Sequence[int], *, takers: int) -> list[Odds]:
    """Return the odds as they came out.

    Args:
        takers: tickets sold; or members with a ticket, where a member wins one prize at most.
    """
    given, left = [], takers
    for quantity in quantities:
        given.append(min(quantity, left))
        left -= given[-1]
    return _odds(given, takers)


def _odds(quantities: Sequence[int], of: int) -> list[Odds]:
    odds, better = [], 0
    for prize_no, quantity in enumerate(quantities, start=1):
        better += quantity
        odds.append(Odds(prize_no, quantity, better, of))
    return odds
