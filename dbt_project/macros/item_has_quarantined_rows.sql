{# Whether rows that concern an item of a tenant were set aside: what its rows say elsewhere is then not all. #}
{% macro item_has_quarantined_rows(tenant_id, item_id) -%}
    exists (
        select 1
        from {{ ref("stg_quarantined_rows") }} as quarantined_rows
        where
            quarantined_rows.tenant_id = {{ tenant_id }}
            and quarantined_rows.item_id = {{ item_id }}
    )
{%- endmacro %}
