{# Fails on each row of which a condition is false or a column has another value than the accepted ones; `broken`
   names those. An unknown (null) passes. Contracted marts have constraints instead. #}
{% test rows_satisfy(model, conditions={}, accepted={}) %}
    {%- set rules = dict(conditions) %}
    {%- for column, values in accepted.items() %}
        {%- set quoted = [] %}
        {%- for value in values -%}
            {%- do quoted.append("'" ~ value ~ "'" if value is string else value) -%}
        {%- endfor %}
        {%- set condition = column ~ " in (" ~ quoted | join(", ") ~ ")" %}
        {%- do rules.update({"accepted values of " ~ column: condition}) %}
    {%- endfor %}
    select
        concat_ws(
            ', ',
            {% for name, condition in rules.items() -%}
                case when not ({{ condition }}) then '{{ name }}' end {{ "," if not loop.last }}
            {%- endfor %}
        ) as broken,
        *
    from {{ model }}
    where
        {% for condition in rules.values() -%}
            not ({{ condition }}) {{ "or " if not loop.last }}
        {%- endfor %}
{% endtest %}
