{# A query of tenant_id, first_fact_date, last_fact_date, computed from staging alone: what tests hold
   against int_tenant_fact_ranges and all that is built on it. #}
{% macro staged_fact_ranges() -%}
    select facts.tenant_id, min(facts.date) as first_fact_date, max(facts.date) as last_fact_date
    from
        (
            select tenant_id, member_id, {{ business_date("occurred_at") }} as date
            from {{ ref("stg_events") }}
            union all
            select tenant_id, member_id, {{ business_date("answered_at") }} as date
            from {{ ref("stg_feedback") }}
            union all
            select tenant_id, member_id, {{ business_date("effective_at") }} as date
            from {{ ref("stg_redemptions") }}
            union all
            select tenant_id, member_id, {{ business_date("effective_at") }} as date
            from {{ ref("stg_entries") }}
            where account_kind = 'member' and transfer_kind in ('earn', 'grant')
        ) as facts
    inner join
        {{ ref("stg_members") }} as members
        on members.tenant_id = facts.tenant_id
        and members.member_id = facts.member_id
    where not members.is_test and not members.is_erased
    group by facts.tenant_id
{%- endmacro %}
