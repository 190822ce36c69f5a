{# A query of one column, date: every day from the first to the last, both included. #}
{% macro date_spine(first_date, last_date) -%}
    {{ return(adapter.dispatch("date_spine")(first_date, last_date)) }}
{%- endmacro %}

{% macro default__date_spine(first_date, last_date) -%}
    select cast(days.day as date) as date
    from
        generate_series(date '{{ first_date }}', date '{{ last_date }}', interval 1 day) as days(
            day
        )
{%- endmacro %}
