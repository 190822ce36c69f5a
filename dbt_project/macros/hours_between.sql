{# The hours from one timestamp to another, with fractions; null where one is null. #}
{% macro hours_between(first, last) -%}
    {{ return(adapter.dispatch("hours_between")(first, last)) }}
{%- endmacro %}

{% macro default__hours_between(first, last) -%}
    cast(extract(epoch from {{ last }} - {{ first }}) / 3600.0 as double)
{%- endmacro %}

{% macro duckdb__hours_between(first, last) -%}
    cast((epoch_us({{ last }}) - epoch_us({{ first }})) / 3600000000.0 as double)
{%- endmacro %}
