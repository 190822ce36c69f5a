{# The columns of a landed view plus version_rank: 1 marks the newest version of each key. A batch is what
   one snapshot showed, so the newest batch has the newest version. Batches of the first version bear no
   number and are older than all that do; among themselves the largest xid is the newest. A time that never changes may
   stand beside the key: then a filter on it is applied before versions are compared. #}
{% macro newest_version(relation, key) -%}
    select
        *,
        row_number() over (
            partition by {{ key | join(", ") }} order by batch desc nulls last, xid desc
        ) as version_rank
    from {{ relation }}
{%- endmacro %}
