{# Over rows that carry segment and lifecycle_stage, grouped by one of them at a time (`member_group_sets`): which
   of the two a group is of, and its key. #}
{% macro member_group() -%}
    case when grouping(segment) = 0 then 'segment' else 'stage' end as group_kind,
    coalesce(segment, lifecycle_stage) as member_group
{%- endmacro %}

{% macro member_group_sets(columns) -%}
    {%- set listed = columns | join(", ") -%}
    grouping sets (({{ listed }}, segment), ({{ listed }}, lifecycle_stage))
{%- endmacro %}
