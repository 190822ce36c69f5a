with
    group_counts as (select * from {{ ref("int_group_counts_monthly") }}),
    items as (select * from {{ ref("fct_item_performance_by_segment_monthly") }}),
    metrics as (select * from {{ ref("metrics") }}),
    counts as (
        select tenant_id, month, group_kind, member_group, metric, numerator, denominator
        from group_counts
        union all
        select
            tenant_id,
            month,
            group_kind,
            member_group,
            'item_redemption_rate' as metric,
            redemption_count as numerator,
            view_count as denominator
        from items
    ),
    summed as (
        select
            tenant_id,
            month,
            group_kind,
            member_group,
            metric,
            cast(sum(numerator) as bigint) as numerator,
            cast(sum(denominator) as bigint) as denominator
        from counts
        group by tenant_id, month, group_kind, member_group, metric
    )

select
    summed.tenant_id,
    summed.month,
    summed.group_kind,
    summed.member_group,
    summed.metric,
    summed.numerator,
    summed.denominator,
    {{ rate("summed.numerator", "summed.denominator") }} as value,
    greatest(summed.denominator, 0) as n,
    case
        when metrics.is_sampled then {{ wilson_low("summed.numerator", "summed.denominator") }}
    end as low,
    case
        when metrics.is_sampled then {{ wilson_high("summed.numerator", "summed.denominator") }}
    end as high,
    metrics.target
from summed
inner join metrics on metrics.metric = summed.metric
