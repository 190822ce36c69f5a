{# The Asia/Shanghai day of a UTC timestamp: the mall's day begins at 16:00 UTC of the day before. #}
{% macro business_date(timestamp) -%}
    {{ return(adapter.dispatch("business_date")(timestamp)) }}
{%- endmacro %}

{% macro default__business_date(timestamp) -%}
    cast(timezone('Asia/Shanghai', {{ timestamp }}) as date)
{%- endmacro %}
