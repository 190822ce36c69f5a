"""Reads a batch's book.

What few batches share is locked first and what many share last, for whoever holds a row keeps the others waiting
until it has committed: accounts, what risk rules count of addresses and devices, stock, flash sales, campaigns,
what they count of tenants, days of exchange, draws; each in order. What needs no lock of its own is read between.
"""

from collections.abc import Sequence

from transactional.database import Connection
from transactional.engine.book import Answer, Book
from transactional.engine.commands import Command, Needs
from transactional.engine.reading.campaigns import find_campaigns, read_had, resolve_extras
from transactional.engine.reading.draws import read_draws, resolve_draws
from transactional.engine.reading.erasures import read_open_business
from transactional.engine.reading.exchanges import read_exchanges, resolve_exchanges, resolve_parties
from transactional.engine.reading.goods import read_codes
from transactional.engine.reading.points import read_accounts, read_history, read_past, resolve_points
from transactional.engine.reading.redemptions import read_redemptions, resolve_redemptions
from transactional.engine.reading.sales import read_bought
from transactional.engine.reading.shared import read_shared
from transactional.engine.reading.slots import columns
from transactional.engine.words import together
from transactional.risk.rows import load_risk
from transactional.tenants.queries import programs

_ANSWERS = """
select k.*
from unnest($1::uuid[], $2::text[]) as wanted(tenant_id, key)
cross join lateral (
    select k.tenant_id, k.key, k.response_status, k.response_body, k.words, k.body_hash, k.is_keyed
    from mall.idempotency_key k
    where k.tenant_id = wanted.tenant_id and k.key = wanted.key
    offset 0
) k
"""


async def read_book(
    connection: Connection, commands: Sequence[Command], *, hash_key: bytes | None, lock: bool = True
) -> Book:
    """Lock and read what the commands need, inside the caller's transaction.

    What a command points to - a redemption, a hold, a transfer - first tells which member's account to lock;
    it is read after that lock, which guards everything of the member: also the answers given before, so that a
    retry which waited for its first try sees it.

    Args:
        hash_key: by which the installation keeps hashes of requests, if it does.
        lock: whether to lock; a dry run only reads.
    """
    needs = Needs()
    for command in commands:
        command.add_needs(needs)
    book = Book(hash_key=hash_key)
    await resolve_exchanges(connection, needs, book)
    await resolve_redemptions(connection, needs, book)
    days = await resolve_parties(connection, needs, commands)
    await resolve_points(connection, needs, book)
    await resolve_extras(connection, needs, book)
    await resolve_draws(connection, needs, book)
    await read_accounts(connection, needs, book, lock=lock)
    recents = {member: account.recent for member, account in book.accounts.items()}
    book.risk = await load_risk(connection, needs.attempts, recents, lock=lock)
    await read_redemptions(connection, needs, book)
    await read_open_business(connection, needs, book)
    await read_past(connection, needs, book)
    await read_history(connection, needs, book)
    await read_bought(connection, needs, book)
    await _read_answers(connection, commands, book)
    tenants = {tenant_id for tenant_id, _ in needs.members} | {command.tenant_id for command in commands}
    book.programs = await programs(connection, tenants)
    await find_campaigns(connection, commands, needs, book)
    await read_had(connection, needs, book)
    await read_shared(connection, needs, book, lock=lock)
    await read_codes(connection, needs, book)
    await read_exchanges(connection, needs, book, days, lock=lock)
    await read_draws(connection, needs, book, lock=lock)
    return book


async def _read_answers(connection: Connection, commands: Sequence[Command], book: Book) -> None:
    keys = [(command.tenant_id, command.key) for command in commands if command.key is not None]
    if keys:
        for row in await connection.fetch(_ANSWERS, *columns(keys)):
            book.answers[row["tenant_id"], row["key"]] = Answer(
                row["response_status"],
                together(row["response_body"], row["words"]),
                row["body_hash"],
                is_keyed=row["is_keyed"],
            )
