-- The four rates of every tenant by day and month, by PostgreSQL itself from the mall's own tables: for each its
-- numerator and denominator. Days are those of Asia/Shanghai; test and erased members are left out.
create temp table counted as
select tenant_id, member_id, (registered_at at time zone 'Asia/Shanghai')::date as registered_date
from mall.member
where not is_test and erased_at is null;
analyze counted;

create temp table fact as
select distinct f.tenant_id, f.member_id, f.kind, f.date
from (
    select tenant_id, member_id, 'event' as kind, (occurred_at at time zone 'Asia/Shanghai')::date as date
    from mall.event
    where kind <> 'impression'
    union all
    select tenant_id, member_id, 'feedback', (answered_at at time zone 'Asia/Shanghai')::date from mall.feedback
    union all
    select tenant_id, member_id, 'redemption', (effective_at at time zone 'Asia/Shanghai')::date from mall.redemption
    union all
    select tenant_id, member_id, kind, (effective_at at time zone 'Asia/Shanghai')::date
    from mall.transfer
    where kind in ('earn', 'grant')
) f
join counted using (tenant_id, member_id);
analyze fact;

create temp table period as
with life as (
    select tenant_id, registered_date as date from counted
    union all
    select tenant_id, date from fact where kind <> 'event'
), bounds as (
    select f.tenant_id, min(f.date) as first_date, max(f.date) as last_date
    from fact f
    join (select tenant_id, min(date) as date from life group by tenant_id) s
        on s.tenant_id = f.tenant_id and f.date >= s.date
    group by f.tenant_id
), days as (
    select tenant_id, d::date as date from bounds, generate_series(first_date, last_date, interval '1 day') d
)
select tenant_id, 'day' as grain, date as period_start, date as period_end, date from days
union all
select tenant_id, 'month', date_trunc('month', date)::date,
    (date_trunc('month', date) + interval '1 month - 1 day')::date, date
from days;
analyze period;

create temp table points as
select t.tenant_id, (t.effective_at at time zone 'Asia/Shanghai')::date as date,
    coalesce(-sum(e.amount) filter (where a.kind = 'issuance'), 0) as issued,
    coalesce(sum(e.amount) filter (where a.kind = 'redeemed'), 0) as redeemed
from mall.entry e
join mall.transfer t using (tenant_id, transfer_id)
join mall.account a using (tenant_id, account_id)
join counted c on c.tenant_id = t.tenant_id and c.member_id = t.member_id
where a.kind in ('issuance', 'redeemed')
group by 1, 2;

create temp table kpi as
with closing as (
    select tenant_id, grain, period_start, max(period_end) as period_end, max(date) as last_date
    from period group by 1, 2, 3
), active as (
    select p.tenant_id, p.grain, p.period_start, count(distinct f.member_id) as members
    from period p
    join fact f on f.tenant_id = p.tenant_id and f.date = p.date and f.kind in ('event', 'earn', 'redemption')
    join counted c on c.tenant_id = f.tenant_id and c.member_id = f.member_id and c.registered_date <= p.period_end
    group by 1, 2, 3
), registered as (
    select tenant_id, registered_date as date, count(*) as members from counted group by 1, 2
), moved as (
    select p.tenant_id, p.grain, p.period_start, sum(m.issued) as issued, sum(m.redeemed) as redeemed
    from period p join points m on m.tenant_id = p.tenant_id and m.date = p.date
    group by 1, 2, 3
), answers as (
    select f.tenant_id, (f.answered_at at time zone 'Asia/Shanghai')::date as date,
        count(*) filter (where f.score >= 4) as satisfied, count(*) as answers
    from mall.feedback f join counted using (tenant_id, member_id)
    group by 1, 2
), answered as (
    select p.tenant_id, p.grain, p.period_start, sum(a.satisfied) as satisfied, sum(a.answers) as answers
    from period p join answers a on a.tenant_id = p.tenant_id and a.date = p.date
    group by 1, 2, 3
)
select c.tenant_id, c.grain, c.period_start, 'activity_rate' as metric, coalesce(a.members, 0) as numerator,
    coalesce((select sum(members) from registered r where r.tenant_id = c.tenant_id and r.date <= c.period_end), 0)
        as denominator
from closing c left join active a using (tenant_id, grain, period_start)
union all
select c.tenant_id, c.grain, c.period_start, 'consumption_rate', coalesce(m.redeemed, 0), coalesce(m.issued, 0)
from closing c left join moved m using (tenant_id, grain, period_start)
union all
select c.tenant_id, c.grain, c.period_start, 'consumption_rate_cumulative', sum(m.redeemed), sum(m.issued)
from closing c join points m on m.tenant_id = c.tenant_id and m.date <= c.last_date
group by 1, 2, 3
union all
select c.tenant_id, c.grain, c.period_start, 'satisfaction_rate', coalesce(a.satisfied, 0), coalesce(a.answers, 0)
from closing c left join answered a using (tenant_id, grain, period_start)
