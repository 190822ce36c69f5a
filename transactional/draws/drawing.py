"""The algorithm of a draw, for anybody to write again in any language: `pointmart-draw/1`.

All text is UTF-8, hashes are SHA-256, ‖ joins bytes. Values stand in the text exactly as in the public log: numbers
in decimal, ids and hashes in lower-case hex, truth values as `true` and `false`, a missing text as nothing. A line
ends with one line feed; no value contains a control character.

1.  Commitment. `seed` is 32 random bytes, made before the draw opens. `seed_hash = SHA-256(seed)` is published at
    once, the seed after the end.
2.  Terms. `head_0` = SHA-256 of these lines, then of one line for each prize in the order of prize_no::

        pointmart-draw/1
        draw_id <draw_id>
        name <name>
        ticket_points <ticket_points>
        starts_at <starts_at>
        ends_at <ends_at>
        max_tickets <max_tickets>
        member_limit <member_limit>
        one_prize_per_member <one_prize_per_member>
        entropy_source <entropy_source>
        seed_hash <seed_hash>
        prize <prize_no> <item_id> <quantity> <value_fen> <name>

3.  Tickets. They are numbered 1, 2, 3 … as sold. For ticket n the line is `<ticket_no> <ticket_id> <member> <sold_at>`
    and `head_n = SHA-256(head_(n-1) ‖ line)`, with head_(n-1) as 32 bytes. The head after the last ticket is the
    `log_digest`. `member` is a pseudonym, the same for all tickets of one member in this draw and in no other.
4.  Ranks. `key = HMAC-SHA-256(seed, text)`, where text is the three lines `pointmart-draw/1`, `<draw_id>` and
    `<log_digest>` followed by the public entropy (nothing if the terms name no source of it) without a line feed.
    `rank_n = HMAC-SHA-256(key, n)` with n in decimal.
5.  Winners. Take the tickets by rank, smallest first (compared as bytes), and the prizes by prize_no, each as often
    as its quantity. Each ticket wins the next prize, until either runs out. With `one_prize_per_member` a ticket
    whose member has already won is passed over. The log lists the winners by prize_no, then by ticket_no.

Why the log's digest is mixed in: ranks of the seed alone would be known to whoever knows the seed from the start, so
the operator could sell chosen numbers to chosen people. With the digest each ticket, also a stranger's, changes all
ranks, and a log changed after the fact gives other winners. The head after one's own ticket is a receipt: a log that
does not pass through it was changed.

What the operator could still do. (a) Who knows the seed can, in the last moment, add tickets (or choose their times
and ids) until the outcome suits, if no stranger buys later. Public entropy ends this: the terms name beforehand a
value that nobody knows before the end and everybody can look up after it. (b) Withhold the seed, or cancel, when the
outcome does not suit; all can see that, since the end is in the terms. (c) Make up members: a pseudonym shows that
two tickets belong together only if the operator says so. (d) Show different people different logs, until they
compare their receipts.
"""

import hmac
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256

from transactional.draws.log import LogPrize, LogTerms, LogTicket, Winner

FORM = "pointmart-draw/1"


def seed_hash(seed: bytes) -> bytes:
    """Return the commitment to a seed, 32 bytes."""
    return sha256(seed).digest()


def first_head(terms: LogTerms) -> bytes:
    """Return the log's head before the first ticket, 32 bytes."""
    lines = [
        FORM,
        f"draw_id {terms.draw_id}",
        f"name {terms.name}",
        f"ticket_points {terms.ticket_points}",
        f"starts_at {terms.starts_at}",
        f"ends_at {terms.ends_at}",
        f"max_tickets {terms.max_tickets}",
        f"member_limit {terms.member_limit}",
        f"one_prize_per_member {'true' if terms.one_prize_per_member else 'false'}",
        f"entropy_source {terms.entropy_source or ''}",
        f"seed_hash {terms.seed_hash}",
        *(
            f"prize {p.prize_no} {p.item_id} {p.quantity} {p.value_fen} {p.name}"
            for p in sorted(terms.prizes, key=_number)
        ),
    ]
    return sha256("".join(f"{line}\n" for line in lines).encode()).digest()


def next_head(head: bytes, ticket: LogTicket) -> bytes:
    """Return the log's head after one more ticket, 32 bytes."""
    line = f"{ticket.ticket_no} {ticket.ticket_id} {ticket.member} {ticket.sold_at}\n"
    return sha256(head + line.encode()).digest()


def winners(
    terms: LogTerms, tickets: Sequence[LogTicket], *, seed: bytes, log_digest: bytes, entropy: str | None
) -> list[Winner]:
    """Return who wins what, in the log's order; a function of its arguments and of nothing else."""
    text = f"{FORM}\n{terms.draw_id}\n{log_digest.hex()}\n{entropy or ''}"
    key = hmac.digest(seed, text.encode(), "sha256")
    ranked = sorted(tickets, key=lambda ticket: hmac.digest(key, str(ticket.ticket_no).encode(), "sha256"))
    lucky = _first_of_each_member(ranked) if terms.one_prize_per_member else iter(ranked)
    pieces = [p.prize_no for p in sorted(terms.prizes, key=_number) for _ in range(p.quantity)]
    won = [Winner(prize_no, ticket.ticket_no) for prize_no, ticket in zip(pieces, lucky, strict=False)]
    return sorted(won, key=lambda winner: (winner.prize_no, winner.ticket_no))


def _first_of_each_member(tickets: Iterable[LogTicket]) -> Iterator[LogTicket]:
    seen: set[str] = set()
    for ticket in tickets:
        if ticket.member not in seen:
            seen.add(ticket.member)
            yield ticket


def _number(prize: LogPrize) -> int:
    return prize.prize_no
