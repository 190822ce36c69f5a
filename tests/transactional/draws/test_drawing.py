"""The algorithm against a second one written from its description, and its laws."""

import hashlib
import hmac
import json
from collections import Counter
from datetime import timedelta
from uuid import UUID

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transactional.conftest import NOON
from transactional.draws.domain import (
    Draw,
    NewDraw,
    Prize,
    pseudonym_of,
    published_odds,
    realised_odds,
    terms_of,
)
from transactional.draws.drawing import FORM, first_head, next_head, seed_hash, winners
from transactional.draws.log import DrawLog, LogTicket, Reveal, written
from transactional.draws.refusals import DrawNotOpen, DrawSoldOut, TicketLimitReached
from transactional.draws.verification import DrawNotProven, read_log, verify

DRAW = UUID(int=7 << 76 | 2 << 62 | 1)
SALT = bytes(32)


def make_log(
    *, seed: bytes, members: list[int], prizes: list[int], once: bool = False, entropy: str | None = None,
    revealed: bool = True,
) -> DrawLog:  # fmt: skip
    """A draw in which each of `members` bought a ticket, revealed with the module under test."""
    names = {UUID(int=n): f"奖品 {n}" for n in range(1, len(prizes) + 1)}
    new = NewDraw(
        reference="r", name="春季抽奖", ticket_points=20, starts_at=NOON, ends_at=NOON + timedelta(days=1),
        max_tickets=500, member_limit=500, one_prize_per_member=once, entropy_source=entropy and "an index",
        prizes=tuple(Prize(item, quantity, 100) for item, quantity in zip(names, prizes, strict=True)),
    )  # fmt: skip
    terms = terms_of(new, draw_id=DRAW, seed_hash=seed_hash(seed), names=names)
    head, tickets = first_head(terms), []
    for number, member in enumerate(members, start=1):
        pseudonym = pseudonym_of(UUID(int=member), SALT).hex()
        ticket = LogTicket(
            number, str(UUID(int=number)), pseudonym, written(NOON + timedelta(seconds=number))
        )
        tickets.append(ticket)
        head = next_head(head, ticket)
    won = winners(terms, tickets, seed=seed, log_digest=head, entropy=entropy) if revealed else []
    reveal = Reveal(seed.hex(), entropy, written(NOON + timedelta(days=2))) if revealed else None
    return DrawLog(FORM, terms, tickets, head.hex(), None, reveal, won)


def worked_out_again(document: dict) -> list[tuple[int, int]]:
    """Who wins, by a program written from the description alone."""

    def text(value):
        if isinstance(value, bool):
            return "true" if value else "false"
        return "" if value is None else str(value)

    terms = document["terms"]
    fields = [
        "draw_id", "name", "ticket_points", "starts_at", "ends_at", "max_tickets", "member_limit",
        "one_prize_per_member", "entropy_source", "seed_hash",
    ]  # fmt: skip
    lines = "pointmart-draw/1\n" + "".join(f"{field} {text(terms[field])}\n" for field in fields)
    for p in terms["prizes"]:
        lines += f"prize {p['prize_no']} {p['item_id']} {p['quantity']} {p['value_fen']} {p['name']}\n"
    head = hashlib.sha256(lines.encode()).digest()
    for t in document["tickets"]:
        line = f"{t['ticket_no']} {t['ticket_id']} {t['member']} {t['sold_at']}\n"
        head = hashlib.sha256(head + line.encode()).digest()
    assert head.hex() == document["log_digest"]
    seed = bytes.fromhex(document["reveal"]["seed"])
    assert hashlib.sha256(seed).hexdigest() == terms["seed_hash"]
    message = "\n".join(
        ["pointmart-draw/1", terms["draw_id"], head.hex(), document["reveal"]["entropy"] or ""]
    )
    key = hmac.new(seed, message.encode(), hashlib.sha256).digest()

    remaining = {
        hmac.new(key, str(t["ticket_no"]).encode(), hashlib.sha256).hexdigest(): t
        for t in document["tickets"]
    }
    won = []
    for prize in terms["prizes"]:
        for _ in range(prize["quantity"]):
            if not remaining:
                break
            lucky = remaining.pop(min(remaining))
            won.append((prize["prize_no"], lucky["ticket_no"]))
            if terms["one_prize_per_member"]:
                remaining = {r: t for r, t in remaining.items() if t["member"] != lucky["member"]}
    return sorted(won)


logs = st.builds(
    make_log,
    seed=st.binary(min_size=32, max_size=32),
    members=st.lists(st.integers(1, 6), max_size=25),
    prizes=st.lists(st.integers(1, 4), min_size=1, max_size=4),
    once=st.booleans(),
    entropy=st.none() | st.just("3871.42"),
)


