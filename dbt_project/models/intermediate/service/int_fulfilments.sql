{{ config(materialized="view") }}

with
    redemptions as (select * from {{ ref("int_shippable_redemptions") }}),
    ranges as (select * from {{ ref("int_tenant_fact_ranges") }}),
    dated as (
        select
            redemptions.*,
            {{ business_date("redemptions.ship_due_at") }} as ship_due_date,
            ranges.last_fact_date
        from redemptions
        inner join ranges on ranges.tenant_id = redemptions.tenant_id
    )

-- What is due on the last day of the facts may still be shipped on it. What was completed without
-- anybody saying when it was shipped tells nothing, and what was given up before was no longer due.
select
    tenant_id,
    redemption_id,
    status,
    paid_at,
    ship_due_at,
    ship_due_date,
    shipped_at,
    delivered_at,
    completed_at,
    case
        when ship_due_date > last_fact_date
        then null
        when shipped_at is not null
        then shipped_at <= ship_due_at
        when completed_at is not null
        then null
        when status in ('cancelled', 'refunded')
        then case when ended_at > ship_due_at then false end
        when ship_due_date < last_fact_date
        then false
    end as is_shipped_on_time
from dated
