{# The distinct values of an expression that are not null, in order, separated by commas; null if none. #}
{% macro ordered_list(expression) -%}
    {{ return(adapter.dispatch("ordered_list")(expression)) }}
{%- endmacro %}

{% macro default__ordered_list(expression) -%}
    string_agg(distinct {{ expression }}, ', ' order by {{ expression }})
{%- endmacro %}
