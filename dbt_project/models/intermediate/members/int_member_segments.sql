{% set views = ["redemption", "event", "entry", "registration", "last_day"] %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_month_from": "month", "changed_views": views},
    )
}}

with
    member_months as (
        select * from {{ ref("int_member_months") }} where month >= {{ changed_month_from(views) }}
    ),
    segments as (select * from {{ ref("member_segments") }}),
    stages as (select * from {{ ref("lifecycle_stages") }}),
    ranked as (
        select
            *,
            {{ datediff("last_redemption_date", "as_of_date", "day") }} as recency_days,
            {{ datediff("registered_date", "as_of_date", "day") }} as tenure_days,
            {{ datediff("coalesce(last_active_date, registered_date)", "as_of_date", "day") }}
            as idle_days,
            rank() over (
                partition by tenant_id, month, redemption_count > 0 order by last_redemption_date
            ) as recency_rank,
            rank() over (
                partition by tenant_id, month, redemption_count > 0 order by redemption_count
            ) as frequency_rank,
            rank() over (
                partition by tenant_id, month, redemption_count > 0 order by net_points
            ) as monetary_rank,
            count(*) over (partition by tenant_id, month, redemption_count > 0) as ranked_count
        from member_months
    ),
    scored as (
        select
            *,
            case
                when redemption_count > 0 then {{ quintile("recency_rank", "ranked_count") }} else 0
            end as recency_score,
            case
                when redemption_count > 0
                then {{ quintile("frequency_rank", "ranked_count") }}
                else 0
            end as frequency_score,
            case
                when redemption_count > 0
                then {{ quintile("monetary_rank", "ranked_count") }}
                else 0
            end as monetary_score
        from ranked
    ),
    -- There are few combinations of scores and of days: the ranges are looked up once for each.
    scores as (select distinct recency_score, frequency_score, monetary_score from scored),
    segments_of_scores as (
        select scores.recency_score, scores.frequency_score, scores.monetary_score, segments.segment
        from scores
        inner join
            segments
            on scores.recency_score between segments.recency_from and segments.recency_until
            and scores.frequency_score between segments.frequency_from and segments.frequency_until
            and scores.monetary_score between segments.monetary_from and segments.monetary_until
    ),
    days as (select distinct tenure_days, idle_days from scored),
    stages_of_days as (
        select days.tenure_days, days.idle_days, stages.stage
        from days
        inner join
            stages
            on days.tenure_days >= stages.tenure_days_from
            and (days.tenure_days <= stages.tenure_days_until or stages.tenure_days_until is null)
            and days.idle_days >= stages.idle_days_from
            and (days.idle_days <= stages.idle_days_until or stages.idle_days_until is null)
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
    segments_of_scores.segment,
    cast(scored.tenure_days as integer) as tenure_days,
    cast(scored.idle_days as integer) as idle_days,
    stages_of_days.stage as lifecycle_stage
from scored
left join
    segments_of_scores
    on segments_of_scores.recency_score = scored.recency_score
    and segments_of_scores.frequency_score = scored.frequency_score
    and segments_of_scores.monetary_score = scored.monetary_score
left join
    stages_of_days
    on stages_of_days.tenure_days = scored.tenure_days
    and stages_of_days.idle_days = scored.idle_days
