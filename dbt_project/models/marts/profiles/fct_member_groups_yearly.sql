{% set least = var("fewest_members_of_a_group") %}

with
    segments as (select * from {{ ref("fct_member_segments") }}),
    members as (select * from {{ ref("dim_member") }}),
    -- A year is told as of its last known month.
    year_ends as (
        select tenant_id, cast(date_trunc('year', month) as date) as year, max(month) as month
        from segments
        group by tenant_id, cast(date_trunc('year', month) as date)
    ),
    members_of_years as (
        select
            segments.tenant_id,
            year_ends.year,
            segments.as_of_date,
            coalesce(members.profile, 'unknown') as profile,
            case
                when members.registered_date >= year_ends.year
                then 'this_year'
                when members.registered_date >= year_ends.year - interval 1 year
                then 'last_year'
                else 'earlier'
            end as joined,
            segments.segment,
            segments.lifecycle_stage,
            segments.frequency_count,
            segments.monetary_points
        from segments
        inner join
            year_ends
            on year_ends.tenant_id = segments.tenant_id
            and year_ends.month = segments.month
        inner join
            members
            on members.tenant_id = segments.tenant_id
            and members.member_id = segments.member_id
    ),
    counted as (
        select
            tenant_id,
            year,
            max(as_of_date) as as_of_date,
            case
                when grouping(profile) = 0
                then 'profile'
                when grouping(joined) = 0
                then 'joined'
                when grouping(segment) = 0
                then 'segment'
                when grouping(lifecycle_stage) = 0
                then 'stage'
                else 'all'
            end as group_kind,
            coalesce(profile, joined, segment, lifecycle_stage, 'all') as member_group,
            count(*) as member_count,
            count(*) filter (where frequency_count > 0) as redeemer_count,
            sum(frequency_count) as redemption_count,
            sum(monetary_points) as net_points
        from members_of_years
        group by
            grouping sets (
                (tenant_id, year),
                (tenant_id, year, profile),
                (tenant_id, year, joined),
                (tenant_id, year, segment),
                (tenant_id, year, lifecycle_stage)
            )
    ),
    -- Small groups are told as one, with the next larger one where they are too few together:
    -- nobody can take the
    -- told groups from all members and be left with a few.
    ranked as (
        select
            *,
            coalesce(
                sum(member_count) over (
                    partition by tenant_id, year, group_kind
                    order by member_count, member_group
                    rows between unbounded preceding and 1 preceding
                ),
                0
            ) as smaller_count
        from counted
    ),
    told as (
        select
            *,
            case
                when group_kind = 'all'
                then 'all'
                when member_count < {{ least }} or smaller_count between 1 and {{ least }} - 1
                then 'other'
                else member_group
            end as told_group
        from ranked
    )

select
    tenant_id,
    year,
    group_kind,
    told_group as member_group,
    max(as_of_date) as as_of_date,
    cast(sum(member_count) as bigint) as member_count,
    cast(sum(redeemer_count) as bigint) as redeemer_count,
    cast(sum(redemption_count) as bigint) as redemption_count,
    cast(sum(net_points) as bigint) as net_points
from told
group by tenant_id, year, group_kind, told_group
having group_kind = 'all' or sum(member_count) >= {{ least }}
