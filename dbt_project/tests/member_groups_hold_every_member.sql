{{ config(tags=["whole_history"]) }}

-- The groups of a kind hold each member who had registered by the day they look at, unless all
-- members together are
-- too few to be told.
with
    groups as (select * from {{ ref("fct_member_groups_yearly") }}),
    members as (select * from {{ ref("dim_member") }}),
    everybody as (select * from groups where group_kind = 'all'),
    registered as (
        select everybody.tenant_id, everybody.year, count(*) as member_count
        from everybody
        inner join
            members
            on members.tenant_id = everybody.tenant_id
            and members.registered_date <= everybody.as_of_date
        group by everybody.tenant_id, everybody.year
    ),
    told as (
        select
            tenant_id,
            year,
            group_kind,
            sum(member_count) as member_count,
            sum(net_points) as net_points
        from groups
        group by tenant_id, year, group_kind
    )

select
    everybody.tenant_id,
    everybody.year,
    told.group_kind,
    registered.member_count as registered_count,
    told.member_count
from everybody
left join
    registered on registered.tenant_id = everybody.tenant_id and registered.year = everybody.year
left join told on told.tenant_id = everybody.tenant_id and told.year = everybody.year
where
    registered.member_count is distinct from told.member_count
    or told.net_points is distinct from everybody.net_points
