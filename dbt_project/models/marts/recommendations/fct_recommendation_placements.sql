with
    impressions as (select * from {{ ref("fct_impressions") }}),
    counts as (
        select
            tenant_id,
            coalesce(context, 'untold') as context,
            coalesce(stage, 'untold') as stage,
            position,
            cast(date_trunc('month', date) as date) as month,
            count(distinct request_id) as request_count,
            count(*) as impression_count,
            count(case when is_clicked then 1 end) as click_count,
            count(case when is_redeemed then 1 end) as redemption_count
        from impressions
        group by
            tenant_id,
            coalesce(context, 'untold'),
            coalesce(stage, 'untold'),
            position,
            cast(date_trunc('month', date) as date)
    )

select
    tenant_id,
    context,
    stage,
    position,
    month,
    request_count,
    impression_count,
    click_count,
    {{ rate("click_count", "impression_count") }} as click_rate,
    {{ wilson_low("click_count", "impression_count") }} as click_rate_low,
    {{ wilson_high("click_count", "impression_count") }} as click_rate_high,
    redemption_count,
    {{ rate("redemption_count", "impression_count") }} as redemption_rate
from counts
