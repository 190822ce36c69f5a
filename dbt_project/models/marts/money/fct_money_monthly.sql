{% set figures = [
    "charged_fen",
    "waived_fen",
    "due_fen",
    "invoiced_fen",
    "credited_fen",
    "paid_fen",
    "unpaid_fen",
    "overdue_fen",
    "statement_count",
    "on_time_statement_count",
    "owed_fen",
    "redeemed_points",
] %}
{# Where rows are from, which month they are of, and what they add to which figure. #}
{% set parts = [
    (
        "fees",
        "month_start",
        {"charged_fen": "amount_fen", "waived_fen": "waived_fen", "due_fen": "due_fen"},
    ),
    (
        "invoices",
        "month_start",
        {
            "invoiced_fen": "amount_fen",
            "credited_fen": "credited_fen",
            "paid_fen": "paid_fen",
            "unpaid_fen": "unpaid_fen",
            "overdue_fen": "overdue_fen",
        },
    ),
    (
        "statements",
        "cast(date_trunc('month', date) as date)",
        {
            "statement_count": "1",
            "on_time_statement_count": "cast(is_on_time as integer)",
            "owed_fen": "owed_fen",
        },
    ),
    (
        "points",
        "cast(date_trunc('month', date) as date)",
        {"redeemed_points": "redeemed_points"},
    ),
] %}

with
    fees as (select * from {{ ref("stg_fees") }}),
    invoices as (select * from {{ ref("fct_invoices") }}),
    statements as (select * from {{ ref("fct_settlement_statements") }}),
    points as (select * from {{ ref("int_points_daily") }}),
    tenants as (select * from {{ ref("stg_tenants") }}),
    figures as (
        {% for relation, month, told in parts %}
            {{ "union all" if not loop.first }}
            select
                tenant_id,
                {{ month }} as month
                {% for figure in figures %}
                    , {{ told.get(figure, "0") }} as {{ figure }}
                {% endfor %}
            from {{ relation }}
        {% endfor %}
    ),
    summed as (
        select
            tenant_id,
            month
            {% for figure in figures %}
                , cast(sum({{ figure }}) as bigint) as {{ figure }}
            {% endfor %}
        from figures
        group by tenant_id, month
    ),
    valued as (
        select
            summed.*,
            cast(
                round(summed.redeemed_points * tenants.point_cost_fen_per_100 / 100) as bigint
            ) as redeemed_fen
        from summed
        inner join tenants on tenants.tenant_id = summed.tenant_id
    )

select
    tenant_id,
    month,
    charged_fen,
    waived_fen,
    due_fen,
    invoiced_fen,
    credited_fen,
    invoiced_fen - credited_fen as net_invoiced_fen,
    paid_fen,
    unpaid_fen,
    overdue_fen,
    statement_count,
    on_time_statement_count,
    {{ rate("on_time_statement_count", "statement_count") }} as settlement_on_time_rate,
    owed_fen,
    redeemed_points,
    redeemed_fen,
    {{ rate("due_fen", "redeemed_fen") }} as fee_share
from valued
