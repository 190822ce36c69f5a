{# In which of 10,000 buckets a member falls, by the hash that the service uses: the first eight hex digits of
   the MD5 of salt and id. #}
{% macro pilot_bucket(salt, member_id) -%}
    {{ return(adapter.dispatch("pilot_bucket")(salt, member_id)) }}
{%- endmacro %}

{% macro default__pilot_bucket(salt, member_id) -%}
    cast('0x' || substr(md5({{ salt }} || cast({{ member_id }} as varchar)), 1, 8) as bigint)
    % 10000
{%- endmacro %}
