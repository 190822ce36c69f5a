-- Per tenant and day, from the start: issued - redeemed - expired - exchanged out + exchanged in
-- + adjusted is what the members' accounts hold, but for points that are owed (taken back beyond
-- what the member had, so that more is held than was issued) and fees. Each is read from the
-- program's account of that kind: issued is earned and granted less what was returned and
-- corrected, redeemed is net of refunds, adjusted of corrected adjustments. An account of
-- another kind breaks the sum. An incremental build sums over the days that changed only: what
-- holds
-- for each day alone holds for all of them together.
with
    entries as (
        select *
        from {{ ref("stg_entries") }}
        where {{ on_changed_times("effective_at", ["entry"]) }}
    ),
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
                case
                    when account_kind = 'exchange' and transfer_kind = 'exchange_out'
                    then amount_points
                    else 0
                end
            ) as exchanged_out_points,
            sum(
                case
                    when account_kind = 'exchange' and transfer_kind = 'exchange_in'
                    then - amount_points
                    else 0
                end
            ) as exchanged_in_points,
            sum(
                case when account_kind = 'adjustment' then - amount_points else 0 end
            ) as adjusted_points,
            sum(
                case when account_kind = 'receivable' then - amount_points else 0 end
            ) as owed_points,
            sum(case when account_kind = 'fee' then amount_points else 0 end) as fee_points,
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
                - exchanged_out_points
                + exchanged_in_points
                + adjusted_points
                + owed_points
                - fee_points
            ) over so_far as expected_points,
            sum(member_points) over so_far as outstanding_points,
            sum(owed_points) over so_far as owed_points
        from flows
        window so_far as (partition by tenant_id order by date)
    ),
    latest as (
        select tenant_id, max_by(owed_points, date) as owed_points from totals group by tenant_id
    )

select tenant_id, date, expected_points, outstanding_points
from totals
where expected_points <> outstanding_points
union all
-- More cannot be settled than was owed.
select tenant_id, null as date, null as expected_points, owed_points as outstanding_points
from latest
where owed_points < 0 {% if changed_spans(["entry"]) is not none %} and false {% endif %}
