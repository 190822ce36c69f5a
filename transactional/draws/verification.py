"""Tells whether the public log of a draw keeps what it promised: runs the whole draw again."""

from collections import Counter
from dataclasses import dataclass
from itertools import zip_longest

import msgspec

from transactional.draws.drawing import FORM, first_head, next_head, seed_hash, winners
from transactional.draws.log import DrawLog, LogTerms, LogTicket, Winner


class DrawNotProven(Exception):
    """The log does not prove the draw; the message says in one sentence what is wrong."""


@dataclass(frozen=True)
class Proven:
    """A draw whose winners follow from its commitment and its tickets."""

    draw_id: str
    name: str
    ticket_count: int
    winner_count: int
    log_digest: str


def read_log(document: bytes) -> DrawLog:
    """Return a document as a log.

    Raises:
        DrawNotProven: it does not have the form of one.
    """
    try:
        log = msgspec.json.decode(document, type=DrawLog)
    except (msgspec.DecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise DrawNotProven(f"this is not the public log of a draw: {error}") from error
    if log.form != FORM:
        raise DrawNotProven(f"the log has the form {log.form!r}; this version knows {FORM!r}")
    return log


def verify(log: DrawLog, *, committed: str | None = None, receipt: tuple[int, str] | None = None) -> Proven:
    """Run the draw again.

    Args:
        committed: the seed's hash as it was noted before the first ticket, in hex. Without it the log is only
            checked against itself.
        receipt: the number of a ticket and the log's head after it, in hex, as its buyer was told.

    Raises:
        DrawNotProven: something differs, or the seed is not revealed.
    """
    terms = log.terms
    if committed is not None and committed.lower() != terms.seed_hash:
        raise DrawNotProven(
            f"the log commits to seed hash {terms.seed_hash}, but {committed.lower()} was published before"
        )
    _check_terms(terms)
    _check_tickets(terms, log.tickets)
    digest = _replay_heads(log, receipt)
    if log.cancelled_at is not None:
        raise DrawNotProven(f"the draw was cancelled at {log.cancelled_at}; there are no winners to check")
    if log.reveal is None:
        if log.winners:
            raise DrawNotProven("the log names winners but does not reveal the seed they follow from")
        raise DrawNotProven(
            f"the seed is not revealed (the draw ends at {terms.ends_at}), so nobody can work out winners yet; "
            f"the {len(log.tickets)} tickets so far agree with the log digest"
        )
    _check_reveal(log)
    expected = winners(
        terms,
        log.tickets,
        seed=bytes.fromhex(log.reveal.seed),
        log_digest=digest,
        entropy=log.reveal.entropy,
    )
    _check_winners(expected, log.winners)
    return Proven(terms.draw_id, terms.name, len(log.tickets), len(expected), digest.hex())


def _check_terms(terms: LogTerms) -> None:
    if terms.starts_at >= terms.ends_at:
        raise DrawNotProven(f"the terms end at {terms.ends_at}, which is not after their start")
    if not terms.prizes or [p.prize_no for p in terms.prizes] != list(range(1, len(terms.prizes) + 1)):
        raise DrawNotProven("the prizes are not numbered 1, 2, 3 and so on")


def _check_tickets(terms: LogTerms, tickets: list[LogTicket]) -> None:
    if len(tickets) > terms.max_tickets:
        raise DrawNotProven(f"{len(tickets)} tickets were sold, and the terms allow {terms.max_tickets}")
    held: Counter[str] = Counter()
    ids: set[str] = set()
    for due, ticket in enumerate(tickets, start=1):
        if ticket.ticket_no != due:
            raise DrawNotProven(f"ticket {ticket.ticket_no} stands where ticket {due} should be")
        if ticket.ticket_id in ids:
            raise DrawNotProven(f"ticket {due} has the id {ticket.ticket_id} of an earlier ticket")
        if not terms.starts_at <= ticket.sold_at < terms.ends_at:
            raise DrawNotProven(f"ticket {due} was sold at {ticket.sold_at}, outside the draw's window")
        ids.add(ticket.ticket_id)
        held[ticket.member] += 1
        if held[ticket.member] > terms.member_limit:
            raise DrawNotProven(
                f"with ticket {due} member {ticket.member} has more than the {terms.member_limit} tickets allowed"
            )


def _replay_heads(log: DrawLog, receipt: tuple[int, str] | None) -> bytes:
    head = first_head(log.terms)
    for ticket in log.tickets:
        head = next_head(head, ticket)
        if receipt is not None and receipt[0] == ticket.ticket_no and receipt[1].lower() != head.hex():
            raise DrawNotProven(
                f"the log's head after ticket {ticket.ticket_no} is {head.hex()}, but the receipt says "
                f"{receipt[1].lower()}: the terms or a ticket up to there were changed"
            )
    if receipt is not None and not 1 <= receipt[0] <= len(log.tickets):
        raise DrawNotProven(f"ticket {receipt[0]} of the receipt is not in the log")
    if head.hex() != log.log_digest:
        raise DrawNotProven(
            f"the log says its digest is {log.log_digest}, but its terms and tickets give {head.hex()}: "
            "one of them was changed"
        )
    return head


def _check_reveal(log: DrawLog) -> None:
    terms, reveal = log.terms, log.reveal
    assert reveal is not None
    given = seed_hash(bytes.fromhex(reveal.seed)).hex()
    if given != terms.seed_hash:
        raise DrawNotProven(
            f"the revealed seed hashes to {given}, but {terms.seed_hash} was committed: it is not the same seed"
        )
    if reveal.revealed_at < terms.ends_at:
        raise DrawNotProven(f"the seed was revealed at {reveal.revealed_at}, before the end of the draw")
    if terms.entropy_source is None and reveal.entropy is not None:
        raise DrawNotProven("public entropy was mixed in although the terms name no source of it")
    if terms.entropy_source is not None and reveal.entropy is None:
        raise DrawNotProven(f"the public entropy ({terms.entropy_source}) that the terms promise is missing")


def _check_winners(expected: list[Winner], named: list[Winner]) -> None:
    for place, (due, found) in enumerate(zip_longest(expected, named), start=1):
        if found is None:
            raise DrawNotProven(
                f"ticket {due.ticket_no} won prize {due.prize_no}, but the log does not say so"
            )
        if due is None:
            raise DrawNotProven(
                f"the log lets ticket {found.ticket_no} win prize {found.prize_no}, but all prizes have gone"
            )
        if due != found:
            raise DrawNotProven(
                f"as winner number {place} ticket {due.ticket_no} wins prize {due.prize_no}, but the log lets ticket "
                f"{found.ticket_no} win prize {found.prize_no}"
            )