@given(logs)
@settings(deadline=None)
def test_a_second_program_finds_the_same_winners(log):
    document = json.loads(msgspec.json.encode(log))
    assert worked_out_again(document) == [(w.prize_no, w.ticket_no) for w in log.winners]


@given(logs)
@settings(deadline=None)
def test_every_prize_that_can_find_a_winner_does_and_no_more(log):
    assert verify(log).winner_count == len(log.winners)
    tickets = [w.ticket_no for w in log.winners]
    assert len(tickets) == len(set(tickets))
    wins = Counter(w.prize_no for w in log.winners)
    assert all(wins[p.prize_no] <= p.quantity for p in log.terms.prizes)
    once = log.terms.one_prize_per_member
    takers = len({t.member for t in log.tickets}) if once else len(log.tickets)
    pieces = sum(p.quantity for p in log.terms.prizes)
    assert len(log.winners) == min(pieces, takers)
    if once:
        assert max(Counter(log.tickets[n - 1].member for n in tickets).values(), default=1) == 1
    given = realised_odds([p.quantity for p in log.terms.prizes], takers=takers)
    assert [odds.winning for odds in given] == [wins[p.prize_no] for p in log.terms.prizes]


@given(logs, st.randoms())
@settings(deadline=None)
def test_the_order_in_which_tickets_are_handed_over_does_not_matter(log, random):
    shuffled = random.sample(log.tickets, len(log.tickets))
    digest = bytes.fromhex(log.log_digest)
    seed = bytes.fromhex(log.reveal.seed)
    won = winners(log.terms, shuffled, seed=seed, log_digest=digest, entropy=log.reveal.entropy)
    assert won == log.winners


def test_a_draw_worked_out_once_stays_as_it_is():
    log = make_log(seed=bytes(range(32)), members=[1, 2, 3, 1, 2, 3, 4], prizes=[1, 2])
    assert log.log_digest == "c2812044eecf7fccbf646f0b517e2c925086d8afe59275dd86dcd61666f3f7d9"
    assert [(w.prize_no, w.ticket_no) for w in log.winners] == [(1, 3), (2, 1), (2, 6)]


SEED = b"\x11" * 32
HONEST = make_log(seed=SEED, members=[1, 2, 3, 1, 4, 5, 2, 6], prizes=[1, 2], entropy="3871.42")


def leaves(value, path=()):
    """Every place of a document that holds a value of its own."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from leaves(part, (*path, index))
    else:
        yield path


def other(value):
    """A value of the same kind that is not the same."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if value is None:
        return "2026-03-01T05:00:00.000000Z"
    digits = [place for place, character in enumerate(value) if character in "0123456789abcdef"]
    if not digits:
        return value + "x"
    return value[: digits[-1]] + ("1" if value[digits[-1]] != "1" else "2") + value[digits[-1] + 1 :]


DOCUMENT = json.loads(msgspec.json.encode(HONEST))
# When the seed was revealed decides nothing.
PLACES = [path for path in leaves(DOCUMENT) if path != ("reveal", "revealed_at")]


@pytest.mark.parametrize("path", PLACES, ids=lambda path: ".".join(map(str, path)))
def test_no_value_of_the_log_can_be_changed_unnoticed(path):
    document = json.loads(json.dumps(DOCUMENT))
    holder = document
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = other(holder[path[-1]])
    with pytest.raises(DrawNotProven):
        verify(read_log(json.dumps(document).encode()))


@given(st.data())
@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_ticket_can_be_removed_doubled_moved_or_put_in(data):
    tickets = list(HONEST.tickets)
    place = data.draw(st.integers(0, len(tickets) - 1))
    change = data.draw(st.sampled_from(["remove", "double", "swap", "add", "hand over"]))
    if change == "remove":
        del tickets[place]
    elif change == "double":
        tickets.insert(place, tickets[place])
    elif change == "swap":
        tickets[place], tickets[place - 1] = tickets[place - 1], tickets[place]
    elif change == "add":
        tickets.insert(place, msgspec.structs.replace(tickets[place], ticket_id=str(UUID(int=99))))
    else:
        tickets[place] = msgspec.structs.replace(tickets[place], member="f" * 32)
    if data.draw(st.booleans()):
        tickets = [msgspec.structs.replace(t, ticket_no=n) for n, t in enumerate(tickets, start=1)]
    if tickets == list(HONEST.tickets):
        return
    changed = msgspec.structs.replace(HONEST, tickets=tickets)
    with pytest.raises(DrawNotProven):
        verify(changed)
    # Also one who writes the digest anew does not keep the winners, or not the receipts.
    head = first_head(HONEST.terms)
    for ticket in tickets:
        head = next_head(head, ticket)
    forged = msgspec.structs.replace(changed, log_digest=head.hex())
    with pytest.raises(DrawNotProven):
        verify(forged, receipt=(len(HONEST.tickets), HONEST.log_digest))


