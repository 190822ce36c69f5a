with starting_groups as (select * from {{ ref("stg_ml_starting_groups") }})

select tenant_id, member_group, from_points, until_points
from starting_groups
