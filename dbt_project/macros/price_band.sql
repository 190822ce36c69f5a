{# Where the band of a price in points begins; the dashboards name the same bands. #}
{% macro price_band(points) -%}
    case
        {% for start in var("price_band_starts") | sort(reverse=true) -%}
            when {{ points }} >= {{ start }} then {{ start }}
        {% endfor %}
    end
{%- endmacro %}
