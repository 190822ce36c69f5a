{# A rate is unknown, not zero, where there is nothing to divide by, or less: a day may take back more
   than it issues. #}
{% macro rate(numerator, denominator) -%}
    cast({{ numerator }} as double) / case when {{ denominator }} > 0 then {{ denominator }} end
{%- endmacro %}

{# Bounds of the 95 % Wilson score interval of successes in trials (Wilson 1927); null without trials.
   Six decimals, so that the same counts give the same number on every machine. #}
{% macro wilson_low(successes, trials) -%}
    {{ wilson_bound(successes, trials, "-") }}
{%- endmacro %}

{% macro wilson_high(successes, trials) -%}
    {{ wilson_bound(successes, trials, "+") }}
{%- endmacro %}

{% macro wilson_bound(successes, trials, sign) -%}
    {%- set z = 1.959963984540054 -%}
    {%- set p = "(" ~ rate(successes, trials) ~ ")" -%}
    round(
        (
            {{ p }} + {{ z * z }} / (2 * {{ trials }})
            {{ sign }} {{ z }} * sqrt(
                {{ p }} * (1 - {{ p }}) / nullif({{ trials }}, 0)
                + {{ z * z }} / (4 * cast({{ trials }} as double) * {{ trials }})
            )
        )
        / (1 + {{ z * z }} / nullif({{ trials }}, 0)),
        6
    )
{%- endmacro %}
