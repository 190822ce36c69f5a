"""Stores a past: pairs of a credit and a debit that leave every member with nothing, as years of use would."""

from uuid import UUID

import psycopg
from rich.console import Console

from orchestration.cli.bench.identities import (
    DEBIT_EVENT,
    EARN_EVENT,
    ITEM,
    MEMBER,
    PAST_CREDIT,
    PAST_DEBIT,
    sql_identifier,
)
from orchestration.cli.bench.plan import Plan
from orchestration.cli.progress import progress_bar

_CHUNK = 50_000
_ENTRIES_OF_A_PAIR = 4

# A pair is an earn of a lot and either the redemption that spends it or its expiry, over the last 400 days. Numbers
# are scattered over members and items by primes, so that history is as spread as the load will be.
_PAIRS = f"""
create temp table pair on commit drop as
select n, {sql_identifier(MEMBER, "1 + n * 7919 %% %(members)s")} as member_id, item_id, price,
    {sql_identifier(PAST_CREDIT, "n")} as credit_id, {sql_identifier(PAST_DEBIT, "n")} as debit_id,
    n * %(redemptions)s / %(pairs)s > (n - 1) * %(redemptions)s / %(pairs)s as is_redeemed,
    now() - interval '460 days' + interval '400 days' * (n::float8 / %(pairs)s) as at
from generate_series(%(first)s::bigint, %(last)s) n
join lateral (
    select item_id, price_points as price from mall.offer
    where tenant_id = %(tenant)s and item_id = {sql_identifier(ITEM, "1 + n * 104729 %% %(items)s")}
) o on true
"""
_TRANSFERS = """
insert into mall.transfer (tenant_id, transfer_id, kind, member_id, redemption_id, effective_at)
select %(tenant)s, t.* from pair, lateral (values
    (credit_id, 'earn', member_id, null, at),
    (debit_id, case when is_redeemed then 'redeem' else 'expire' end, member_id,
        case when is_redeemed then debit_id end, at + interval '1 day')
) as t
"""
_LOTS = """
insert into mall.lot (tenant_id, account_id, lot_id, issued_points, remaining_points, active_from, expires_on)
select %(tenant)s, member_id, credit_id, price, 0, at, (at + interval '1 day')::date from pair
"""
_ENTRIES = """
insert into mall.entry (tenant_id, transfer_id, entry_no, account_id, lot_id, amount, balance_after)
select %(tenant)s, e.* from pair
cross join (
    select min(account_id::text) filter (where kind = 'issuance')::uuid as issuance,
        min(account_id::text) filter (where kind = 'redeemed')::uuid as redeemed,
        min(account_id::text) filter (where kind = 'expired')::uuid as expired
    from mall.account where tenant_id = %(tenant)s and kind <> 'member'
) program, lateral (values
    (credit_id, 0, issuance, null, -price, null),
    (credit_id, 1, member_id, credit_id, price, price),
    (debit_id, 0, case when is_redeemed then redeemed else expired end, null, price, null),
    (debit_id, 1, member_id, credit_id, -price, 0)
) as e
"""
_REDEMPTIONS = """
insert into mall.redemption (tenant_id, redemption_id, member_id, status, points, effective_at, completed_at)
select %(tenant)s, debit_id, member_id, 'completed', price, at + interval '1 day', at + interval '1 day'
from pair where is_redeemed
"""
_LINES = """
insert into mall.redemption_line (tenant_id, redemption_id, line_no, item_id, quantity, unit_points)
select %(tenant)s, debit_id, 1, item_id, 1, price from pair where is_redeemed
"""
# Clients make random keys. Sorting each chunk by key saves this seed random writes and leaves the same index.
_ANSWERS = """
insert into mall.idempotency_key
    (tenant_id, key, operation, body_hash, redemption_id, response_status, response_body)
select %(tenant)s, md5(operation || n)::uuid::text, operation, sha256(n::text::bytea), redemption_id, 201,
    json_build_object(
        'redemption_id', debit_id, 'member_id', member_id, 'status', 'completed', 'points', price,
        'available_points', 0, 'effective_at', at, 'lines', json_build_array(json_build_object(
            'item_id', item_id, 'quantity', 1, 'unit_points', price, 'points', price)))
from pair, lateral (values ('earn', null, true), ('redeem', debit_id, is_redeemed)) as o(operation, redemption_id, is_asked)
where is_asked
order by 2
"""
_MESSAGES = f"""
insert into mall.outbox (tenant_id, outbox_id, topic, subject_id, payload)
select %(tenant)s, m.outbox_id, m.topic, m.subject_id, jsonb_build_object(
    'redemption_id', debit_id, 'member_id', member_id, 'status', 'completed', 'points', price,
    'available_points', 0, 'effective_at', at, 'lines', jsonb_build_array(jsonb_build_object(
        'item_id', item_id, 'quantity', 1, 'unit_points', price, 'points', price)))
from pair, lateral (values
    ({sql_identifier(EARN_EVENT, "n")}, 'points.earn', credit_id, true),
    ({sql_identifier(DEBIT_EVENT, "n")}, 'redemption.completed', debit_id, is_redeemed)
) as m(outbox_id, topic, subject_id, is_told)
where is_told
"""


def store_history(
    connection: psycopg.Connection[tuple[object, ...]], tenant_id: UUID, plan: Plan, console: Console
) -> None:
    """Store about as many entries and exactly as many redemptions as the plan says; the offers are there."""
    pairs = max(plan.history_redemptions, plan.history_entries // _ENTRIES_OF_A_PAIR)
    if not pairs:
        return
    given = {
        "tenant": tenant_id, "members": plan.members, "items": plan.items,
        "redemptions": plan.history_redemptions, "pairs": pairs,
    }  # fmt: skip
    with progress_bar(console, "Stored history, in pairs of transfers") as advance:
        for done in range(0, pairs, _CHUNK):
            last = min(done + _CHUNK, pairs)
            with connection.transaction():
                for statement in (
                    _PAIRS, _TRANSFERS, _LOTS, _ENTRIES, _REDEMPTIONS, _LINES, _ANSWERS, _MESSAGES,
                ):  # fmt: skip
                    connection.execute(statement, {**given, "first": done + 1, "last": last})
            advance(last, pairs)
