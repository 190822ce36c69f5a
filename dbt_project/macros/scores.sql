{# A score from 1 to 5 by the share of the others that are ranked before: equal values have equal
   scores, unlike buckets of equal size, and one alone has 1. Integers until the one division, so that a
   share that is exactly on a border falls on one side everywhere. #}
{% macro quintile(rank, count) -%}
    cast(least(1 + floor(5.0 * ({{ rank }} - 1) / greatest({{ count }} - 1, 1)), 5) as integer)
{%- endmacro %}
