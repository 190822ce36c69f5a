with
    member_recommendations as (select * from {{ ref("stg_ml_member_recommendations") }}),
    members as (select * from {{ ref("dim_member") }})

-- An erasure and a refusal take effect at once, also on predictions made before them.
select
    member_recommendations.tenant_id,
    member_recommendations.member_id,
    member_recommendations.slice,
    member_recommendations.item_id,
    member_recommendations.score,
    member_recommendations.stage,
    member_recommendations.recommendation_rank
from member_recommendations
inner join
    members
    on members.tenant_id = member_recommendations.tenant_id
    and members.member_id = member_recommendations.member_id
    and members.is_personalised
