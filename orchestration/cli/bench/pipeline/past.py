"""Writes days of a mall's life into PostgreSQL, set-based and true to the ledger's rules.

A pair is an earn of a lot and, some hours later on the same day, the redemption or the expiry that uses it up. Each
tenant has its own members and items; numbers are scattered over them by primes.
"""

from orchestration.cli.bench.identities import ITEM, MEMBER, PAST_CREDIT, PAST_DEBIT, sql_identifier

EVENT = 10
FEEDBACK = 11
MOVEMENT = 12
TENANT = 13

# Rows that are consistent by construction need no foreign key look-ups; the warehouse's tests prove them afterwards.
FAST = """
set session_replication_role = replica;
set synchronous_commit = off;
set work_mem = '256MB';
set maintenance_work_mem = '512MB';
"""


def _of_tenant(number: str, scatter: int, total: str) -> str:
    """Return the number of a thing that belongs to the tenant of `number`, scattered over all of the tenant's."""
    return f"({number} * {scatter} %% ({total} / %(tenants)s)) * %(tenants)s + {number} %% %(tenants)s"


TENANTS = f"""
with numbered as (
    select n, {sql_identifier(TENANT, "n")} as tenant_id,
        (array['bank', 'airline', 'retail', 'ecommerce'])[1 + n %% 4] as industry
    from generate_series(0::bigint, %(tenants)s - 1) n
), new_tenant as (
    insert into mall.tenant (tenant_id, code, name, industry, is_test)
    select tenant_id, 'bench-' || n, 'Bench ' || n, industry, false from numbered
), new_program as (
    insert into mall.program (tenant_id, name, lot_validity_months) select tenant_id, 'Points', 12 from numbered
)
insert into mall.account (tenant_id, account_id, kind)
select tenant_id, uuidv7(), kind from numbered,
    unnest(array['issuance', 'redeemed', 'expired', 'exchange', 'adjustment', 'receivable', 'fee']) kind
"""

MEMBERS = f"""
with numbered as (
    select {sql_identifier(TENANT, "n %% %(tenants)s")} as tenant_id, {sql_identifier(MEMBER, "n")} as member_id, n
    from generate_series(0::bigint, %(members)s - 1) n
), new_account as (
    insert into mall.account (tenant_id, account_id, kind) select tenant_id, member_id, 'member' from numbered
)
insert into mall.member (tenant_id, member_id, external_ref, registered_at, is_test, erased_at)
select tenant_id, member_id, 'M' || n,
    timezone('Asia/Shanghai', %(first_day)s::timestamp) - make_interval(days => (n %% 40)::int),
    n %% 1000 = 998, case when n %% 1000 = 999 then now() end
from numbered
"""

OFFERS = f"""
with numbered as (
    select n, {sql_identifier(ITEM, "n")} as item_id, {sql_identifier(TENANT, "n %% %(tenants)s")} as tenant_id,
        (array['shipping', 'pickup', 'instant'])[1 + n / %(tenants)s %% 3] as handover,
        timezone('Asia/Shanghai', %(first_day)s::timestamp) as since
    from generate_series(0::bigint, %(items)s - 1) n
), new_item as (
    insert into mall.item (item_id, code, name, category, kind, class)
    select item_id, 'bench-' || n, 'Item ' || n, 'category ' || n %% 20,
        case handover when 'instant' then 'virtual' else 'physical' end,
        (array['staple', 'staple', 'staple', 'quality', 'scarce'])[1 + n / %(tenants)s %% 5]
    from numbered
), new_offer as (
    insert into mall.offer (tenant_id, item_id, price_points, handover, opted_in_at, listed_from)
    select tenant_id, item_id, 100 + n * 37 %% 19 * 50, handover, since, since from numbered
), new_movement as (
    insert into mall.stock_movement (tenant_id, movement_id, item_id, quantity, reason, reference, effective_at)
    select tenant_id, {sql_identifier(MOVEMENT, "n")}, item_id, 1000000, 'receipt', 'opening', since from numbered
)
insert into mall.stock (tenant_id, item_id, on_hand) select tenant_id, item_id, 1000000 from numbered
"""

