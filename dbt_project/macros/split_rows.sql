{# A select expression that repeats its row for each part of a text; only one of a query may. #}
{% macro split_rows(text, separator) -%}
    {{ return(adapter.dispatch("split_rows")(text, separator)) }}
{%- endmacro %}

{% macro default__split_rows(text, separator) -%}
    unnest(string_split({{ text }}, '{{ separator }}'))
{%- endmacro %}

{% macro spark__split_rows(text, separator) -%}
    explode(split({{ text }}, '{{ separator }}'))
{%- endmacro %}
