with
    tenants as (select * from {{ ref("dim_tenant") }} where last_fact_date is not null),
    days as (select * from {{ ref("fct_risk_daily") }}),
    redemptions as (select * from {{ ref("fct_redemptions") }}),
    windows as (
        select
            tenant_id,
            cast(last_fact_date - interval 89 day as date) as from_date,
            last_fact_date as to_date
        from tenants
    ),
    hits as (
        select
            windows.tenant_id,
            days.rule_kind,
            sum(days.assessment_count) as hit_count,
            sum(
                case when days.verdict = 'deny' then days.assessment_count else 0 end
            ) as denied_count,
            sum(days.reviewed_count) as reviewed_count,
            sum(days.overturned_count) as overturned_count
        from windows
        inner join
            days
            on days.tenant_id = windows.tenant_id
            and days.date between windows.from_date and windows.to_date
        group by windows.tenant_id, days.rule_kind
    ),
    -- What was denied made no redemption; what was parked made one.
    made as (
        select windows.tenant_id, count(*) as redemption_count
        from windows
        inner join
            redemptions
            on redemptions.tenant_id = windows.tenant_id
            and redemptions.effective_date between windows.from_date and windows.to_date
        group by windows.tenant_id
    ),
    attempts as (
        select
            whole.tenant_id,
            cast(coalesce(made.redemption_count, 0) + whole.denied_count as bigint) as attempt_count
        from hits as whole
        left join made on made.tenant_id = whole.tenant_id
        where whole.rule_kind = 'any'
    )

select
    hits.tenant_id,
    hits.rule_kind,
    windows.from_date,
    windows.to_date,
    attempts.attempt_count,
    cast(hits.hit_count as bigint) as hit_count,
    {{ rate("hits.hit_count", "attempts.attempt_count") }} as hit_rate,
    {{ wilson_low("hits.hit_count", "attempts.attempt_count") }} as hit_rate_low,
    {{ wilson_high("hits.hit_count", "attempts.attempt_count") }} as hit_rate_high,
    cast(hits.denied_count as bigint) as denied_count,
    cast(hits.reviewed_count as bigint) as reviewed_count,
    cast(hits.overturned_count as bigint) as overturned_count,
    {{ rate("hits.overturned_count", "hits.reviewed_count") }} as false_block_rate,
    {{ wilson_low("hits.overturned_count", "hits.reviewed_count") }} as false_block_rate_low,
    {{ wilson_high("hits.overturned_count", "hits.reviewed_count") }} as false_block_rate_high
from hits
inner join windows on windows.tenant_id = hits.tenant_id
inner join attempts on attempts.tenant_id = hits.tenant_id
