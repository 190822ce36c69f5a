with
    assessments as (select * from {{ ref("stg_risk_assessments") }}),
    redemptions as (select * from {{ ref("int_redemptions") }}),
    members as (select * from {{ ref("int_counted_members") }}),
    fact_ranges as (select * from {{ ref("int_tenant_fact_ranges") }}),
    -- What a reviewer allowed counts for nothing.
    judged as (
        select
            assessments.tenant_id,
            assessments.member_id,
            sum(
                case
                    when coalesce(assessments.decided_verdict, assessments.verdict) = 'deny'
                    then 1
                    else 0
                end
            ) as denied_count,
            sum(
                case
                    when assessments.verdict = 'review' and assessments.decided_verdict is null
                    then 1
                    else 0
                end
            ) as open_review_count
        from assessments
        inner join fact_ranges on fact_ranges.tenant_id = assessments.tenant_id
        where {{ business_date("assessments.effective_at") }} > fact_ranges.last_fact_date - 30
        group by assessments.tenant_id, assessments.member_id
    ),
    -- Week 0 is the last seven days, weeks 1 to 12 are the history it is compared with.
    weeks as (
        select
            redemptions.tenant_id,
            redemptions.member_id,
            cast(
                floor(
                    {{
                        datediff(
                            "redemptions.effective_date", "fact_ranges.last_fact_date", "day"
                        )
                    }} / 7.0
                ) as integer
            ) as week,
            count(*) as redemption_count
        from redemptions
        inner join fact_ranges on fact_ranges.tenant_id = redemptions.tenant_id
        where
            redemptions.is_counted
            and redemptions.effective_date > fact_ranges.last_fact_date - 91
            and redemptions.effective_date <= fact_ranges.last_fact_date
        group by 1, 2, 3
    ),
    paces as (
        select tenant_id, avg(cast(redemption_count as double)) as tenant_pace
        from weeks
        where week > 0
        group by tenant_id
    ),
    own_paces as (
        select
            tenant_id,
            member_id,
            sum(case when week = 0 then redemption_count else 0 end) as redemption_count,
            sum(case when week > 0 then redemption_count else 0 end) / 12.0 as own_pace
        from weeks
        group by tenant_id, member_id
    ),
    velocities as (
        select
            own_paces.tenant_id,
            own_paces.member_id,
            own_paces.redemption_count,
            cast(
                greatest(own_paces.own_pace, coalesce(paces.tenant_pace, 0), 1) as double
            ) as expected_count
        from own_paces
        left join paces on paces.tenant_id = own_paces.tenant_id
    ),
    parts as (
        select
            members.tenant_id,
            members.member_id,
            fact_ranges.last_fact_date as as_of_date,
            cast(coalesce(judged.denied_count, 0) as bigint) as denied_count,
            cast(coalesce(judged.open_review_count, 0) as bigint) as open_review_count,
            cast(coalesce(velocities.redemption_count, 0) as bigint) as redemption_count,
            velocities.expected_count,
            cast(least(400, 200 * coalesce(judged.denied_count, 0)) as integer) as denied_score,
            cast(
                least(240, 80 * coalesce(judged.open_review_count, 0)) as integer
            ) as open_review_score,
            -- Redemptions of a week at a steady pace are about Poisson: their deviation is the root
            -- of what is expected. Two deviations are chance, eight are the full part.
            cast(
                coalesce(
                    least(
                        360,
                        greatest(
                            0,
                            floor(
                                60 * (
                                    (velocities.redemption_count - velocities.expected_count)
                                    / sqrt(velocities.expected_count)
                                    - 2
                                )
                            )
                        )
                    ),
                    0
                ) as integer
            ) as velocity_score
        from members
        inner join fact_ranges on fact_ranges.tenant_id = members.tenant_id
        left join
            judged on judged.tenant_id = members.tenant_id and judged.member_id = members.member_id
        left join
            velocities
            on velocities.tenant_id = members.tenant_id
            and velocities.member_id = members.member_id
    )

select
    tenant_id,
    member_id,
    as_of_date,
    denied_count,
    open_review_count,
    redemption_count,
    expected_count,
    denied_score,
    open_review_score,
    velocity_score,
    denied_score + open_review_score + velocity_score as score
from parts
where denied_score + open_review_score + velocity_score > 0
