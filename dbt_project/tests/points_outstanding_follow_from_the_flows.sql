-- issued - redeemed - expired - exchanged out + exchanged in + adjusted + owed - fees, per tenant
-- and day from the start, as published.
with
    points as (select * from {{ ref("fct_points_daily") }}),
    totals as (
        select
            tenant_id,
            date,
            outstanding_points,
            sum(
                issued_points
                - redeemed_points
                - expired_points
                - exchanged_out_points
                + exchanged_in_points
                + adjusted_points
                + owed_points
                - fee_points
            ) over (partition by tenant_id order by date) as expected_points
        from points
    )

select tenant_id, date, outstanding_points, expected_points
from totals
where outstanding_points <> expected_points
