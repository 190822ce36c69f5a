with
    refusals as (select * from {{ ref("stg_refusals") }}),
    counted_members as (select * from {{ ref("int_counted_members") }})

select
    refusals.tenant_id,
    refusals.refusal_id,
    refusals.member_id,
    refusals.operation,
    refusals.reason,
    case
        when refusals.reason in ('out-of-stock', 'flash-sale-sold-out')
        then 'stock'
        when refusals.reason = 'insufficient-points'
        then 'points'
        when
            refusals.reason in (
                'flash-sale-limit-reached',
                'ticket-limit-reached',
                'draw-sold-out',
                'daily-limit-reached',
                'campaign-budget-spent'
            )
        then 'limit'
        when refusals.reason = 'risk-denied'
        then 'risk'
        when
            refusals.reason in (
                'unknown-offer',
                'offer-not-listed',
                'unknown-flash-sale',
                'flash-sale-of-other-item',
                'flash-sale-not-open',
                'unknown-draw',
                'draw-not-open',
                'price-rose'
            )
        then 'listing'
        else 'other'
    end as class,
    refusals.item_id,
    refusals.quantity,
    refusals.effective_at,
    {{ business_date("refusals.effective_at") }} as effective_date,
    refusals.recorded_at
from refusals
inner join
    counted_members
    on counted_members.tenant_id = refusals.tenant_id
    and counted_members.member_id = refusals.member_id
