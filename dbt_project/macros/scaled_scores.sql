{# How a measured rate scores between the one that scores nothing and the one that scores everything, whichever
   of them is the larger: 0 to 1; unknown where nothing was measured. Six decimals, so that the same counts give
   the same number on every machine. #}
{% macro scaled_score(rate, zero_at, full_at) -%}
    case
        when {{ rate }} is not null
        then
            round(
                greatest(
                    least(({{ rate }} - {{ zero_at }}) / ({{ full_at }} - {{ zero_at }}), 1.0), 0.0
                ),
                6
            )
    end
{%- endmacro %}

{# Variance of that score by chance, of a rate from a sample: the binomial one of the rate drawn towards one half
   by four observations (Agresti and Coull 1998), so that a rate of 0 or 1 from a few is not taken for certain. #}
{% macro scaled_variance(numerator, denominator, zero_at, full_at) -%}
    {%- set n = "(" ~ denominator ~ " + 4.0)" -%}
    {%- set p = "(least(" ~ numerator ~ ", " ~ denominator ~ ") + 2.0) / " ~ n -%}
    ({{ p }})
    * (1.0 - ({{ p }}))
    / {{ n }}
    / (({{ full_at }} - {{ zero_at }}) * ({{ full_at }} - {{ zero_at }}))
{%- endmacro %}
