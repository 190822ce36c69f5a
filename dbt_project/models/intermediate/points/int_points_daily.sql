{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "date", "changed_views": ["entry"]},
    )
}}

with
    transfers as (
        select *
        from {{ ref("int_member_transfers") }}
        where {{ on_changed_dates("effective_date", ["entry"]) }}
    ),
    counted_members as (select * from {{ ref("int_counted_members") }}),
    -- A member is one or the other today, so the ledger before an erasure moves with it.
    flows as (
        select transfers.*, counted_members.member_id is not null as is_counted
        from transfers
        left join
            counted_members
            on counted_members.tenant_id = transfers.tenant_id
            and counted_members.member_id = transfers.member_id
    )

select
    tenant_id,
    effective_date as date,
    is_counted,
    cast(sum(issued_points) as bigint) as issued_points,
    cast(sum(redeemed_points) as bigint) as redeemed_points,
    cast(sum(expired_points) as bigint) as expired_points,
    cast(sum(exchanged_out_points) as bigint) as exchanged_out_points,
    cast(sum(exchanged_in_points) as bigint) as exchanged_in_points,
    cast(sum(adjusted_points) as bigint) as adjusted_points,
    cast(sum(owed_points) as bigint) as owed_points,
    cast(sum(fee_points) as bigint) as fee_points,
    cast(sum(amount_points) as bigint) as change_points,
    count(*) as transfer_count,
    cast(
        sum(case when imbalance_points = 0 then 0 else 1 end) as bigint
    ) as unbalanced_transfer_count
from flows
group by tenant_id, effective_date, is_counted
