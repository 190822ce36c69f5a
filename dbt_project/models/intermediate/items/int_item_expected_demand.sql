{% set views = var("item_day_news") %}
{% set days_back = var("longest_trading_gap_days") %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_from": "date", "changed_views": views, "changed_days_back": days_back},
    )
}}

with
    item_days as (select * from {{ ref("int_item_days") }}),
    -- A day with stock for a part of it shows a part of its demand, mostly the larger: what is
    -- missing cannot be told from the mean of whole days.
    stocked_out as (
        select *
        from item_days
        where is_stocked_out_all_day and date >= {{ changed_from(views, days_back) }}
    ),
    in_stock as (
        select *
        from item_days
        where is_listed and not is_stocked_out and date >= {{ changed_from(views, days_back) }} - 28
    ),
    comparisons as (
        select
            stocked_out.tenant_id,
            stocked_out.item_id,
            stocked_out.date,
            count(*) as day_count,
            sum(in_stock.quantity) as quantity,
            sum(
                case
                    when {{ datediff("in_stock.date", "stocked_out.date", "day") }} % 7 = 0
                    then 1
                    else 0
                end
            ) as weekday_count,
            sum(
                case
                    when {{ datediff("in_stock.date", "stocked_out.date", "day") }} % 7 = 0
                    then in_stock.quantity
                    else 0
                end
            ) as weekday_quantity
        from stocked_out
        inner join
            in_stock
            on in_stock.tenant_id = stocked_out.tenant_id
            and in_stock.item_id = stocked_out.item_id
            and in_stock.date between stocked_out.date - 28 and stocked_out.date - 1
        group by stocked_out.tenant_id, stocked_out.item_id, stocked_out.date
    )

-- Three of the four same weekdays tell more than the whole four weeks; less than a week of days
-- tells nothing.
select
    tenant_id,
    item_id,
    date,
    case when weekday_count >= 3 then 'same_weekday' else 'all_days' end as basis,
    cast(case when weekday_count >= 3 then weekday_count else day_count end as bigint) as day_count,
    case
        when weekday_count >= 3
        then {{ rate("weekday_quantity", "weekday_count") }}
        else {{ rate("quantity", "day_count") }}
    end as expected_quantity
from comparisons
where weekday_count >= 3 or day_count >= 7
