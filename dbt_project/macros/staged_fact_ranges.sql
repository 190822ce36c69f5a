{# A query of tenant_id, first_fact_date, last_fact_date, computed from staging alone: what tests hold
   against int_tenant_fact_ranges and all that is built on it. Events count from the tenant's first
   member or other fact on. #}
{% macro staged_fact_ranges() -%}
    select
        tenant_id,
        min(date) filter(where kind <> 'registration' and date >= first_date) as first_fact_date,
        max(date) filter(where kind <> 'registration' and date >= first_date) as last_fact_date
    from
        (
            select
                days.*,
                min(days.date) filter(where days.kind <> 'event') over (
                    partition by days.tenant_id
                ) as first_date
            from
                (
                    select
                        tenant_id,
                        member_id,
                        'event' as kind,
                        {{ business_date("occurred_at") }} as date
                    from {{ ref("stg_events") }}
                    union all
                    select tenant_id, member_id, 'feedback', {{ business_date("answered_at") }}
                    from {{ ref("stg_feedback") }}
                    union all
                    select tenant_id, member_id, 'redemption', {{ business_date("effective_at") }}
                    from {{ ref("stg_redemptions") }}
                    union all
                    select tenant_id, member_id, 'credit', {{ business_date("effective_at") }}
                    from {{ ref("stg_entries") }}
                    where account_kind = 'member' and transfer_kind in ('earn', 'grant')
                    union all
                    select
                        tenant_id, member_id, 'registration', {{ business_date("registered_at") }}
                    from {{ ref("stg_members") }}
                ) as days
            inner join
                {{ ref("stg_members") }} as members
                on members.tenant_id = days.tenant_id
                and members.member_id = days.member_id
            where not members.is_test and not members.is_erased
        ) as dated
    group by tenant_id
{%- endmacro %}
