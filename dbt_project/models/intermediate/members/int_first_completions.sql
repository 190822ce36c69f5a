{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_from": "first_date", "changed_views": ["completion"]},
    )
}}

with
    redemptions as (
        select *
        from {{ ref("int_redemption_outcomes") }}
        where completed_date >= {{ changed_from(["completion"]) }} and is_completed
    )

-- Whoever completed one before the first changed day keeps it as the first.
select redemptions.tenant_id, redemptions.member_id, min(redemptions.completed_date) as first_date
from redemptions {{ without_earlier_firsts("redemptions", ["completion"]) }}
group by redemptions.tenant_id, redemptions.member_id
