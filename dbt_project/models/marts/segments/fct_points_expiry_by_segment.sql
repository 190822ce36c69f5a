with
    lots as ({{ expiring_lots() }}),
    member_groups as (select * from {{ ref("int_member_groups") }}),
    last_months as (select tenant_id, max(month) as month from member_groups group by tenant_id),
    lots_of_groups as (
        select lots.*, member_groups.group_kind, member_groups.member_group
        from lots
        inner join last_months on last_months.tenant_id = lots.tenant_id
        inner join
            member_groups
            on member_groups.tenant_id = lots.tenant_id
            and member_groups.member_id = lots.member_id
            and member_groups.month = last_months.month
    ),
    waves as ({{ expiry_waves("lots_of_groups", ["group_kind", "member_group"]) }})

select
    tenant_id,
    group_kind,
    member_group,
    expiry_month,
    as_of_date,
    first_expires_on,
    remaining_points,
    lot_count,
    member_count,
    member_count_so_far
from waves
