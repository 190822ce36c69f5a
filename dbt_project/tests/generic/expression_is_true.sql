{# Fails on each row for which the expression is false; an unknown (null) passes. #}
{% test expression_is_true(model, expression) %}
    select * from {{ model }} where not ({{ expression }})
{% endtest %}
