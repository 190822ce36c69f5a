with
    refusals as (select * from {{ ref("int_refusals") }}),
    -- Who asks again asks for the same pieces: each member counts once a day, with the most.
    wishes as (
        select
            tenant_id,
            item_id,
            member_id,
            effective_date as date,
            count(*) as refusal_count,
            max(quantity) as quantity
        from refusals
        where class = 'stock' and item_id is not null
        group by tenant_id, item_id, member_id, effective_date
    )

select
    tenant_id,
    item_id,
    date,
    cast(sum(refusal_count) as bigint) as refusal_count,
    cast(sum(quantity) as bigint) as refused_quantity
from wishes
group by tenant_id, item_id, date
