with
    reconciliations as (select * from {{ ref("stg_reconciliations") }}),
    ranked as (
        select
            *,
            row_number() over (
                partition by tenant_id, provider, date
                order by imported_at desc, reconciliation_id desc
            ) as newest_rank
        from reconciliations
    )

select
    tenant_id,
    provider,
    date,
    reconciliation_id,
    matched as matched_count,
    missing_here as missing_here_count,
    missing_there as missing_there_count,
    different_amount as different_amount_count,
    file_fen,
    our_fen,
    missing_here + missing_there + different_amount = 0 as is_clean,
    imported_at
from ranked
where newest_rank = 1
