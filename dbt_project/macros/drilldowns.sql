{# A query of tenant_id, month, metric, part, figure: each part of each metric recomputed from the marts
   that the seed names, for each tenant's last month and the one `months_before` it (by then the windows
   that a metric waits for are over). A part is a sum, or a count of distinct values, over all its marts.

   Column names and conditions are those of the mart. A mart may hold members that are left out; where
   the seed names its member column, only members that count and are registered by then are taken. #}
{% macro recomputed_metrics(months_before) -%}
    {%- set query -%}
        select metric, part, mart, date_column, span, value, aggregate, member_column, condition
        from {{ ref("metric_drilldowns") }}
        order by metric, part, mart
    {%- endset -%}
    {#- Without the seed, as when only the documentation is made, there is nothing to recompute from. -#}
    {%- set is_there = execute and load_relation(ref("metric_drilldowns")) is not none -%}
    {%- set rows = run_query(query).rows if is_there else [] -%}
    with
        tenants as (
            select
                tenant_id,
                first_fact_date,
                last_fact_date,
                cast(date_trunc('month', last_fact_date) as date) as last_month
            from {{ ref("dim_tenant") }}
            where last_fact_date is not null
        ),
        periods as (
            select distinct
                tenants.tenant_id,
                dates.month_start as month,
                greatest(dates.month_start, tenants.first_fact_date) as period_start,
                least(last_day(dates.date), tenants.last_fact_date) as closing_date,
                last_day(dates.date) as period_end
            from tenants
            inner join
                {{ ref("dim_date") }} as dates
                on dates.date between tenants.first_fact_date and tenants.last_fact_date
            where
                dates.month_start
                in (tenants.last_month, tenants.last_month - interval {{ months_before }} month)
        ),
        facts as (
            {% for row in rows %}
                select
                    periods.tenant_id,
                    periods.month,
                    '{{ row["metric"] }}' as metric,
                    '{{ row["part"] }}' as part,
                    '{{ row["aggregate"] }}' as aggregate,
                    {% if row["aggregate"] == "distinct" %}
                        cast(facts.{{ row["value"] }} as varchar) as value, 0 as amount
                    {% else %}
                        null as value,
                        {{ "1" if row["value"] == "1" else "facts." ~ row["value"] }} as amount
                    {% endif %}
                from periods
                inner join
                    (
                        select *
                        from {{ ref(row["mart"]) }}
                        {% if row["condition"] %} where {{ row["condition"] }} {% endif %}
                    ) as facts
                    on facts.tenant_id = periods.tenant_id
                    and facts.{{ row["date_column"] }} <= periods.
                    {{ "period_end" if row["span"] == "until_period_end" else "closing_date" }}
                    {% if row["span"] in ("in_period", "on_closing_day") %}
                        and facts.{{ row["date_column"] }} >= periods.
                        {{ "closing_date" if row["span"] == "on_closing_day" else "period_start" }}
                    {% endif %}
                {% if row["member_column"] %}
                    inner join
                        {{ ref("dim_member") }} as members
                        on members.tenant_id = facts.tenant_id
                        and members.member_id = facts.{{ row["member_column"] }}
                        and members.registered_date <= periods.period_end
                    {% endif %} {{ "union all" if not loop.last }}
            {% endfor %}
        )

    select
        tenant_id,
        month,
        metric,
        part,
        case
            when max(aggregate) = 'distinct' then count(distinct value) else sum(amount)
        end as figure
    from facts
    group by tenant_id, month, metric, part
{%- endmacro %}
