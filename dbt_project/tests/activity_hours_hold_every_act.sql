{{ config(tags=["whole_history"]) }}

-- The hours of a month hold its events and its redemptions that were kept, each once.
with
    hours as (select * from {{ ref("fct_activity_hours_monthly") }}),
    acts as (
        select tenant_id, occurred_date as date, 1 as event_count, 0 as redemption_count
        from {{ ref("fct_events") }}
        union all
        select tenant_id, effective_date as date, 0 as event_count, 1 as redemption_count
        from {{ ref("fct_redemptions") }}
        where is_kept
    ),
    tenants as (select * from {{ ref("dim_tenant") }}),
    expected as (
        select
            acts.tenant_id,
            cast(date_trunc('month', acts.date) as date) as month,
            sum(acts.event_count) as event_count,
            sum(acts.redemption_count) as redemption_count
        from acts
        inner join
            tenants
            on tenants.tenant_id = acts.tenant_id
            and acts.date between tenants.first_fact_date and tenants.last_fact_date
        group by acts.tenant_id, cast(date_trunc('month', acts.date) as date)
    ),
    published as (
        select
            tenant_id,
            month,
            sum(event_count) as event_count,
            sum(redemption_count) as redemption_count
        from hours
        group by tenant_id, month
    )

select
    coalesce(expected.tenant_id, published.tenant_id) as tenant_id,
    coalesce(expected.month, published.month) as month,
    expected.event_count as expected_event_count,
    published.event_count
from expected
full join published on published.tenant_id = expected.tenant_id and published.month = expected.month
where
    expected.event_count is distinct from published.event_count
    or expected.redemption_count is distinct from published.redemption_count
