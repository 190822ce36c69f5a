{{ config(tags=["whole_history"]) }}

-- The latest cumulative figures, recomputed from the published ledger of the members that count.
with
    kpis as (select * from {{ ref("fct_kpis_daily") }}),
    ranges as ({{ staged_fact_ranges() }}),
    members as (select * from {{ ref("dim_member") }}),
    entries as (select * from {{ ref("fct_entries") }}),
    -- Entries landed before they named the member of their transfer have one on the member's side.
    unnamed as (
        select tenant_id, transfer_id, max(member_id) as member_id
        from entries
        where transfer_member_id is null
        group by tenant_id, transfer_id
    ),
    movements as (
        select
            tenant_id, transfer_member_id as member_id, effective_date, account_kind, amount_points
        from entries
        where transfer_member_id is not null
        union all
        select
            entries.tenant_id,
            unnamed.member_id,
            entries.effective_date,
            entries.account_kind,
            entries.amount_points
        from entries
        inner join
            unnamed
            on unnamed.tenant_id = entries.tenant_id
            and unnamed.transfer_id = entries.transfer_id
        where entries.transfer_member_id is null
    ),
    ledger as (
        select
            movements.tenant_id,
            sum(
                case
                    when movements.account_kind = 'redeemed' then movements.amount_points else 0
                end
            ) as redeemed_points,
            - sum(
                case
                    when movements.account_kind = 'issuance' then movements.amount_points else 0
                end
            ) as issued_points
        from movements
        inner join
            members
            on members.tenant_id = movements.tenant_id
            and members.member_id = movements.member_id
        inner join ranges on ranges.tenant_id = movements.tenant_id
        where movements.effective_date <= ranges.last_fact_date
        group by movements.tenant_id
    )

select
    ledger.tenant_id, kpis.numerator, ledger.redeemed_points, kpis.denominator, ledger.issued_points
from ledger
inner join ranges on ranges.tenant_id = ledger.tenant_id
left join
    kpis
    on kpis.tenant_id = ledger.tenant_id
    and kpis.date = ranges.last_fact_date
    and kpis.metric = 'consumption_rate_cumulative'
where
    kpis.numerator is distinct from ledger.redeemed_points
    or kpis.denominator is distinct from ledger.issued_points
