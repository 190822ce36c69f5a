with
    facts as (select * from {{ ref("int_tenant_facts_daily") }}),
    members as (select * from {{ ref("int_counted_members") }}),
    -- An event bears the time its sender's clock showed. One from before the tenant had a member, a
    -- transfer or an answer is a wrong clock; it must not add years of empty days to the figures.
    signs_of_life as (
        select tenant_id, registered_date as date
        from members
        union all
        select tenant_id, date
        from facts
        where kind <> 'event'
    ),
    starts as (select tenant_id, min(date) as date from signs_of_life group by tenant_id)

select facts.tenant_id, min(facts.date) as first_fact_date, max(facts.date) as last_fact_date
from facts
inner join starts on starts.tenant_id = facts.tenant_id and facts.date >= starts.date
group by facts.tenant_id
