{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_date": "effective_date", "changed_views": ["entry"]},
    )
}}

with
    entries as (
        select *
        from {{ ref("stg_entries") }}
        where {{ on_changed_times("effective_at", ["entry"]) }}
    ),
    counted_members as (select * from {{ ref("int_counted_members") }}),
    -- A redemption may take from several lots; their entries are one act of the member. What is
    -- issued and redeemed the program's accounts say: points that are taken back may have expired
    -- or be owed, and then the member's account moves less.
    transfers as (
        select
            tenant_id,
            transfer_id,
            coalesce(max(transfer_member_id), max(member_id)) as member_id,
            transfer_kind,
            effective_at,
            sum(case when account_kind = 'member' then amount_points else 0 end) as amount_points,
            - sum(
                case when account_kind = 'issuance' then amount_points else 0 end
            ) as issued_points,
            sum(
                case when account_kind = 'redeemed' then amount_points else 0 end
            ) as redeemed_points
        from entries
        group by tenant_id, transfer_id, transfer_kind, effective_at
    )

select
    transfers.tenant_id,
    transfers.transfer_id,
    transfers.member_id,
    transfers.transfer_kind,
    cast(transfers.amount_points as bigint) as amount_points,
    cast(transfers.issued_points as bigint) as issued_points,
    cast(transfers.redeemed_points as bigint) as redeemed_points,
    {{ business_date("transfers.effective_at") }} as effective_date
from transfers
inner join
    counted_members
    on counted_members.tenant_id = transfers.tenant_id
    and counted_members.member_id = transfers.member_id
