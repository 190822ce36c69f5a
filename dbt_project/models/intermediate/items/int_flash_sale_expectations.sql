with
    sale_days as (select * from {{ ref("int_flash_sale_days") }}),
    item_days as (select * from {{ ref("int_item_days") }}),
    ranges as (select * from {{ ref("int_tenant_fact_ranges") }}),
    sale_windows as (
        select distinct tenant_id, sale_id, item_id, first_date, last_date from sale_days
    ),
    -- Days without stock and days of other sales of the item show no ordinary demand.
    ordinary_days as (
        select item_days.tenant_id, item_days.item_id, item_days.date, item_days.quantity
        from item_days
        where
            item_days.is_listed
            and not item_days.is_stocked_out
            and not exists (
                select 1
                from sale_days
                where
                    sale_days.tenant_id = item_days.tenant_id
                    and sale_days.item_id = item_days.item_id
                    and sale_days.date = item_days.date
            )
    ),
    baseline as (
        select
            sale_windows.tenant_id,
            sale_windows.sale_id,
            extract(isodow from ordinary_days.date) as iso_weekday,
            count(*) as day_count,
            sum(ordinary_days.quantity) as quantity
        from sale_windows
        inner join
            ordinary_days
            on ordinary_days.tenant_id = sale_windows.tenant_id
            and ordinary_days.item_id = sale_windows.item_id
            and ordinary_days.date
            between sale_windows.first_date - 28 and sale_windows.first_date - 1
        group by
            sale_windows.tenant_id, sale_windows.sale_id, extract(isodow from ordinary_days.date)
    ),
    -- What is compared: the days of the sale so far, whatever the stock, and those of the two weeks
    -- after it on which the item could be had and was in no other sale.
    compared_days as (
        select
            sale_days.tenant_id,
            sale_days.sale_id,
            'window' as part,
            extract(isodow from sale_days.date) as iso_weekday,
            coalesce(item_days.quantity, 0) as quantity
        from sale_days
        inner join
            ranges
            on ranges.tenant_id = sale_days.tenant_id
            and ranges.last_fact_date >= sale_days.date
        left join
            item_days
            on item_days.tenant_id = sale_days.tenant_id
            and item_days.item_id = sale_days.item_id
            and item_days.date = sale_days.date
        union all
        select
            sale_windows.tenant_id,
            sale_windows.sale_id,
            'after' as part,
            extract(isodow from ordinary_days.date) as iso_weekday,
            ordinary_days.quantity
        from sale_windows
        inner join
            ordinary_days
            on ordinary_days.tenant_id = sale_windows.tenant_id
            and ordinary_days.item_id = sale_windows.item_id
            and ordinary_days.date
            between sale_windows.last_date + 1 and sale_windows.last_date + 14
    ),
    by_weekday as (
        select
            tenant_id, sale_id, part, iso_weekday, count(*) as day_count, sum(quantity) as quantity
        from compared_days
        group by tenant_id, sale_id, part, iso_weekday
    ),
    all_weekdays as (
        select tenant_id, sale_id, sum(day_count) as day_count, sum(quantity) as quantity
        from baseline
        group by tenant_id, sale_id
    )

-- The mean of the same weekday, or of all days where that weekday had none. A mean of k Poisson
-- counts varies by itself over k, and the days of one weekday share their mean. Fractions are added
-- up in one order, or the last digit would depend on the run.
select
    by_weekday.tenant_id,
    by_weekday.sale_id,
    by_weekday.part,
    cast(sum(by_weekday.day_count) as bigint) as day_count,
    cast(sum(by_weekday.quantity) as bigint) as quantity,
    cast(max(all_weekdays.day_count) as bigint) as baseline_day_count,
    sum(
        by_weekday.day_count
        * {{
            rate(
                "coalesce(baseline.quantity, all_weekdays.quantity)",
                "coalesce(baseline.day_count, all_weekdays.day_count)",
            )
        }}
        order by by_weekday.iso_weekday
    ) as expected_quantity,
    sum(
        by_weekday.day_count
        * by_weekday.day_count
        * {{
            rate(
                "coalesce(baseline.quantity, all_weekdays.quantity)",
                "coalesce(baseline.day_count, all_weekdays.day_count)",
            )
        }}
        / coalesce(baseline.day_count, all_weekdays.day_count)
        order by by_weekday.iso_weekday
    ) as expected_variance
from by_weekday
left join
    baseline
    on baseline.tenant_id = by_weekday.tenant_id
    and baseline.sale_id = by_weekday.sale_id
    and baseline.iso_weekday = by_weekday.iso_weekday
left join
    all_weekdays
    on all_weekdays.tenant_id = by_weekday.tenant_id
    and all_weekdays.sale_id = by_weekday.sale_id
group by by_weekday.tenant_id, by_weekday.sale_id, by_weekday.part
