{# A query of tenant_id, first_fact_date, last_fact_date, computed from staging alone: what tests hold
   against int_tenant_fact_ranges and all that is built on it. Events count from the tenant's first
   member or other fact on. Each kind is brought down to its days first: there are few of them. #}
{% macro staged_fact_ranges() -%}
    {%- set facts = [
        ("event", "occurred_at", "stg_events", "true"),
        ("feedback", "answered_at", "stg_feedback", "true"),
        ("redemption", "effective_at", "stg_redemptions", "true"),
        (
            "credit",
            "effective_at",
            "stg_entries",
            "facts.account_kind = 'member' and facts.transfer_kind in ('earn', 'grant')",
        ),
        ("registration", "registered_at", "stg_members", "true"),
    ] -%}
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
                    {% for kind, time, staged, condition in facts %}
                        select distinct
                            facts.tenant_id,
                            '{{ kind }}' as kind,
                            {{ business_date("facts." ~ time) }} as date
                        from {{ ref(staged) }} as facts
                        inner join
                            {{ ref("stg_members") }} as members
                            on members.tenant_id = facts.tenant_id
                            and members.member_id = facts.member_id
                        where
                            not members.is_test and not members.is_erased and {{ condition }}
                            {{ "union all" if not loop.last }}
                    {% endfor %}
                ) as days
        ) as dated
    group by tenant_id
{%- endmacro %}
