with
    impressions as (select * from {{ ref("fct_impressions") }}),
    requests as (
        select tenant_id, policy, request_id, cast(date_trunc('month', min(date)) as date) as month
        from impressions
        group by tenant_id, policy, request_id
    ),
    counts as (
        select
            impressions.tenant_id,
            impressions.policy,
            requests.month,
            count(distinct impressions.member_id) as member_count,
            count(distinct impressions.request_id) as request_count,
            count(*) as impression_count,
            count(case when impressions.is_clicked then 1 end) as click_count,
            count(case when impressions.is_redeemed then 1 end) as redemption_count
        from impressions
        inner join
            requests
            on requests.tenant_id = impressions.tenant_id
            and requests.policy = impressions.policy
            and requests.request_id = impressions.request_id
        group by impressions.tenant_id, impressions.policy, requests.month
    )

select
    tenant_id,
    policy,
    month,
    member_count,
    request_count,
    impression_count,
    click_count,
    {{ rate("click_count", "impression_count") }} as click_rate,
    {{ wilson_low("click_count", "impression_count") }} as click_rate_low,
    {{ wilson_high("click_count", "impression_count") }} as click_rate_high,
    redemption_count,
    {{ rate("redemption_count", "impression_count") }} as redemption_rate,
    {{ wilson_low("redemption_count", "impression_count") }} as redemption_rate_low,
    {{ wilson_high("redemption_count", "impression_count") }} as redemption_rate_high
from counts
