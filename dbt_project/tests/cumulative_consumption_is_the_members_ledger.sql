-- The latest cumulative figures, recomputed from the published ledger of the members that count.
with
    kpis as (select * from {{ ref("fct_kpis_daily") }}),
    ranges as ({{ staged_fact_ranges() }}),
    members as (select * from {{ ref("dim_member") }}),
    entries as (select * from {{ ref("fct_entries") }}),
    ledger as (
        select
            entries.tenant_id,
            - sum(
                case
                    when entries.transfer_kind in ('redeem', 'refund')
                    then entries.amount_points
                    else 0
                end
            ) as redeemed_points,
            sum(
                case
                    when entries.transfer_kind in ('earn', 'grant')
                    then entries.amount_points
                    else 0
                end
            ) as issued_points
        from entries
        inner join
            members
            on members.tenant_id = entries.tenant_id
            and members.member_id = entries.member_id
        inner join ranges on ranges.tenant_id = entries.tenant_id
        where entries.effective_date <= ranges.last_fact_date
        group by entries.tenant_id
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
