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

{# How many standard deviations either side hold 95 % of a normal distribution. #}
{% macro z95() -%} {{ return(1.959963984540054) }} {%- endmacro %}

{% macro wilson_bound(successes, trials, sign) -%}
    {%- set z = z95() -%}
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

{# A bound of the 95 % interval of the difference of a count and its expectation: normal approximation, the
   count with the variance of a Poisson count, the expectation with its own. #}
{% macro difference_bound(difference, count, expected_variance, sign) -%}
    round({{ difference }} {{ sign }} {{ z95() }} * sqrt({{ count }} + {{ expected_variance }}), 6)
{%- endmacro %}
