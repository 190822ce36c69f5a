"""Opens draws and records their public entropy. Tickets are sold by the engine; `revealing` ends a draw."""

from collections import Counter
from datetime import datetime
from uuid import UUID

from transactional.catalogue.allotment import set_aside
from transactional.catalogue.offers import refuse_barred
from transactional.database import Connection
from transactional.draws.domain import SALT_BYTES, SEED_BYTES, NewDraw, Seal, check_terms, terms_of
from transactional.draws.drawing import first_head, seed_hash
from transactional.draws.queries import find_draw
from transactional.draws.refusals import DrawExists, DrawNotOver, EntropyRecorded, NoEntropyAwaited
from transactional.redemption.domain import UnknownOffer


async def open_draw(
    connection: Connection,
    *,
    tenant_id: UUID,
    draw_id: UUID,
    new: NewDraw,
    request_hash: bytes,
    seed: bytes,
    salt: bytes,
    seal: Seal,
    prize_limit_fen: int,
    now: datetime,
) -> tuple[UUID, bool]:
    """Open a draw: commit to its seed and set its prizes aside, all or nothing.

    Args:
        draw_id: its id, if it is new.
        request_hash: SHA-256 of what was asked, 32 bytes; the same reference and hash are a retry.
        seed: 32 random bytes that nobody else knows.
        salt: 32 random bytes for the members' pseudonyms.

    Returns:
        The draw's id, and whether this call opened it.

    Raises:
        DrawExists: the reference names a draw with other terms.
        InvalidRequest, PrizeTooValuable, TooManyPrizes: the terms are refused.
        UnknownOffer: the shop does not have a prize's item.
        ItemBarred: a prize may not be given out when the draw begins.
        OutOfStock: fewer pieces of it are on the shelf.
    """
    assert len(seed) == SEED_BYTES
    assert len(salt) == SALT_BYTES
    async with connection.transaction():
        opened = await _opened_before(connection, tenant_id, new.reference, request_hash)
        if opened is not None:
            return opened, False
        check_terms(new, now=now, prize_limit_fen=prize_limit_fen)
        items = [p.item_id for p in new.prizes]
        names = await _item_names(connection, tenant_id, items)
        await refuse_barred(connection, tenant_id=tenant_id, item_ids=items, moment=new.starts_at)
        commitment = seed_hash(seed)
        terms = terms_of(new, draw_id=draw_id, seed_hash=commitment, names=names)
        inserted = await connection.fetchval(
            """
            insert into mall.draw (
                tenant_id, draw_id, reference, request_hash, name, ticket_points, starts_at, ends_at, max_tickets,
                member_limit, one_prize_per_member, entropy_source, seed_hash, sealed_seed, pseudonym_salt, log_head)
            values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
            on conflict (tenant_id, reference) do nothing
            returning true
            """,
            tenant_id,
            draw_id,
            new.reference,
            request_hash,
            new.name,
            new.ticket_points,
            new.starts_at,
            new.ends_at,
            new.max_tickets,
            new.member_limit,
            new.one_prize_per_member,
            new.entropy_source,
            commitment,
            seal(seed, context=seed_context(tenant_id, draw_id)),
            salt,
            first_head(terms),
        )
        if not inserted:
            # Another request with this reference was faster.
            opened = await _opened_before(connection, tenant_id, new.reference, request_hash)
            assert opened is not None
            return opened, False
        pieces: Counter[UUID] = Counter()
        for prize in new.prizes:
            pieces[prize.item_id] += prize.quantity
        await set_aside(connection, tenant_id=tenant_id, pieces=pieces, now=now)
        await connection.executemany(
            "insert into mall.draw_prize (tenant_id, draw_id, prize_no, item_id, name, quantity, value_fen) "
            "values ($1, $2, $3, $4, $5, $6, $7)",
            [
                (tenant_id, draw_id, prize_no, p.item_id, names[p.item_id], p.quantity, p.value_fen)
                for prize_no, p in enumerate(new.prizes, start=1)
            ],
        )
    return draw_id, True


async def record_entropy(
    connection: Connection, *, tenant_id: UUID, draw_id: UUID, entropy: str, now: datetime
) -> None:
    """Record the public value that the terms promised to mix in; the same value again changes nothing.

    Raises:
        UnknownDraw: the tenant has none with this id.
        NoEntropyAwaited: the terms name no source, or the draw was cancelled.
        DrawNotOver: the value could still influence who buys tickets.
        EntropyRecorded: another value was recorded before.
    """
    async with connection.transaction():
        draw = await find_draw(connection, tenant_id=tenant_id, draw_id=draw_id)
        if draw["entropy_source"] is None or draw["cancelled_at"] is not None:
            raise NoEntropyAwaited(draw_id)
        if now < draw["ends_at"]:
            raise DrawNotOver(draw_id, ends_at=draw["ends_at"])
        await connection.execute(
            "update mall.draw set entropy = $3, entropy_recorded_at = $4 "
            "where tenant_id = $1 and draw_id = $2 and entropy is null and cancelled_at is null",
            tenant_id,
            draw_id,
            entropy,
            now,
        )
        recorded = (await find_draw(connection, tenant_id=tenant_id, draw_id=draw_id))["entropy"]
        if recorded is None:
            raise NoEntropyAwaited(draw_id)
        if recorded != entropy:
            raise EntropyRecorded(draw_id, recorded)


def seed_context(tenant_id: UUID, draw_id: UUID) -> bytes:
    """Return what a draw's seed is sealed for: moved to another draw it does not open."""
    return b"draw seed" + tenant_id.bytes + draw_id.bytes


async def _opened_before(
    connection: Connection, tenant_id: UUID, reference: str, request_hash: bytes
) -> UUID | None:
    row = await connection.fetchrow(
        "select draw_id, request_hash from mall.draw where tenant_id = $1 and reference = $2",
        tenant_id,
        reference,
    )
    if row is None:
        return None
    if row["request_hash"] != request_hash:
        raise DrawExists(reference, row["draw_id"])
    found: UUID = row["draw_id"]
    return found


async def _item_names(connection: Connection, tenant_id: UUID, item_ids: list[UUID]) -> dict[UUID, str]:
    rows = await connection.fetch(
        # What the tenant opted out of is no prize either.
        "select i.item_id, i.name from mall.offer o join mall.item i using (item_id) "
        "join mall.offer_opt_in p using (tenant_id, item_id, opted_in_at) "
        "where o.tenant_id = $1 and o.item_id = any($2::uuid[]) and p.withdrawn_at is null",
        tenant_id,
        item_ids,
    )
    # A name with a control character could pass for a further line of the hashed terms.
    names = {row["item_id"]: "".join(c if c.isprintable() else " " for c in row["name"]) for row in rows}
    for item_id in item_ids:
        if item_id not in names:
            raise UnknownOffer(item_id)
    return names
