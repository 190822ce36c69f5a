with
    members as (select * from {{ ref("int_counted_members") }}),
    pilots as (select * from {{ ref("stg_pilots") }})

select
    members.tenant_id,
    members.member_id,
    pilots.starts_on,
    pilots.ends_on,
    {{ pilot_bucket("pilots.salt", "members.member_id") }} < pilots.share_bp as is_pilot
from members
inner join
    pilots on pilots.tenant_id = members.tenant_id and members.registered_date <= pilots.ends_on
