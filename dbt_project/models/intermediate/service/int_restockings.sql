{{ config(materialized="view") }}

with
    alerts as (select * from {{ ref("stg_stock_alerts") }} where warehouse_id is null),
    issues as (select * from {{ ref("int_item_redemptions_daily") }}),
    ranges as (select * from {{ ref("int_tenant_fact_ranges") }}),
    opened as (
        select
            *,
            {{ business_date("opened_at") }} as opened_date,
            opened_at + interval 48 hour as restock_due_at
        from alerts
    ),
    opened_days as (select distinct tenant_id, opened_date from opened),
    issued as (
        select
            opened_days.tenant_id,
            opened_days.opened_date,
            issues.item_id,
            sum(issues.quantity) as issued_quantity
        from opened_days
        inner join
            issues
            on issues.tenant_id = opened_days.tenant_id
            and issues.date < opened_days.opened_date
            and issues.date >= opened_days.opened_date - 28
        group by opened_days.tenant_id, opened_days.opened_date, issues.item_id
    ),
    ranked as (
        select
            *,
            rank() over (
                partition by tenant_id, opened_date order by issued_quantity desc
            ) as issue_rank,
            count(*) over (partition by tenant_id, opened_date) as issued_item_count
        from issued
    ),
    dated as (
        select
            opened.*,
            {{ business_date("opened.restock_due_at") }} as restock_due_date,
            ranked.issued_quantity,
            ranked.issue_rank,
            ranges.last_fact_date
        from opened
        inner join
            ranked
            on ranked.tenant_id = opened.tenant_id
            and ranked.opened_date = opened.opened_date
            and ranked.item_id = opened.item_id
        inner join ranges on ranges.tenant_id = opened.tenant_id
        where ranked.issue_rank <= ceil(ranked.issued_item_count / 10.0)
    )

-- What is due on the last day of the facts may still come on it.
select
    tenant_id,
    alert_id,
    item_id,
    threshold_quantity,
    quantity,
    cast(issued_quantity as bigint) as issued_quantity,
    issue_rank,
    opened_at,
    opened_date,
    restock_due_at,
    restock_due_date,
    closed_at as restocked_at,
    case
        when restock_due_date > last_fact_date
        then null
        when closed_at is not null
        then closed_at <= restock_due_at
        when restock_due_date < last_fact_date
        then false
    end as is_restocked_on_time
from dated
