with lots as ({{ expiring_lots() }}), waves as ({{ expiry_waves("lots") }})

select
    tenant_id,
    expiry_month,
    as_of_date,
    first_expires_on,
    remaining_points,
    lot_count,
    member_count,
    member_count_so_far
from waves
