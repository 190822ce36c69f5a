{# How models become relations on DuckDB, in one statement and one commit each: a build that was killed is done anew
   as a whole, so none needs dbt's second name with its four renamings, droppings and checks. #}
{% materialization view, adapter = "duckdb" %}
    {%- set target = this.incorporate(type="view") -%}
    {% call statement("main") -%}
        {{ without_former(load_cached_relation(this)) }} {{ create_view_as(target, compiled_code) }}
    {%- endcall %}
    {% do adapter.commit() %}
    {{ return({"relations": [target]}) }}
{% endmaterialization %}

{% materialization table, adapter = "duckdb" %}
    {%- set target = this.incorporate(type="table") -%}
    {% call statement("main") -%}
        {{ without_former(load_cached_relation(this)) }}
        {{ create_table_as(False, target, compiled_code) }}
    {%- endcall %}
    {% do adapter.commit() %}
    {{ return({"relations": [target]}) }}
{% endmaterialization %}

{# The strategy `changed_dates`: what changed goes out, what was computed anew comes in. It is computed first, because
   a model may read its own former rows. A table's columns are those of its last full build, as a changed project is
   built anew. #}
{% materialization incremental, adapter = "duckdb" %}
    {%- set target = this.incorporate(type="table") -%}
    {%- set former = load_cached_relation(this) -%}
    {%- set computed = adapter.quote(this.identifier ~ "__computed") -%}
    {% call statement("main") -%}
        {% if former is none or should_full_refresh() -%}
            {{ without_former(former) }} {{ create_table_as(False, target, compiled_code) }}
        {%- else -%}
            create temporary table {{ computed }} as ({{ compiled_code }});
            delete from {{ target }}
            where {{ changed_rows(config.get("meta", {})) or "true" }}
            ;
            insert into {{ target }} by name from {{ computed }};
        {%- endif %}
    {%- endcall %}
    {% do adapter.commit() %}
    {{ return({"relations": [target]}) }}
{% endmaterialization %}

{# Drops a former relation of the same name, whatever it was. #}
{% macro without_former(relation) -%}
    {%- if relation is not none %} drop {{ relation.type }} {{ relation }}
        ;
    {%- endif %}
{%- endmacro %}
