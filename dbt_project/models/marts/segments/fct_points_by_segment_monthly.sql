{% set views = group_news() %}
{{ built_by_months_of_groups(views) }}

with
    member_groups as ({{ changed_member_groups(views) }}),
    balances as (
        select *
        from {{ ref("int_group_lot_balances") }}
        where as_of_month >= {{ changed_month_from(views) }}
    ),
    transfers as (
        select
            tenant_id,
            member_id,
            cast(date_trunc('month', effective_date) as date) as month,
            sum(issued_points) as issued_points,
            sum(redeemed_points) as redeemed_points,
            sum(expired_points) as expired_points,
            sum(exchanged_out_points) as exchanged_out_points,
            sum(exchanged_in_points) as exchanged_in_points,
            sum(adjusted_points) as adjusted_points,
            sum(owed_points) as owed_points,
            sum(fee_points) as fee_points
        from {{ ref("int_member_transfers") }}
        where effective_date >= {{ changed_month_from(views) }}
        group by tenant_id, member_id, cast(date_trunc('month', effective_date) as date)
    ),
    flows as (
        select
            member_groups.tenant_id,
            member_groups.month,
            member_groups.group_kind,
            member_groups.member_group,
            count(*) as member_count,
            coalesce(sum(transfers.issued_points), 0) as issued_points,
            coalesce(sum(transfers.redeemed_points), 0) as redeemed_points,
            coalesce(sum(transfers.expired_points), 0) as expired_points,
            coalesce(sum(transfers.exchanged_out_points), 0) as exchanged_out_points,
            coalesce(sum(transfers.exchanged_in_points), 0) as exchanged_in_points,
            coalesce(sum(transfers.adjusted_points), 0) as adjusted_points,
            coalesce(sum(transfers.owed_points), 0) as owed_points,
            coalesce(sum(transfers.fee_points), 0) as fee_points
        from member_groups
        left join
            transfers
            on transfers.tenant_id = member_groups.tenant_id
            and transfers.member_id = member_groups.member_id
            and transfers.month = member_groups.month
        group by
            member_groups.tenant_id,
            member_groups.month,
            member_groups.group_kind,
            member_groups.member_group
    ),
    held as (
        select
            tenant_id,
            as_of_month,
            group_kind,
            member_group,
            sum(remaining_points) as outstanding_points
        from balances
        group by tenant_id, as_of_month, group_kind, member_group
    )

select
    flows.tenant_id,
    flows.month,
    flows.group_kind,
    flows.member_group,
    flows.member_count,
    cast(flows.issued_points as bigint) as issued_points,
    cast(flows.redeemed_points as bigint) as redeemed_points,
    cast(flows.expired_points as bigint) as expired_points,
    cast(flows.exchanged_out_points as bigint) as exchanged_out_points,
    cast(flows.exchanged_in_points as bigint) as exchanged_in_points,
    cast(flows.adjusted_points as bigint) as adjusted_points,
    cast(flows.owed_points as bigint) as owed_points,
    cast(flows.fee_points as bigint) as fee_points,
    cast(coalesce(held.outstanding_points, 0) as bigint) as outstanding_points
from flows
left join
    held
    on held.tenant_id = flows.tenant_id
    and held.as_of_month = flows.month
    and held.group_kind = flows.group_kind
    and held.member_group = flows.member_group