@given(st.permutations(HONEST.winners))
def test_the_winners_cannot_be_reordered_or_left_out(permuted):
    if permuted != HONEST.winners:
        with pytest.raises(DrawNotProven):
            verify(msgspec.structs.replace(HONEST, winners=permuted))
    with pytest.raises(DrawNotProven, match="does not say so"):
        verify(msgspec.structs.replace(HONEST, winners=HONEST.winners[:-1]))
    with pytest.raises(DrawNotProven, match="all prizes have gone"):
        verify(msgspec.structs.replace(HONEST, winners=[*HONEST.winners, HONEST.winners[0]]))


def test_another_draw_put_in_its_place_does_not_keep_the_noted_commitment_or_receipt():
    forged = make_log(seed=b"\x22" * 32, members=[9] * 8, prizes=[1, 2], entropy="3871.42")
    verify(forged)
    with pytest.raises(DrawNotProven, match="was published before"):
        verify(forged, committed=HONEST.terms.seed_hash)
    with pytest.raises(DrawNotProven, match="receipt says"):
        verify(forged, receipt=(8, HONEST.log_digest))
    with pytest.raises(DrawNotProven, match="not in the log"):
        verify(forged, receipt=(9, HONEST.log_digest))
    verify(HONEST, committed=HONEST.terms.seed_hash.upper(), receipt=(8, HONEST.log_digest))


def test_a_seed_that_suits_better_is_not_the_one_that_was_committed():
    log = HONEST
    seed, digest = b"\x22" * 32, bytes.fromhex(log.log_digest)
    won = winners(log.terms, log.tickets, seed=seed, log_digest=digest, entropy=log.reveal.entropy)
    assert won != log.winners
    reveal = msgspec.structs.replace(log.reveal, seed=seed.hex())
    with pytest.raises(DrawNotProven, match="not the same seed"):
        verify(msgspec.structs.replace(log, reveal=reveal, winners=won))


def test_entropy_that_the_terms_do_not_name_is_not_mixed_in():
    log = make_log(seed=SEED, members=[1, 2, 3], prizes=[1])
    digest = bytes.fromhex(log.log_digest)
    won = winners(log.terms, log.tickets, seed=SEED, log_digest=digest, entropy="chosen")
    reveal = msgspec.structs.replace(log.reveal, entropy="chosen")
    with pytest.raises(DrawNotProven, match="name no source"):
        verify(msgspec.structs.replace(log, reveal=reveal, winners=won))
    without = msgspec.structs.replace(HONEST.reveal, entropy=None)
    with pytest.raises(DrawNotProven, match="is missing"):
        verify(msgspec.structs.replace(HONEST, reveal=without))


def honest_head(terms, tickets) -> str:
    head = first_head(terms)
    for ticket in tickets:
        head = next_head(head, ticket)
    return head.hex()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ticket_id": str(UUID(int=1))}, "of an earlier ticket"),
        ({"member": HONEST.tickets[0].member}, "more than the 2 tickets"),
        ({"sold_at": written(NOON + timedelta(days=1))}, "outside the draw's window"),
        ({"sold_at": written(NOON - timedelta(microseconds=1))}, "outside the draw's window"),
        ({"ticket_no": 9}, "stands where ticket 8 should be"),
    ],
)
def test_a_log_that_breaks_its_terms_is_found_even_with_a_right_digest(change, says):
    terms = msgspec.structs.replace(HONEST.terms, member_limit=2)
    tickets = [*HONEST.tickets[:-1], msgspec.structs.replace(HONEST.tickets[-1], **change)]
    log = msgspec.structs.replace(
        HONEST, terms=terms, tickets=tickets, log_digest=honest_head(terms, tickets)
    )
    with pytest.raises(DrawNotProven, match=says):
        verify(log)
    few = msgspec.structs.replace(HONEST.terms, max_tickets=7)
    log = msgspec.structs.replace(HONEST, terms=few, log_digest=honest_head(few, HONEST.tickets))
    with pytest.raises(DrawNotProven, match="the terms allow 7"):
        verify(log)


def test_what_is_not_revealed_or_was_cancelled_is_not_proven():
    hidden = make_log(seed=SEED, members=[1, 2], prizes=[1], revealed=False)
    with pytest.raises(DrawNotProven, match="not revealed"):
        verify(hidden)
    with pytest.raises(DrawNotProven, match="does not reveal"):
        verify(msgspec.structs.replace(hidden, winners=HONEST.winners))
    with pytest.raises(DrawNotProven, match="cancelled"):
        verify(msgspec.structs.replace(hidden, cancelled_at=written(NOON)))
    early = msgspec.structs.replace(HONEST.reveal, revealed_at=written(NOON))
    with pytest.raises(DrawNotProven, match="before the end"):
        verify(msgspec.structs.replace(HONEST, reveal=early))


