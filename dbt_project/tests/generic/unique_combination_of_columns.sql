{# Fails on a row whose columns repeat another's, or are null where `nullable` does not name them. #}
{% test unique_combination_of_columns(model, columns, nullable=[]) %}
    select {{ columns | join(", ") }}, count(*) as row_count
    from {{ model }}
    group by {{ columns | join(", ") }}
    having
        count(*) > 1
        {% for column in columns if column not in nullable %} or {{ column }} is null {% endfor %}
{% endtest %}
