{# The columns of a landed view plus version_rank: 1 marks the newest version of each key. #}
{% macro newest_version(relation, key) -%}
    select
        *, row_number() over (partition by {{ key | join(", ") }} order by xid desc) as version_rank
    from {{ relation }}
{%- endmacro %}
