with
    members as (select * from {{ ref("int_pilot_members") }}),
    redemptions as (select * from {{ ref("int_redemptions") }}),
    virtual_redemptions as (select * from {{ ref("int_virtual_redemptions") }}),
    complaints as (
        select distinct tenant_id, redemption_id
        from {{ ref("int_after_sales_cases") }}
        where type = 'complaint'
    ),
    trials as (
        select
            members.tenant_id,
            'member_redemption_rate' as metric,
            members.is_pilot,
            count(redemptions.redemption_id) > 0 as is_success
        from members
        left join
            redemptions
            on redemptions.tenant_id = members.tenant_id
            and redemptions.member_id = members.member_id
            and redemptions.status = 'completed'
            and redemptions.effective_date between members.starts_on and members.ends_on
        group by members.tenant_id, members.member_id, members.is_pilot
        union all
        select
            members.tenant_id,
            'virtual_issue_rate' as metric,
            members.is_pilot,
            virtual_redemptions.is_prompt as is_success
        from virtual_redemptions
        inner join
            redemptions
            on redemptions.tenant_id = virtual_redemptions.tenant_id
            and redemptions.redemption_id = virtual_redemptions.redemption_id
        inner join
            members
            on members.tenant_id = redemptions.tenant_id
            and members.member_id = redemptions.member_id
            and virtual_redemptions.paid_date between members.starts_on and members.ends_on
        union all
        select
            members.tenant_id,
            'complaint_rate' as metric,
            members.is_pilot,
            complaints.redemption_id is not null as is_success
        from redemptions
        inner join
            members
            on members.tenant_id = redemptions.tenant_id
            and members.member_id = redemptions.member_id
            and redemptions.status = 'completed'
            and redemptions.effective_date between members.starts_on and members.ends_on
        left join
            complaints
            on complaints.tenant_id = redemptions.tenant_id
            and complaints.redemption_id = redemptions.redemption_id
    ),
    counts as (
        select
            tenant_id,
            metric,
            count(*) filter (where is_pilot and is_success) as pilot_numerator,
            count(*) filter (where is_pilot) as pilot_denominator,
            count(*) filter (where not is_pilot and is_success) as others_numerator,
            count(*) filter (where not is_pilot) as others_denominator
        from trials
        group by tenant_id, metric
    ),
    rates as (
        select
            *,
            {{ rate("pilot_numerator", "pilot_denominator") }} as pilot_rate,
            {{ wilson_low("pilot_numerator", "pilot_denominator") }} as pilot_low,
            {{ wilson_high("pilot_numerator", "pilot_denominator") }} as pilot_high,
            {{ rate("others_numerator", "others_denominator") }} as others_rate,
            {{ wilson_low("others_numerator", "others_denominator") }} as others_low,
            {{ wilson_high("others_numerator", "others_denominator") }} as others_high
        from counts
    ),
    compared as (
        select
            *,
            case
                when metric = 'complaint_rate'
                then pilot_low <= others_high
                else pilot_high >= others_low
            end as is_no_worse
        from rates
    )

select
    tenant_id,
    metric,
    pilot_numerator,
    pilot_denominator,
    pilot_rate,
    pilot_low,
    pilot_high,
    others_numerator,
    others_denominator,
    others_rate,
    others_low,
    others_high,
    is_no_worse,
    bool_and(is_no_worse) over (partition by tenant_id) as is_go
from compared