# Pairs number `first` to `last` are spread evenly over the days from `first_date`, day by day and hour by hour.
PAIRS = f"""
create temp table pair on commit drop as
select n, o.tenant_id, {sql_identifier(MEMBER, _of_tenant("n", 7919, "%(members)s"))} as member_id,
    o.item_id, o.price_points as price, {sql_identifier(PAST_CREDIT, "n")} as credit_id,
    {sql_identifier(PAST_DEBIT, "n")} as debit_id,
    n * %(redemptions)s / %(pairs)s > (n - 1) * %(redemptions)s / %(pairs)s as is_redeemed,
    date_trunc('milliseconds', at) as at, at + interval '3 hours' as debit_at,
    at >= %(open_from)s as is_open
from generate_series(%(first)s::bigint, %(last)s) n
cross join lateral (
    select timezone('Asia/Shanghai', %(first_date)s::timestamp
        + make_interval(days => ((n - %(first_of_all)s) * %(days)s / %(count)s)::int)
        + interval '20 hours' * ((n - %(first_of_all)s) * %(days)s %% %(count)s / %(count)s::float8)) as at
) t
join mall.offer o on o.tenant_id = {sql_identifier(TENANT, "n %% %(tenants)s")}
    and o.item_id = {sql_identifier(ITEM, _of_tenant("n", 104729, "%(items)s"))}
order by n
"""
_TRANSFERS = """
insert into mall.transfer (tenant_id, transfer_id, kind, member_id, redemption_id, effective_at, recorded_at)
select tenant_id, t.* from pair, lateral (values
    (credit_id, 'earn', member_id, null, at, at),
    (debit_id, case when is_redeemed then 'redeem' else 'expire' end, member_id,
        case when is_redeemed then debit_id end, debit_at, debit_at)
) as t
"""
_LOTS = """
insert into mall.lot (tenant_id, account_id, lot_id, issued_points, remaining_points, active_from, expires_on, recorded_at)
select tenant_id, member_id, credit_id, price, 0, at,
    (case when is_redeemed then at + interval '365 days' else at end at time zone 'Asia/Shanghai')::date, at
from pair
"""
_ENTRIES = """
insert into mall.entry (tenant_id, transfer_id, entry_no, account_id, lot_id, amount, balance_after)
select pair.tenant_id, e.* from pair
join (
    select tenant_id, min(account_id::text) filter (where kind = 'issuance')::uuid as issuance,
        min(account_id::text) filter (where kind = 'redeemed')::uuid as redeemed,
        min(account_id::text) filter (where kind = 'expired')::uuid as expired
    from mall.account where kind <> 'member' group by tenant_id
) program using (tenant_id), lateral (values
    (credit_id, 0, issuance, null, -price, null),
    (credit_id, 1, member_id, credit_id, price, price),
    (debit_id, 0, case when is_redeemed then redeemed else expired end, null, price, null),
    (debit_id, 1, member_id, credit_id, -price, 0)
) as e
"""
# The redemptions of the last days are still on their way.
_REDEMPTIONS = """
insert into mall.redemption (tenant_id, redemption_id, member_id, status, points, effective_at, paid_at, completed_at, recorded_at)
select tenant_id, debit_id, member_id, case when is_open then 'allocated' else 'completed' end, price, debit_at,
    debit_at, case when not is_open then debit_at end, debit_at
from pair where is_redeemed
"""
_LINES = """
insert into mall.redemption_line (tenant_id, redemption_id, line_no, item_id, quantity, unit_points)
select tenant_id, debit_id, 1, item_id, 1, price from pair where is_redeemed
"""
_FEEDBACK = f"""
insert into mall.feedback (tenant_id, feedback_id, member_id, redemption_id, score, answered_at, recorded_at)
select tenant_id, {sql_identifier(FEEDBACK, "n")}, member_id, debit_id, 1 + n * 31 / 7 %% 5, debit_at + interval '30 minutes',
    debit_at + interval '30 minutes'
from pair where is_redeemed and n %% 20 = 0
"""
OF_PAIRS = (PAIRS, _TRANSFERS, _LOTS, _ENTRIES, _REDEMPTIONS, _LINES, _FEEDBACK)

EVENTS = f"""
insert into mall.event (tenant_id, event_id, member_id, kind, item_id, occurred_at, recorded_at)
select {sql_identifier(TENANT, "n %% %(tenants)s")}, {sql_identifier(EVENT, "n")},
    {sql_identifier(MEMBER, _of_tenant("n", 6007, "%(members)s"))}, kind,
    case when kind not in ('visit', 'search') then {sql_identifier(ITEM, _of_tenant("n", 15485863, "%(items)s"))} end,
    at, at
from generate_series(%(first)s::bigint, %(last)s) n
cross join lateral (
    select (array['visit', 'view', 'view', 'view', 'search', 'click', 'favourite', 'view'])[1 + n / %(tenants)s %% 8] as kind,
        timezone('Asia/Shanghai', %(first_date)s::timestamp
        + make_interval(days => ((n - %(first_of_all)s) * %(days)s / %(count)s)::int)
        + interval '23 hours' * ((n - %(first_of_all)s) * %(days)s %% %(count)s / %(count)s::float8)) as at
) e
order by n
"""

# What is left of each item; only a new day's own items move, by as many updates.
STOCK = """
update mall.stock s set on_hand = m.quantity - coalesce(l.quantity, 0), xid = pg_current_xact_id()
from (select tenant_id, item_id, sum(quantity) as quantity from mall.stock_movement group by 1, 2) m
left join (select tenant_id, item_id, sum(quantity) as quantity from mall.redemption_line group by 1, 2) l
    using (tenant_id, item_id)
where s.tenant_id = m.tenant_id and s.item_id = m.item_id
"""

# What was on its way arrives: one day's redemptions change, so that a past day has corrected rows.
ARRIVALS = """
update mall.redemption set status = 'completed', completed_at = %(now)s, xid = pg_current_xact_id()
where status = 'allocated' and effective_at < %(before)s
"""
