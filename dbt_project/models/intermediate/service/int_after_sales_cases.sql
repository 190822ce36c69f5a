{{ config(materialized="view") }}

with
    cases as (select * from {{ ref("stg_after_sales_cases") }}),
    redemptions as (select * from {{ ref("int_redemptions") }}),
    lines as (select * from {{ ref("int_redemption_lines") }}),
    ranges as (select * from {{ ref("int_tenant_fact_ranges") }}),
    dated as (
        select
            cases.*,
            lines.item_id,
            {{ business_date("cases.opened_at") }} as opened_date,
            {{ business_date("cases.due_at") }} as due_date,
            ranges.last_fact_date
        from cases
        inner join
            redemptions
            on redemptions.tenant_id = cases.tenant_id
            and redemptions.redemption_id = cases.redemption_id
        inner join ranges on ranges.tenant_id = cases.tenant_id
        left join
            lines
            on lines.tenant_id = cases.tenant_id
            and lines.redemption_id = cases.redemption_id
            and lines.line_no = cases.line_no
        where redemptions.is_counted
    )

select
    tenant_id,
    case_id,
    redemption_id,
    line_no,
    item_id,
    quantity,
    supplier_id,
    type,
    reason,
    opened_at,
    opened_date,
    due_at,
    due_date,
    answered_at,
    case
        when due_date > last_fact_date
        then null
        when answered_at is not null
        then answered_at <= due_at
        when due_date < last_fact_date
        then false
    end as is_answered_on_time,
    outcome,
    responsibility,
    decided_at,
    closed_at
from dated
