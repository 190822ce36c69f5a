-- Per tenant and day, from the start: issued - redeemed - expired + adjusted - exchanged, each
-- read from the
-- program's account of that kind, is what the members' accounts hold.
with
    entries as (select * from {{ ref("stg_entries") }}),
    flows as (
        select
            tenant_id,
            {{ business_date("effective_at") }} as date,
            sum(
                case when account_kind = 'issuance' then - amount_points else 0 end
            ) as issued_points,
            sum(
                case when account_kind = 'redeemed' then amount_points else 0 end
            ) as redeemed_points,
            sum(case when account_kind = 'expired' then amount_points else 0 end) as expired_points,
            sum(
                case when account_kind = 'adjustment' then - amount_points else 0 end
            ) as adjusted_points,
            sum(
                case when account_kind = 'exchange' then amount_points else 0 end
            ) as exchanged_points,
            sum(case when account_kind = 'member' then amount_points else 0 end) as member_points
        from entries
        group by tenant_id, {{ business_date("effective_at") }}
    ),
    totals as (
        select
            tenant_id,
            date,
            sum(
                issued_points
                - redeemed_points
                - expired_points
                + adjusted_points
                - exchanged_points
            ) over so_far as expected_points,
            sum(member_points) over so_far as outstanding_points
        from flows
        window so_far as (partition by tenant_id order by date)
    )

select tenant_id, date, expected_points, outstanding_points
from totals
where expected_points <> outstanding_points
