{% set views = ["redemption", "service", "review", "chat", "survey_answer", "last_day"] %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_from": "date", "changed_views": views},
    )
}}

-- All that is told of a redemption is told of its day or a later one.
with
    fulfilments as (select * from {{ ref("int_fulfilments") }}),
    deliveries as (select * from {{ ref("int_deliveries") }}),
    cases as (select * from {{ ref("int_after_sales_cases") }}),
    redemptions as (select * from {{ ref("int_redemption_outcomes") }}),
    texts as (select * from {{ ref("int_scored_texts") }}),
    of_redemptions as (
        select
            tenant_id,
            redemption_id,
            ship_due_date as date,
            'ship_48h_rate' as metric,
            case when is_shipped_on_time then 1 else 0 end as numerator,
            1 as denominator
        from fulfilments
        where is_shipped_on_time is not null and ship_due_date >= {{ changed_from(views) }}
        union all
        select
            tenant_id,
            redemption_id,
            deliver_due_date as date,
            'deliver_on_time_rate' as metric,
            case when is_delivered_on_time then 1 else 0 end as numerator,
            1 as denominator
        from deliveries
        where is_delivered_on_time is not null and deliver_due_date >= {{ changed_from(views) }}
        union all
        select
            tenant_id,
            redemption_id,
            due_date as date,
            'after_sales_24h_rate' as metric,
            case when is_answered_on_time then 1 else 0 end as numerator,
            1 as denominator
        from cases
        where is_answered_on_time is not null and due_date >= {{ changed_from(views) }}
        union all
        select
            tenant_id,
            redemption_id,
            opened_date as date,
            'complaint_rate' as metric,
            1 as numerator,
            0 as denominator
        from cases
        where type = 'complaint' and opened_date >= {{ changed_from(views) }}
    ),
    of_members as (
        select
            of_redemptions.tenant_id,
            redemptions.member_id,
            of_redemptions.date,
            of_redemptions.metric,
            of_redemptions.numerator,
            of_redemptions.denominator
        from of_redemptions
        inner join
            redemptions
            on redemptions.tenant_id = of_redemptions.tenant_id
            and redemptions.redemption_id = of_redemptions.redemption_id
        union all
        select
            tenant_id,
            member_id,
            completed_date as date,
            'complaint_rate' as metric,
            0 as numerator,
            1 as denominator
        from redemptions
        where is_completed and completed_date >= {{ changed_from(views) }}
        union all
        select
            tenant_id,
            member_id,
            date,
            'sentiment_negative_rate' as metric,
            case when sentiment = 'negative' then 1 else 0 end as numerator,
            1 as denominator
        from texts
        where date >= {{ changed_from(views) }}
    )

select
    tenant_id,
    member_id,
    date,
    metric,
    cast(sum(numerator) as bigint) as numerator,
    cast(sum(denominator) as bigint) as denominator
from of_members
group by tenant_id, member_id, date, metric
