{{ config(tags=["whole_history"]) }}

-- Each member has each month from its registration to the last fact, in one segment and stage: of
-- rows that are unique and of members that are known, as many as have registered by then.
with
    segments as (select * from {{ ref("fct_member_segments") }}),
    members as (select * from {{ ref("dim_member") }}),
    tenants as (select * from {{ ref("dim_tenant") }}),
    dates as (select * from {{ ref("dim_date") }}),
    months as (
        select tenants.tenant_id, dates.month_start as month, max(dates.date) as as_of_date
        from tenants
        inner join dates on dates.date between tenants.first_fact_date and tenants.last_fact_date
        group by tenants.tenant_id, dates.month_start
    ),
    registrations as (
        select tenant_id, registered_date, count(*) as member_count
        from members
        group by tenant_id, registered_date
    ),
    expected as (
        select
            months.tenant_id,
            months.month,
            months.as_of_date,
            sum(registrations.member_count) as member_count
        from months
        inner join
            registrations
            on registrations.tenant_id = months.tenant_id
            and registrations.registered_date <= months.as_of_date
        group by months.tenant_id, months.month, months.as_of_date
    ),
    published as (
        select
            tenant_id,
            month,
            as_of_date,
            sum(
                case when segment is null or lifecycle_stage is null then 0 else 1 end
            ) as member_count
        from segments
        group by tenant_id, month, as_of_date
    )

select
    coalesce(expected.tenant_id, published.tenant_id) as tenant_id,
    coalesce(expected.month, published.month) as month,
    expected.member_count as expected_member_count,
    published.member_count
from expected
full join
    published
    on published.tenant_id = expected.tenant_id
    and published.month = expected.month
    and published.as_of_date = expected.as_of_date
where expected.member_count is distinct from published.member_count
