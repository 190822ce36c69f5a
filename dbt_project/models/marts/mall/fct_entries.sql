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
    )

select
    tenant_id,
    transfer_id,
    entry_no,
    transfer_kind,
    account_kind,
    member_id,
    transfer_member_id,
    lot_id,
    redemption_id,
    amount_points,
    effective_at,
    {{ business_date("effective_at") }} as effective_date,
    recorded_at
from entries
