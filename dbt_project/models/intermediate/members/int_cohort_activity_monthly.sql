{% set views = ["event", "entry", "redemption"] %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_month_from": "month", "changed_views": views},
    )
}}

with
    members as (select * from {{ ref("int_counted_members") }}),
    active_months as (
        select *
        from {{ ref("int_member_active_months") }}
        where month >= {{ changed_month_from(views) }}
    ),
    -- A refund may move a first redemption to a later month, which changes the months from the
    -- former one on and none before.
    redemption_months as (
        select *
        from {{ ref("int_member_redemption_months") }}
        where month >= {{ changed_month_from(views) }}
    ),
    acts as (
        select
            active_months.tenant_id,
            'registration' as cohort_kind,
            cast(date_trunc('month', members.registered_date) as date) as cohort_month,
            active_months.month
        from active_months
        inner join
            members
            on members.tenant_id = active_months.tenant_id
            and members.member_id = active_months.member_id
        union all
        select tenant_id, 'first_redemption' as cohort_kind, first_month as cohort_month, month
        from redemption_months
    )

select tenant_id, cohort_kind, cohort_month, month, count(*) as active_count
from acts
group by tenant_id, cohort_kind, cohort_month, month
