-- Each member has each month from its registration to the last fact, in one segment and stage.
with
    segments as (select * from {{ ref("fct_member_segments") }}),
    members as (select * from {{ ref("dim_member") }}),
    tenants as (select * from {{ ref("dim_tenant") }}),
    dates as (select * from {{ ref("dim_date") }}),
    expected as (
        select distinct members.tenant_id, members.member_id, dates.month_start as month
        from members
        inner join tenants on tenants.tenant_id = members.tenant_id
        inner join
            dates
            on dates.date between greatest(
                tenants.first_fact_date, members.registered_date
            ) and tenants.last_fact_date
    )

select
    coalesce(expected.tenant_id, segments.tenant_id) as tenant_id,
    coalesce(expected.member_id, segments.member_id) as member_id,
    coalesce(expected.month, segments.month) as month
from expected
full join
    segments
    on segments.tenant_id = expected.tenant_id
    and segments.member_id = expected.member_id
    and segments.month = expected.month
where
    expected.member_id is null
    or segments.member_id is null
    or segments.segment is null
    or segments.lifecycle_stage is null
