with starting_groups as (select * from {{ source("ml", "starting_groups") }})

select
    cast(tenant_id as uuid) as tenant_id,
    cast(member_group as varchar) as member_group,
    cast(from_points as bigint) as from_points,
    cast(until_points as bigint) as until_points
from starting_groups
