{{ config(tags=["whole_history"]) }}

-- The latest cumulative figures, recomputed from the published ledger of the members that count.
with
    kpis as (select * from {{ ref("fct_kpis_daily") }}),
    ranges as ({{ staged_fact_ranges() }}),
    members as (select * from {{ ref("dim_member") }}),
    entries as (select * from {{ ref("fct_entries") }}),
    -- Entries landed before they named the member of their transfer have one on the member's side.
    transfers as (
        select
            tenant_id,
            coalesce(max(transfer_member_id), max(member_id)) as member_id,
            effective_date,
            sum(
                case when account_kind = 'redeemed' then amount_points else 0 end
            ) as redeemed_points,
            - sum(
                case when account_kind = 'issuance' then amount_points else 0 end
            ) as issued_points
        from entries
        group by tenant_id, transfer_id, effective_date
    ),
    ledger as (
        select
            transfers.tenant_id,
            sum(transfers.redeemed_points) as redeemed_points,
            sum(transfers.issued_points) as issued_points
        from transfers
        inner join
            members
            on members.tenant_id = transfers.tenant_id
            and members.member_id = transfers.member_id
        inner join ranges on ranges.tenant_id = transfers.tenant_id
        where transfers.effective_date <= ranges.last_fact_date
        group by transfers.tenant_id
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
