with
    member_items as (select * from {{ ref("stg_ml_member_items") }}),
    members as (select * from {{ ref("dim_member") }})

-- An erasure and a refusal take effect at once, also on predictions made before them.
select
    member_items.tenant_id,
    member_items.member_id,
    member_items.item_id,
    member_items.score,
    member_items.redemption_count,
    member_items.last_redeemed_at
from member_items
inner join
    members
    on members.tenant_id = member_items.tenant_id
    and members.member_id = member_items.member_id
    and members.is_personalised
