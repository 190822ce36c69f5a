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
from redemptions
{% if changed_spans(["completion"]) is not none %}
    anti join
        (
            select tenant_id, member_id
            from {{ this }}
            where first_date < {{ changed_from(["completion"]) }}
        ) as completed_before
        on completed_before.tenant_id = redemptions.tenant_id
        and completed_before.member_id = redemptions.member_id
{% endif %}
group by redemptions.tenant_id, redemptions.member_id
