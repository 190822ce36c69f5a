{# The lots whose points expire after the last day that is known, if nobody redeems them before: a row per lot of which
   something is left. A query of the marts about lots, entries and days of points. #}
{% macro expiring_lots() -%}
    select
        lots.tenant_id,
        lots.lot_id,
        lots.member_id,
        lots.expires_on,
        lots.expiry_month,
        lots.as_of_date,
        held.remaining_points
    from
        (
            select
                known_lots.tenant_id,
                known_lots.lot_id,
                known_lots.member_id,
                known_lots.expires_on,
                cast(date_trunc('month', known_lots.expires_on) as date) as expiry_month,
                ends.as_of_date
            from {{ ref("dim_lot") }} as known_lots
            inner join
                (
                    select tenant_id, max(date) as as_of_date
                    from {{ ref("fct_points_daily") }}
                    group by tenant_id
                ) as ends
                on ends.tenant_id = known_lots.tenant_id
            where known_lots.expires_on > ends.as_of_date
        ) as lots
    inner join
        (
            select tenant_id, lot_id, sum(amount_points) as remaining_points
            from {{ ref("fct_entries") }}
            where account_kind = 'member'
            group by tenant_id, lot_id
        ) as held
        on held.tenant_id = lots.tenant_id
        and held.lot_id = lots.lot_id
    where held.remaining_points > 0
{%- endmacro %}

{# What expires by month over such rows, of all of them or of each group that other columns name. #}
{% macro expiry_waves(lots, groups=[]) -%}
    {%- set keys = (["tenant_id"] + groups) | join(", ") -%}
    select
        {{ keys }},
        expiry_month,
        as_of_date,
        first_expires_on,
        remaining_points,
        lot_count,
        member_count,
        cast(
            sum(new_member_count) over (partition by {{ keys }} order by expiry_month) as bigint
        ) as member_count_so_far
    from
        (
            select
                {{ keys }},
                expiry_month,
                max(as_of_date) as as_of_date,
                min(expires_on) as first_expires_on,
                cast(sum(remaining_points) as bigint) as remaining_points,
                count(*) as lot_count,
                count(distinct member_id) as member_count,
                count(
                    distinct case when first_expiry_month = expiry_month then member_id end
                ) as new_member_count
            from
                (
                    select
                        *,
                        min(expiry_month) over (
                            partition by {{ keys }}, member_id
                        ) as first_expiry_month
                    from {{ lots }}
                ) as waves
            group by {{ keys }}, expiry_month
        ) as monthly
{%- endmacro %}
