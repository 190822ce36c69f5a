with
    days as (select * from {{ ref("int_kpi_period_days") }} where grain = 'day'),
    offers as (select * from {{ ref("stg_offers") }}),
    items as (select * from {{ ref("stg_items") }} where brand_id is not null),
    terms as (select * from {{ ref("stg_supplier_terms") }}),
    suppliers as (select * from {{ ref("stg_suppliers") }}),
    branded as (
        select
            offers.tenant_id,
            offers.item_id,
            items.brand_id,
            {{ business_date("offers.listed_from") }} as first_date,
            {{ business_date("offers.listed_until") }} as until_date
        from offers
        inner join items on items.item_id = offers.item_id
    ),
    -- The supplier that is asked first on the day, as orders are placed.
    ranked as (
        select
            days.tenant_id,
            days.date,
            branded.brand_id,
            terms.supplier_id,
            row_number() over (
                partition by days.tenant_id, days.date, branded.item_id
                order by terms.rank, terms.terms_id
            ) as supplier_rank
        from days
        inner join
            branded
            on branded.tenant_id = days.tenant_id
            and branded.first_date <= days.date
            and (branded.until_date is null or branded.until_date > days.date)
        inner join
            terms
            on terms.tenant_id = branded.tenant_id
            and terms.item_id = branded.item_id
            and terms.valid_from <= days.date
            and (terms.valid_until is null or terms.valid_until >= days.date)
    )

select ranked.tenant_id, ranked.date, count(*) as brand_direct_count
from ranked
inner join
    suppliers
    on suppliers.tenant_id = ranked.tenant_id
    and suppliers.supplier_id = ranked.supplier_id
    and suppliers.brand_id = ranked.brand_id
where ranked.supplier_rank = 1
group by ranked.tenant_id, ranked.date
