{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "effective_date", "changed_views": ["redemption"]},
    )
}}

with
    redemptions as (
        select *
        from {{ ref("int_redemption_outcomes") }}
        where {{ on_changed_dates("effective_date", ["redemption"]) }}
    ),
    lines as (
        select *
        from {{ ref("int_redemption_lines") }}
        where {{ on_changed_dates("effective_date", ["redemption"]) }}
    ),
    offers as (select * from {{ ref("stg_offers") }}),
    shipped_lines as (
        select distinct lines.tenant_id, lines.redemption_id
        from lines
        inner join offers on offers.tenant_id = lines.tenant_id and offers.item_id = lines.item_id
        where offers.handover = 'shipping'
    )

-- The clock of shipping starts when the points are taken, for pieces are set aside at once. Prizes
-- of draws are shipped when their winners are known, which is told elsewhere.
select
    redemptions.tenant_id,
    redemptions.redemption_id,
    redemptions.effective_date,
    redemptions.status,
    coalesce(redemptions.paid_at, redemptions.effective_at) as paid_at,
    coalesce(redemptions.paid_at, redemptions.effective_at) + interval 48 hour as ship_due_at,
    redemptions.shipped_at,
    redemptions.delivered_at,
    redemptions.completed_at,
    redemptions.ended_at
from redemptions
inner join
    shipped_lines
    on shipped_lines.tenant_id = redemptions.tenant_id
    and shipped_lines.redemption_id = redemptions.redemption_id
where
    redemptions.mode <> 'draw'
    and redemptions.is_demand
    and redemptions.status not in ('created', 'in_review')
