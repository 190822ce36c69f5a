"""Locks and reads draws of which tickets are sold or which are cancelled, and what tickets have won."""

from transactional.database import Connection
from transactional.draws.domain import Draw, Outcome
from transactional.engine.book import Book
from transactional.engine.commands import Needs
from transactional.engine.reading.slots import columns

# Prizes never change, and what a ticket won or why its draw was cancelled does not either once it is known: they may
# be read before the locks.
_PRIZES = """
select p.tenant_id, p.draw_id, p.item_id, p.quantity
from mall.draw_prize p
join unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, draw_id) using (tenant_id, draw_id)
"""
_OUTCOMES = """
select t.tenant_id, t.redemption_id, t.draw_id, t.ticket_no, t.prize_no, d.cancel_reason, (
    select p.item_id from mall.draw_prize p
    where p.tenant_id = t.tenant_id and p.draw_id = t.draw_id and p.prize_no = t.prize_no) as item_id
from mall.draw_ticket t
join mall.draw d on d.tenant_id = t.tenant_id and d.draw_id = t.draw_id
join unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, redemption_id)
    on wanted.tenant_id = t.tenant_id and wanted.redemption_id = t.redemption_id
where d.revealed_at is not null or d.cancelled_at is not null
"""
_DRAWS = """
select d.*
from unnest($1::uuid[], $2::uuid[]) as wanted(tenant_id, draw_id)
cross join lateral (
    select d.tenant_id, d.draw_id, d.ticket_points, d.starts_at, d.ends_at, d.max_tickets, d.member_limit,
        d.pseudonym_salt, d.ticket_count, d.log_head, d.revealed_at is not null as is_revealed, d.cancelled_at,
        d.cancel_reason, (
            select min(least(o.authorised_until, i.withdrawn_at))
            from mall.draw_prize p
            join mall.offer o on o.tenant_id = p.tenant_id and o.item_id = p.item_id
            join mall.offer_opt_in i
                on i.tenant_id = o.tenant_id and i.item_id = o.item_id and i.opted_in_at = o.opted_in_at
            where p.tenant_id = d.tenant_id and p.draw_id = d.draw_id) as barred_from
    from mall.draw d
    where d.tenant_id = wanted.tenant_id and d.draw_id = wanted.draw_id
    offset 0 {lock}
) d
"""
_LOCK = "for update of d"
_COUNTS = """
select w.tenant_id, w.draw_id, w.member_id, (
    select count(*) from mall.draw_ticket t
    where t.tenant_id = w.tenant_id and t.draw_id = w.draw_id and t.member_id = w.member_id) as tickets
from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as w(tenant_id, draw_id, member_id)
"""


async def resolve_draws(connection: Connection, needs: Needs, book: Book) -> None:
    """Add the items that draws give as prizes and that tickets have won to what is needed."""
    if needs.draws:
        for row in await connection.fetch(_PRIZES, *columns(needs.draws)):
            book.prizes.setdefault((row["tenant_id"], row["draw_id"]), []).append(
                (row["item_id"], row["quantity"])
            )
            # The stock is needed, but none of the codes.
            needs.items[row["tenant_id"], row["item_id"]] += 0
    if needs.tickets:
        for row in await connection.fetch(_OUTCOMES, *columns(needs.tickets)):
            prize = None if row["prize_no"] is None else (row["prize_no"], row["item_id"])
            book.outcomes[row["tenant_id"], row["redemption_id"]] = Outcome(
                row["draw_id"], row["ticket_no"], prize, row["cancel_reason"]
            )
            if prize is not None:
                needs.items[row["tenant_id"], row["item_id"]] += 1


async def read_draws(connection: Connection, needs: Needs, book: Book, *, lock: bool) -> None:
    """Lock and read draws, then count the tickets that their buyers have; the draw's lock guards them."""
    draws = needs.draws | {(tenant_id, draw_id) for tenant_id, draw_id, _ in needs.ticket_sales}
    if not draws:
        return
    for row in await connection.fetch(_DRAWS.format(lock=_LOCK if lock else ""), *columns(sorted(draws))):
        tenant_id, *values = row
        draw = Draw(*values)
        book.draws[tenant_id, draw.draw_id] = draw
    if needs.ticket_sales:
        for row in await connection.fetch(_COUNTS, *columns(needs.ticket_sales, 3)):
            book.ticket_counts[row["tenant_id"], row["draw_id"], row["member_id"]] = row["tickets"]
