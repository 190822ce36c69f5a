with
    days as (select * from {{ ref("int_kpi_period_days") }} where grain = 'day'),
    offers as (select * from {{ ref("stg_offers") }}),
    items as (select * from {{ ref("stg_items") }}),
    brand_direct as (select * from {{ ref("int_brand_direct_daily") }}),
    -- An offer is in the catalogue at the end of a day if it came before that and goes after it.
    -- One that ends at midnight is not in the catalogue of the day that begins.
    changes as (
        select
            offers.tenant_id,
            {{ business_date("offers.listed_from") }} as date,
            items.class,
            1 as offer_count
        from offers
        inner join items on items.item_id = offers.item_id
        union all
        select
            offers.tenant_id,
            {{ business_date("offers.listed_until") }} as date,
            items.class,
            -1 as offer_count
        from offers
        inner join items on items.item_id = offers.item_id
        where offers.listed_until is not null
    ),
    timeline as (
        select
            tenant_id,
            date,
            case when class = 'staple' then offer_count else 0 end as staple_count,
            case when class = 'quality' then offer_count else 0 end as quality_count,
            case when class = 'scarce' then offer_count else 0 end as scarce_count,
            false as is_day
        from changes
        union all
        select
            tenant_id,
            date,
            0 as staple_count,
            0 as quality_count,
            0 as scarce_count,
            true as is_day
        from days
    ),
    totals as (
        select
            tenant_id,
            date,
            sum(staple_count) over so_far as staple_count,
            sum(quality_count) over so_far as quality_count,
            sum(scarce_count) over so_far as scarce_count,
            is_day
        from timeline
        window so_far as (partition by tenant_id order by date)
    )

select
    totals.tenant_id,
    totals.date,
    cast(totals.staple_count as bigint) as staple_count,
    cast(totals.quality_count as bigint) as quality_count,
    cast(totals.scarce_count as bigint) as scarce_count,
    coalesce(brand_direct.brand_direct_count, 0) as brand_direct_count
from totals
left join
    brand_direct on brand_direct.tenant_id = totals.tenant_id and brand_direct.date = totals.date
where totals.is_day
