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
