{% set views = ["redemption", "terms"] %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "effective_date", "changed_views": views},
    )
}}

with
    lines as (
        select *
        from {{ ref("int_redemption_lines") }}
        where
            {{ on_changed_dates("effective_date", views) }}
            and is_counted
            and is_demand
            and mode <> 'draw'
    ),
    terms as (select * from {{ ref("stg_supplier_terms") }}),
    offers as (select * from {{ ref("stg_offers") }}),
    item_days as (select distinct tenant_id, item_id, effective_date from lines),
    ranked as (
        select
            item_days.*,
            terms.supplier_id,
            row_number() over (
                partition by item_days.tenant_id, item_days.item_id, item_days.effective_date
                order by terms.rank, terms.terms_id
            ) as supplier_rank
        from item_days
        inner join
            terms
            on terms.tenant_id = item_days.tenant_id
            and terms.item_id = item_days.item_id
            and item_days.effective_date >= terms.valid_from
            and (terms.valid_until is null or item_days.effective_date <= terms.valid_until)
    )

-- Whose an item is: the supplier that is asked first on the day. It may have been suspended since.
select
    lines.tenant_id,
    lines.redemption_id,
    ranked.supplier_id,
    lines.effective_date,
    coalesce(bool_or(offers.handover = 'shipping'), false) as is_shipped
from lines
inner join
    ranked
    on ranked.tenant_id = lines.tenant_id
    and ranked.item_id = lines.item_id
    and ranked.effective_date = lines.effective_date
    and ranked.supplier_rank = 1
left join offers on offers.tenant_id = lines.tenant_id and offers.item_id = lines.item_id
group by lines.tenant_id, lines.redemption_id, ranked.supplier_id, lines.effective_date
