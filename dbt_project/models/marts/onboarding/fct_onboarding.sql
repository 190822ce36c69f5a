with
    onboardings as (select * from {{ ref("stg_onboardings") }}),
    accepted as (
        select tenant_id, max({{ business_date("finished_at") }}) as accepted_date
        from {{ ref("stg_acceptance_runs") }}
        where is_passed
        group by tenant_id
    )

select
    onboardings.tenant_id,
    applied_on as applied_date,
    configured_on as configured_date,
    accepted.accepted_date,
    tested_on as tested_date,
    live_on as live_date,
    case
        when live_on is not null
        then 'live'
        when tested_on is not null
        then 'tested'
        when configured_on is not null
        then 'configured'
        else 'applied'
    end as reached,
    live_on - applied_on as onboarding_days,
    live_on - applied_on <= {{ var("onboarding_target_days") }} as is_on_target
from onboardings
left join accepted on accepted.tenant_id = onboardings.tenant_id
