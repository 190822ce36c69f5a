{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "effective_date", "changed_views": ["redemption"]},
    )
}}

with
    lines as (
        select *
        from {{ ref("int_redemption_lines") }}
        where {{ on_changed_dates("effective_date", ["redemption"]) }}
    ),
    redemptions as (
        select *
        from {{ ref("int_redemptions") }}
        where {{ on_changed_dates("effective_date", ["redemption"]) }}
    ),
    items as (select * from {{ ref("stg_items") }}),
    virtual_items as (select item_id from items where kind = 'virtual'),
    -- Goods of a provider are there once it has handed all of them over.
    top_ups as (
        select
            tenant_id,
            redemption_id,
            bool_and(
                status = 'succeeded' and settled_at <= requested_at + interval 5 second
            ) as is_prompt
        from {{ ref("stg_top_ups") }}
        group by tenant_id, redemption_id
    ),
    -- What is shipped beside a virtual item keeps the whole redemption waiting.
    virtual_redemptions as (
        select lines.tenant_id, lines.redemption_id
        from lines
        left join virtual_items on virtual_items.item_id = lines.item_id
        where lines.mode <> 'draw' and lines.is_counted and lines.is_demand
        group by lines.tenant_id, lines.redemption_id
        having count(*) = count(virtual_items.item_id)
    ),
    -- The clock starts when the points are taken: before that the mall waits for others. Rows
    -- landed before that was told took effect at once.
    paid as (
        select
            redemptions.tenant_id,
            redemptions.redemption_id,
            redemptions.effective_date,
            coalesce(redemptions.paid_at, redemptions.effective_at) as paid_at,
            redemptions.completed_at
        from redemptions
        inner join
            virtual_redemptions
            on virtual_redemptions.tenant_id = redemptions.tenant_id
            and virtual_redemptions.redemption_id = redemptions.redemption_id
        where redemptions.status not in ('created', 'in_review')
    )

select
    paid.tenant_id,
    paid.redemption_id,
    paid.effective_date,
    paid.paid_at,
    {{ business_date("paid.paid_at") }} as paid_date,
    paid.completed_at,
    coalesce(paid.completed_at <= paid.paid_at + interval 5 second, false)
    and coalesce(top_ups.is_prompt, true) as is_prompt
from paid
left join
    top_ups on top_ups.tenant_id = paid.tenant_id and top_ups.redemption_id = paid.redemption_id
