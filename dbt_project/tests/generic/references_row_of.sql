{# Fails on each combination of columns, none of them null, that has no row in the model referred to.

   A landing brings all that one snapshot of the database shows, and there a row that is referred to is
   written before or with the row that refers to it, however often it was updated since. #}
{% test references_row_of(model, columns, to, to_columns=none) %}
    {%- set target_columns = to_columns or columns %}
    with
        referring as (
            select distinct {{ columns | join(", ") }}
            from {{ model }}
            where
                {% for column in columns -%}
                    {{ column }} is not null {{ "and " if not loop.last }}
                {%- endfor %}
        )

    select referring.*
    from referring
    where
        not exists (
            select 1
            from {{ to }} as referred
            where
                {% for column in columns -%}
                    referred.{{ target_columns[loop.index0] }} = referring.{{ column }}
                    {{ "and " if not loop.last }}
                {%- endfor %}
        )
{% endtest %}
