with
    attributes as (select * from {{ ref("stg_member_attributes") }} where value is not null),
    members as (select * from {{ ref("int_counted_members") }})

select
    attributes.tenant_id,
    attributes.name as attribute,
    attributes.value as member_group,
    count(*) as member_count
from attributes
inner join
    members on members.tenant_id = attributes.tenant_id and members.member_id = attributes.member_id
group by attributes.tenant_id, attributes.name, attributes.value
having count(*) >= {{ var("fewest_members_of_a_group") }}
