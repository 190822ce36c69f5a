with
    tenants as (select * from {{ ref("dim_tenant") }} where last_fact_date is not null),
    suppliers as (select * from {{ ref("stg_suppliers") }}),
    lines as (select * from {{ ref("fct_purchase_order_lines") }}),
    years as (
        select
            tenant_id,
            cast(last_fact_date - interval 364 day as date) as from_date,
            last_fact_date as to_date
        from tenants
    ),
    placed as (
        select
            lines.*,
            -- Nothing more is to come: all units are there, or the rest was given up.
            (lines.full_received_date is not null or lines.status = 'received') as is_ended
        from lines
        inner join
            years
            on years.tenant_id = lines.tenant_id
            and lines.ordered_date between years.from_date and years.to_date
        where lines.status <> 'cancelled'
    ),
    counts as (
        select
            tenant_id,
            supplier_id,
            count(*) as line_count,
            count(is_on_time_in_full) as judged_line_count,
            count(case when is_on_time_in_full then 1 end) as on_time_in_full_count,
            sum(case when is_ended then quantity else 0 end) as ended_quantity,
            sum(
                case when is_ended then least(received_quantity, quantity) else 0 end
            ) as filled_quantity,
            sum(received_quantity) as received_quantity,
            sum(damaged_quantity) as damaged_quantity,
            avg(promised_lead_days) as mean_promised_lead_days,
            avg(achieved_lead_days) as mean_achieved_lead_days,
            avg(achieved_lead_days - promised_lead_days) as mean_late_days,
            sum(cost_fen) as cost_fen,
            sum(outstanding_quantity) as outstanding_quantity
        from placed
        group by tenant_id, supplier_id
    )

select
    suppliers.tenant_id,
    suppliers.supplier_id,
    suppliers.code as supplier_code,
    suppliers.name as supplier_name,
    suppliers.status as supplier_status,
    years.from_date,
    years.to_date,
    coalesce(counts.line_count, 0) as line_count,
    coalesce(counts.judged_line_count, 0) as judged_line_count,
    coalesce(counts.on_time_in_full_count, 0) as on_time_in_full_count,
    {{ rate("counts.on_time_in_full_count", "counts.judged_line_count") }} as on_time_in_full_rate,
    {{ wilson_low("counts.on_time_in_full_count", "counts.judged_line_count") }}
    as on_time_in_full_low,
    {{ wilson_high("counts.on_time_in_full_count", "counts.judged_line_count") }}
    as on_time_in_full_high,
    cast(coalesce(counts.ended_quantity, 0) as bigint) as ended_quantity,
    cast(coalesce(counts.filled_quantity, 0) as bigint) as filled_quantity,
    {{ rate("counts.filled_quantity", "counts.ended_quantity") }} as fill_rate,
    cast(coalesce(counts.received_quantity, 0) as bigint) as received_quantity,
    cast(coalesce(counts.damaged_quantity, 0) as bigint) as damaged_quantity,
    {{ rate("counts.damaged_quantity", "(counts.received_quantity + counts.damaged_quantity)") }}
    as damage_rate,
    cast(counts.mean_promised_lead_days as double) as mean_promised_lead_days,
    cast(counts.mean_achieved_lead_days as double) as mean_achieved_lead_days,
    cast(counts.mean_late_days as double) as mean_late_days,
    cast(coalesce(counts.cost_fen, 0) as bigint) as cost_fen,
    cast(coalesce(counts.outstanding_quantity, 0) as bigint) as outstanding_quantity
from suppliers
inner join years on years.tenant_id = suppliers.tenant_id
left join
    counts on counts.tenant_id = suppliers.tenant_id and counts.supplier_id = suppliers.supplier_id
