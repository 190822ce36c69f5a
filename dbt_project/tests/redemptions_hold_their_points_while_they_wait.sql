-- A redemption that waits has had a hold of its points, and none was captured. One that does not
-- wait has no open hold, and what was captured is its points.
with
    redemptions as (
        select *
        from {{ ref("stg_redemptions") }}
        where {{ on_changed_times("effective_at", ["redemption"]) }}
    ),
    holds as (select * from {{ ref("stg_holds") }}),
    held as (
        select
            tenant_id,
            redemption_id,
            min(member_id) as first_member_id,
            max(member_id) as last_member_id,
            min(points) as fewest_points,
            max(points) as most_points,
            sum(captured_points) as captured_points,
            sum(case when status = 'open' then 1 else 0 end) as open_count
        from holds
        where redemption_id is not null
        group by tenant_id, redemption_id
    )

select
    redemptions.tenant_id,
    redemptions.redemption_id,
    redemptions.status,
    redemptions.points,
    held.captured_points,
    held.open_count
from redemptions
left join
    held
    on held.tenant_id = redemptions.tenant_id
    and held.redemption_id = redemptions.redemption_id
where
    held.first_member_id <> redemptions.member_id
    or held.last_member_id <> redemptions.member_id
    or held.fewest_points <> redemptions.points
    or held.most_points <> redemptions.points
    or case
        when redemptions.status in ('created', 'in_review')
        then held.redemption_id is null or held.captured_points > 0 or held.open_count > 1
        else held.open_count > 0 or held.captured_points not in (0, redemptions.points)
    end
