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
    -- A redemption may take from several lots; their entries are one act of the member. What is
    -- issued and redeemed the program's accounts say: points that are taken back may have expired
    -- or be owed, and then the member's account moves less.
    transfers as (
        select
            tenant_id,
            transfer_id,
            coalesce(max(transfer_member_id), max(member_id)) as member_id,
            transfer_kind,
            max(redemption_id) as redemption_id,
            effective_at,
            sum(case when account_kind = 'member' then amount_points else 0 end) as amount_points,
            - sum(
                case when account_kind = 'issuance' then amount_points else 0 end
            ) as issued_points,
            sum(
                case when account_kind = 'redeemed' then amount_points else 0 end
            ) as redeemed_points,
            sum(case when account_kind = 'expired' then amount_points else 0 end) as expired_points,
            sum(
                case when account_kind = 'exchange' then amount_points else 0 end
            ) as exchanged_points,
            - sum(
                case when account_kind = 'adjustment' then amount_points else 0 end
            ) as adjusted_points,
            - sum(
                case when account_kind = 'receivable' then amount_points else 0 end
            ) as owed_points,
            sum(case when account_kind = 'fee' then amount_points else 0 end) as fee_points,
            sum(amount_points) as imbalance_points
        from entries
        group by tenant_id, transfer_id, transfer_kind, effective_at
    )

select
    tenant_id,
    transfer_id,
    member_id,
    transfer_kind,
    redemption_id,
    cast(amount_points as bigint) as amount_points,
    cast(issued_points as bigint) as issued_points,
    cast(redeemed_points as bigint) as redeemed_points,
    cast(expired_points as bigint) as expired_points,
    cast(
        case when transfer_kind = 'exchange_out' then exchanged_points else 0 end as bigint
    ) as exchanged_out_points,
    cast(
        case when transfer_kind = 'exchange_out' then 0 else - exchanged_points end as bigint
    ) as exchanged_in_points,
    cast(adjusted_points as bigint) as adjusted_points,
    cast(owed_points as bigint) as owed_points,
    cast(fee_points as bigint) as fee_points,
    cast(imbalance_points as bigint) as imbalance_points,
    {{ business_date("effective_at") }} as effective_date
from transfers
-- By days, so that a run after one more day finds its rows together and not a few in every block.
order by effective_date
