with
    member_counts as (select * from {{ ref("int_member_service_counts") }}),
    restockings as (select * from {{ ref("int_restockings") }}),
    counts as (
        select tenant_id, date, metric, numerator, denominator
        from member_counts
        union all
        select
            tenant_id,
            restock_due_date as date,
            'restock_48h_rate' as metric,
            case when is_restocked_on_time then 1 else 0 end as numerator,
            1 as denominator
        from restockings
        where is_restocked_on_time is not null
    )

select
    tenant_id,
    date,
    metric,
    cast(sum(numerator) as bigint) as numerator,
    cast(sum(denominator) as bigint) as denominator
from counts
group by tenant_id, date, metric
