with versions as ({{ newest_version(source("landing", "draw"), ["tenant_id", "draw_id"]) }})

select
    tenant_id,
    draw_id,
    ticket_points,
    starts_at,
    ends_at,
    max_tickets,
    ticket_count,
    revealed_at,
    cancelled_at,
    recorded_at
from versions
where version_rank = 1
