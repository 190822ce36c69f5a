with
    entries as (select * from {{ ref("stg_entries") }}),
    counted_members as (select * from {{ ref("int_counted_members") }}),
    -- A redemption may take from several lots; their entries are one act of the member.
    transfers as (
        select
            tenant_id,
            transfer_id,
            member_id,
            transfer_kind,
            effective_at,
            sum(amount_points) as amount_points
        from entries
        where account_kind = 'member'
        group by tenant_id, transfer_id, member_id, transfer_kind, effective_at
    )

select
    transfers.tenant_id,
    transfers.transfer_id,
    transfers.member_id,
    transfers.transfer_kind,
    cast(transfers.amount_points as bigint) as amount_points,
    {{ business_date("transfers.effective_at") }} as effective_date
from transfers
inner join
    counted_members
    on counted_members.tenant_id = transfers.tenant_id
    and counted_members.member_id = transfers.member_id