@pytest.mark.parametrize(
    "document",
    [
        b"", b"[]", b"{}", b"\xff", b'{"form": "\\ud800"}',
        msgspec.json.encode(HONEST).replace(b"pointmart-draw/1", b"pointmart-draw/2"),
        msgspec.json.encode(HONEST).replace(b'"name":"', b'"name":"line\\n', 1),
        msgspec.json.encode(HONEST).replace(b'"seed_hash":"', b'"seed_hash":"00', 1),
        msgspec.json.encode(HONEST).replace(b'"form"', b'"more":1,"form"'),
    ],
)  # fmt: skip
def test_what_is_not_a_log_is_told_apart(document):
    with pytest.raises(DrawNotProven):
        read_log(document)


def chi_square(counts: list[int]) -> float:
    expected = sum(counts) / len(counts)
    return sum((count - expected) ** 2 / expected for count in counts)


@pytest.mark.parametrize("vary", ["seed", "entropy", "last ticket"])
def test_every_ticket_wins_as_often_as_any_other(vary):
    """10 tickets, one first prize, 2,000 draws: the statistic of 9 degrees of freedom is below 27.9 in 999 of 1,000."""
    first, any_prize = [0] * 10, [0] * 10
    for number in range(2_000):
        seed = hashlib.sha256(f"seed {number}".encode()).digest() if vary == "seed" else SEED
        members = [1] * 9 + [number if vary == "last ticket" else 1]
        log = make_log(
            seed=seed, members=members, prizes=[1, 2], entropy=str(number) if vary == "entropy" else None
        )
        for winner in log.winners:
            any_prize[winner.ticket_no - 1] += 1
            first[winner.ticket_no - 1] += winner.prize_no == 1
    assert chi_square(first) < 27.9
    # Three of ten tickets win at a time, without replacement: (n - 1)/(n - k) brings the scale back to 9 degrees.
    assert chi_square(any_prize) * 9 / 7 < 27.9


def test_odds_are_promised_for_the_worst_case():
    assert [(o.prize_no, o.winning, o.or_better, o.of) for o in published_odds([1, 5, 20], max_tickets=1000)] == [
        (1, 1, 1, 1000), (2, 5, 6, 1000), (3, 20, 26, 1000),
    ]  # fmt: skip
    assert [(o.winning, o.or_better, o.of) for o in realised_odds([1, 5, 20], takers=4)] == [
        (1, 1, 4), (3, 4, 4), (0, 4, 4),
    ]  # fmt: skip


def selling(**changed) -> Draw:
    facts = {
        "draw_id": DRAW, "ticket_points": 20, "starts_at": NOON, "ends_at": NOON + timedelta(hours=1),
        "max_tickets": 3, "member_limit": 2, "pseudonym_salt": SALT, "ticket_count": 0, "log_head": bytes(32),
    }  # fmt: skip
    return Draw(**{**facts, **changed})


def test_tickets_are_numbered_and_chained_as_they_are_sold():
    draw = selling()
    one = draw.sell(redemption_id=UUID(int=1), member_id=UUID(int=9), held=0, moment=NOON)
    two = draw.sell(redemption_id=UUID(int=2), member_id=UUID(int=9), held=1, moment=NOON)
    assert (one.ticket_no, two.ticket_no, draw.ticket_count) == (1, 2, 2)
    assert one.pseudonym == two.pseudonym
    line = f"1 {UUID(int=1)} {one.pseudonym.hex()} 2026-03-01T04:00:00.000000Z\n"
    assert one.head == hashlib.sha256(bytes(32) + line.encode()).digest()
    assert draw.log_head == two.head != one.head


@pytest.mark.parametrize(
    ("changed", "held", "moment", "refusal"),
    [
        ({}, 0, NOON - timedelta(microseconds=1), DrawNotOpen),
        ({}, 0, NOON + timedelta(hours=1), DrawNotOpen),
        ({"is_revealed": True}, 0, NOON, DrawNotOpen),
        ({"cancelled_at": NOON, "cancel_reason": "x"}, 0, NOON, DrawNotOpen),
        ({}, 2, NOON, TicketLimitReached),
        ({"ticket_count": 3}, 0, NOON, DrawSoldOut),
    ],
)
def test_a_ticket_that_may_not_be_sold_is_refused(changed, held, moment, refusal):
    draw = selling(**changed)
    before = (draw.ticket_count, draw.log_head)
    with pytest.raises(refusal):
        draw.sell(redemption_id=UUID(int=1), member_id=UUID(int=9), held=held, moment=moment)
    assert (draw.ticket_count, draw.log_head) == before
