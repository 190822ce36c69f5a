{% set views = var("item_day_news") %}
{% set days_back = var("longest_trading_gap_days") %}
{{
    config(
        materialized="incremental",
        incremental_strategy="changed_dates",
        meta={"changed_from": "date", "changed_views": views, "changed_days_back": days_back},
    )
}}

with
    listed_days as (
        select *
        from {{ ref("int_item_listed_days") }}
        where date >= {{ changed_from(views, days_back) }}
    ),
    changes as (
        select *
        from {{ ref("int_stock_changes_daily") }}
        where date >= {{ changed_from(views, days_back) }}
    ),
    refusals as (
        select *
        from {{ ref("int_item_refusals_daily") }}
        where date >= {{ changed_from(views, days_back) }}
    ),
    openings as (
        select
            tenant_id,
            item_id,
            sum(change_quantity) as quantity,
            sum(sellable_change_quantity) as sellable_quantity
        from {{ ref("int_stock_changes_daily") }}
        where date < {{ changed_from(views, days_back) }}
        group by tenant_id, item_id
    ),
    listed_or_changed as (
        select
            coalesce(listed_days.tenant_id, changes.tenant_id) as tenant_id,
            coalesce(listed_days.item_id, changes.item_id) as item_id,
            coalesce(listed_days.date, changes.date) as date,
            changes.received_quantity,
            changes.returned_quantity,
            changes.corrected_quantity,
            changes.issued_quantity,
            changes.change_quantity,
            changes.sellable_change_quantity,
            changes.lowest_sellable_change_quantity,
            changes.highest_sellable_change_quantity,
            changes.is_first_listed,
            listed_days.tenant_id is not null as is_listed
        from listed_days
        full join
            changes
            on changes.tenant_id = listed_days.tenant_id
            and changes.item_id = listed_days.item_id
            and changes.date = listed_days.date
    ),
    -- An item may be asked for on a day on which nothing else happened to it.
    item_days as (
        select
            coalesce(listed_or_changed.tenant_id, refusals.tenant_id) as tenant_id,
            coalesce(listed_or_changed.item_id, refusals.item_id) as item_id,
            coalesce(listed_or_changed.date, refusals.date) as date,
            coalesce(listed_or_changed.received_quantity, 0) as received_quantity,
            coalesce(listed_or_changed.returned_quantity, 0) as returned_quantity,
            coalesce(listed_or_changed.corrected_quantity, 0) as corrected_quantity,
            coalesce(listed_or_changed.issued_quantity, 0) as issued_quantity,
            coalesce(listed_or_changed.change_quantity, 0) as change_quantity,
            coalesce(listed_or_changed.sellable_change_quantity, 0) as sellable_change_quantity,
            listed_or_changed.lowest_sellable_change_quantity,
            listed_or_changed.highest_sellable_change_quantity,
            coalesce(listed_or_changed.is_first_listed, false) as is_first_listed,
            coalesce(listed_or_changed.is_listed, false) as is_listed,
            coalesce(refusals.refusal_count, 0) as refusal_count,
            coalesce(refusals.refused_quantity, 0) as refused_quantity
        from listed_or_changed
        full join
            refusals
            on refusals.tenant_id = listed_or_changed.tenant_id
            and refusals.item_id = listed_or_changed.item_id
            and refusals.date = listed_or_changed.date
    ),
    closings as (
        select
            item_days.*,
            coalesce(openings.quantity, 0)
            + sum(item_days.change_quantity) over so_far as closing_quantity,
            coalesce(openings.sellable_quantity, 0)
            + sum(item_days.sellable_change_quantity) over so_far as closing_sellable_quantity
        from item_days
        left join
            openings
            on openings.tenant_id = item_days.tenant_id
            and openings.item_id = item_days.item_id
        window
            so_far as (partition by item_days.tenant_id, item_days.item_id order by item_days.date)
    ),
    -- On the day an item comes on the list, what was there before it does not count.
    levels as (
        select
            closings.*,
            case
                when is_listed
                then
                    least(
                        case
                            when not is_first_listed
                            then closing_sellable_quantity - sellable_change_quantity
                        end,
                        closing_sellable_quantity
                        - sellable_change_quantity
                        + lowest_sellable_change_quantity
                    )
            end as lowest_sellable_quantity,
            case
                when is_listed
                then
                    greatest(
                        case
                            when not is_first_listed
                            then closing_sellable_quantity - sellable_change_quantity
                        end,
                        closing_sellable_quantity
                        - sellable_change_quantity
                        + highest_sellable_change_quantity
                    )
            end as highest_sellable_quantity
        from closings
    )

select
    tenant_id,
    item_id,
    date,
    cast(closing_quantity - change_quantity as bigint) as opening_quantity,
    received_quantity,
    returned_quantity,
    corrected_quantity,
    issued_quantity,
    cast(closing_quantity as bigint) as closing_quantity,
    cast(closing_sellable_quantity as bigint) as closing_sellable_quantity,
    cast(lowest_sellable_quantity as bigint) as lowest_sellable_quantity,
    cast(highest_sellable_quantity as bigint) as highest_sellable_quantity,
    is_listed,
    coalesce(lowest_sellable_quantity <= 0, false) as is_stocked_out,
    coalesce(highest_sellable_quantity <= 0, false) as is_stocked_out_all_day,
    refusal_count,
    refused_quantity
from levels
