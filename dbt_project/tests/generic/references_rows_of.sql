{# Fails on each combination of columns, none of them null, that has no row in the model referred to; `broken`
   says which of the references. Each reference names its `columns`, the model they refer `to`, and `to_columns`
   where that names them otherwise.

   A landing brings all that one snapshot of the database shows, and there a row that is referred to is
   written before or with the row that refers to it, however often it was updated since. #}
{% test references_rows_of(model, references) %}
    {%- for reference in references %}
        {%- set columns, targets = reference["columns"], reference.get(
            "to_columns", reference["columns"]
        ) %}
        select
            '{{ columns | join(", ") }} without a row of {{ reference["to"].identifier }}'
            as broken,
            concat_ws(', ', {{ columns | join(", ") }}) as referring
        from
            (
                select distinct {{ columns | join(", ") }}
                from {{ model }}
                where
                    {% for column in columns -%}
                        {{ column }} is not null {{ "and " if not loop.last }}
                    {%- endfor %}
            ) as referring
        where
            not exists (
                select 1
                from {{ reference["to"] }} as referred
                where
                    {% for column in columns -%}
                        referred.{{ targets[loop.index0] }} = referring.{{ column }}
                        {{ "and " if not loop.last }}
                    {%- endfor %}
            )
            {{ "union all" if not loop.last }}
    {%- endfor %}
{% endtest %}
