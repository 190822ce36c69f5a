{% set views = group_news() %}
{{ built_by_months_of_groups(views, month="as_of_month") }}

with
    flows as (select * from {{ ref("int_member_lot_flows_monthly") }}),
    member_groups as ({{ changed_member_groups(views) }}),
    months as (select distinct tenant_id, month as as_of_month from member_groups),
    -- What moved before the first month that is computed is there at its beginning.
    steps as (
        select
            tenant_id,
            member_id,
            cohort_month,
            greatest(month, {{ changed_month_from(views) }}) as from_month,
            sum(change_points) as change_points
        from flows
        group by
            tenant_id, member_id, cohort_month, greatest(month, {{ changed_month_from(views) }})
    ),
    -- A balance stands until the next movement.
    balances as (
        select
            tenant_id,
            member_id,
            cohort_month,
            from_month,
            lead(from_month) over of_lots as until_month,
            sum(change_points) over of_lots as remaining_points
        from steps
        window of_lots as (partition by tenant_id, member_id, cohort_month order by from_month)
    ),
    held as (
        select
            balances.tenant_id,
            balances.member_id,
            balances.cohort_month,
            months.as_of_month,
            balances.remaining_points
        from balances
        inner join
            months
            on months.tenant_id = balances.tenant_id
            and months.as_of_month >= balances.from_month
            and (balances.until_month is null or months.as_of_month < balances.until_month)
        where balances.remaining_points <> 0
    )

select
    held.tenant_id,
    held.as_of_month,
    member_groups.group_kind,
    member_groups.member_group,
    held.cohort_month,
    count(distinct held.member_id) as member_count,
    cast(sum(held.remaining_points) as bigint) as remaining_points
from {{ in_groups_of_month("held", "member_groups", month="as_of_month") }}
group by
    held.tenant_id,
    held.as_of_month,
    member_groups.group_kind,
    member_groups.member_group,
    held.cohort_month
