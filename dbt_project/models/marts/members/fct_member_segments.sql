with
    member_months as (select * from {{ ref("int_member_months") }}),
    segments as (select * from {{ ref("member_segments") }}),
    stages as (select * from {{ ref("lifecycle_stages") }}),
    redeemers as (
        select
            tenant_id,
            member_id,
            month,
            rank() over (
                partition by tenant_id, month
                order by {{ datediff("last_redemption_date", "as_of_date", "day") }} desc
            ) as recency_rank,
            rank() over (partition by tenant_id, month order by redemption_count) as frequency_rank,
            rank() over (partition by tenant_id, month order by net_points) as monetary_rank,
            count(*) over (partition by tenant_id, month) as redeemer_count
        from member_months
        where redemption_count > 0
    ),
    scores as (
        select
            tenant_id,
            member_id,
            month,
            {{ quintile("recency_rank", "redeemer_count") }} as recency_score,
            {{ quintile("frequency_rank", "redeemer_count") }} as frequency_score,
            {{ quintile("monetary_rank", "redeemer_count") }} as monetary_score
        from redeemers
    ),
    scored as (
        select
            member_months.*,
            {{ datediff("member_months.last_redemption_date", "member_months.as_of_date", "day") }}
            as recency_days,
            {{ datediff("member_months.registered_date", "member_months.as_of_date", "day") }}
            as tenure_days,
            {{
                datediff(
                    "coalesce(member_months.last_active_date, member_months.registered_date)",
                    "member_months.as_of_date",
                    "day",
                )
            }} as idle_days,
            coalesce(scores.recency_score, 0) as recency_score,
            coalesce(scores.frequency_score, 0) as frequency_score,
            coalesce(scores.monetary_score, 0) as monetary_score
        from member_months
        left join
            scores
            on scores.tenant_id = member_months.tenant_id
            and scores.member_id = member_months.member_id
            and scores.month = member_months.month
    )

select
    scored.tenant_id,
    scored.member_id,
    scored.month,
    scored.as_of_date,
    cast(scored.recency_days as integer) as recency_days,
    scored.redemption_count as frequency_count,
    scored.net_points as monetary_points,
    scored.recency_score,
    scored.frequency_score,
    scored.monetary_score,
    segments.segment,
    cast(scored.tenure_days as integer) as tenure_days,
    cast(scored.idle_days as integer) as idle_days,
    stages.stage as lifecycle_stage
from scored
left join
    segments
    on scored.recency_score between segments.recency_from and segments.recency_until
    and scored.frequency_score between segments.frequency_from and segments.frequency_until
    and scored.monetary_score between segments.monetary_from and segments.monetary_until
left join
    stages
    on scored.tenure_days >= stages.tenure_days_from
    and (scored.tenure_days <= stages.tenure_days_until or stages.tenure_days_until is null)
    and scored.idle_days >= stages.idle_days_from
    and (scored.idle_days <= stages.idle_days_until or stages.idle_days_until is null)
