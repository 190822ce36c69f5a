with
    flows as (select * from {{ ref("int_points_daily") }}),
    ranges as (select * from {{ ref("int_tenant_fact_ranges") }}),
    dates as (select * from {{ ref("int_dates") }}),
    -- Expiry and adjustment are no facts of a member's, and may come before the first and after the
    -- last.
    known_days as (
        select tenant_id, date
        from flows
        union all
        select tenant_id, first_fact_date as date
        from ranges
        union all
        select tenant_id, last_fact_date as date
        from ranges
    ),
    spans as (
        select tenant_id, min(date) as first_date, max(date) as last_date
        from known_days
        group by tenant_id
    ),
    timeline as (
        select spans.tenant_id, dates.date, sides.is_counted
        from spans
        inner join dates on dates.date between spans.first_date and spans.last_date
        cross join (values (true), (false)) as sides(is_counted)
    )

select
    timeline.tenant_id,
    timeline.date,
    timeline.is_counted,
    coalesce(flows.issued_points, 0) as issued_points,
    coalesce(flows.redeemed_points, 0) as redeemed_points,
    coalesce(flows.expired_points, 0) as expired_points,
    coalesce(flows.exchanged_out_points, 0) as exchanged_out_points,
    coalesce(flows.exchanged_in_points, 0) as exchanged_in_points,
    coalesce(flows.adjusted_points, 0) as adjusted_points,
    coalesce(flows.owed_points, 0) as owed_points,
    coalesce(flows.fee_points, 0) as fee_points,
    coalesce(flows.transfer_count, 0) as transfer_count,
    coalesce(flows.unbalanced_transfer_count, 0) as unbalanced_transfer_count,
    cast(
        sum(
            coalesce(
                flows.issued_points
                - flows.redeemed_points
                - flows.expired_points
                - flows.exchanged_out_points
                + flows.exchanged_in_points
                + flows.adjusted_points
                + flows.owed_points
                - flows.fee_points,
                0
            )
        ) over so_far as bigint
    ) as outstanding_points
from timeline
left join
    flows
    on flows.tenant_id = timeline.tenant_id
    and flows.date = timeline.date
    and flows.is_counted = timeline.is_counted
window so_far as (partition by timeline.tenant_id, timeline.is_counted order by timeline.date)
