with
    prizes as (select * from {{ ref("stg_draw_prizes") }}),
    draws as (select * from {{ ref("stg_draws") }})

select
    prizes.tenant_id,
    prizes.draw_id,
    prizes.prize_no,
    prizes.item_id,
    prizes.quantity,
    prizes.value_fen,
    prizes.awarded_count,
    {{ business_date("draws.revealed_at") }} as revealed_date
from prizes
inner join draws on draws.tenant_id = prizes.tenant_id and draws.draw_id = prizes.draw_id
