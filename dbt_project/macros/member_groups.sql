{# Puts rows about members into the groups in which these are at the end of the month: of a relation with tenant_id,
   member_id and a first day of a month, its rows once per group that is told. `groups` is a relation of
   int_member_groups. #}
{% macro in_groups_of_month(facts, groups, month="month") -%}
    {{ facts }}
    inner join
        {{ groups }}
        on {{ groups }}.tenant_id = {{ facts }}.tenant_id
        and {{ groups }}.member_id = {{ facts }}.member_id
        and {{ groups }}.month = {{ facts }}.{{ month }}
{%- endmacro %}

{# The news by which members come into other groups, and with further kinds all that is told of groups: from the first
   changed month on, for a month's groups stand on the year before. #}
{% macro group_news(further=[]) -%}
    {{ return(["redemption", "event", "entry", "registration", "last_day"] + further) }}
{%- endmacro %}

{# How what is told of groups is built: the months from the first changed one on. #}
{% macro built_by_months_of_groups(views, month="month") -%}
    {{
        config(
            materialized="incremental",
            incremental_strategy="changed_dates",
            meta={"changed_month_from": month, "changed_views": views},
        )
    }}
{%- endmacro %}

{# Who is in which group in these months. #}
{% macro changed_member_groups(views) -%}
    select * from {{ ref("int_member_groups") }} where month >= {{ changed_month_from(views) }}
{%- endmacro %}
