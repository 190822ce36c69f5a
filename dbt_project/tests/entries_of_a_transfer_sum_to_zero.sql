with
    entries as (
        select *
        from {{ ref("stg_entries") }}
        where {{ on_changed_times("effective_at", ["entry"]) }}
    )

select tenant_id, transfer_id, sum(amount_points) as off_by_points
from entries
group by tenant_id, transfer_id
having sum(amount_points) <> 0
