{# Fails on each combination of columns, none of them null, that has no row in the model referred to.

   A row is landed once every transaction up to its own has ended. A row that is referred to is written
   before or with the row that refers to it, so it is landed too, as long as it keeps the stamp of that
   first writing. Updating a tenant, member, item, offer or redemption renews the stamp and could hold it
   back beyond the rows that refer to it; nothing does so today, and
   tests/dbt_project/test_landing_assumptions.py fails on the first statement that would. #}
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
