with
    forecasts as (select * from {{ ref("fct_demand_forecasts") }} where level = 'item'),
    items as (select * from {{ ref("stg_items") }}),
    offers as (select * from {{ ref("stg_offers") }}),
    stock as (select * from {{ ref("stg_stock") }}),
    lead_times as (select * from {{ ref("lead_times") }}),
    terms as (select * from {{ ref("dim_supplier_terms") }}),
    incoming as (select * from {{ ref("fct_incoming_stock") }}),
    expiring as (select * from {{ ref("fct_expiring_stock") }}),
    calendar as (select * from {{ ref("int_dates") }}),
    series as (
        select
            forecasts.tenant_id,
            items.item_id,
            items.kind,
            forecasts.origin_date,
            max(forecasts.date) as last_date,
            avg(greatest(forecasts.mean, 0)) as mean,
            avg(
                power(greatest(forecasts.q95 - forecasts.mean, 0) / 1.6448536269514722, 2)
            ) as variance
        from forecasts
        inner join items on cast(items.item_id as varchar) = forecasts.series_id
        group by forecasts.tenant_id, items.item_id, items.kind, forecasts.origin_date
    ),
    -- An order placed tomorrow goes to the active supplier that is asked first.
    asked as (
        select
            series.tenant_id,
            series.item_id,
            terms.terms_id,
            terms.worst_lead_days,
            terms.min_order_quantity,
            terms.pack_size,
            row_number() over (
                partition by series.tenant_id, series.item_id
                order by terms.rank, terms.unit_cost_fen, terms.supplier_code
            ) as turn
        from series
        inner join terms on terms.tenant_id = series.tenant_id and terms.item_id = series.item_id
        where
            terms.supplier_status = 'active'
            and terms.valid_from <= series.origin_date + 1
            and (terms.valid_until is null or terms.valid_until > series.origin_date)
    ),
    planned as (
        select
            series.tenant_id,
            series.item_id,
            series.origin_date,
            series.last_date,
            series.mean,
            series.variance,
            asked.terms_id,
            coalesce(asked.min_order_quantity, 1) as min_order_quantity,
            coalesce(asked.pack_size, 1) as pack_size,
            coalesce(asked.worst_lead_days, lead_times.lead_days) as lead_days,
            lead_times.review_days,
            lead_times.service_level,
            lead_times.service_z,
            stock.on_hand_quantity - stock.allotted_quantity as available_quantity,
            {{ business_date("offers.listed_until") }} as delisted_date
        from series
        inner join lead_times on lead_times.kind = series.kind
        inner join stock on stock.tenant_id = series.tenant_id and stock.item_id = series.item_id
        inner join offers on offers.tenant_id = series.tenant_id and offers.item_id = series.item_id
        left join
            asked
            on asked.tenant_id = series.tenant_id
            and asked.item_id = series.item_id
            and asked.turn = 1
    ),
    -- The normal deviation of a day, from its upper quantile; days count as independent. Days
    -- beyond the forecast are like its mean day.
    demand as (
        select
            planned.tenant_id,
            planned.item_id,
            forecasts.date,
            greatest(forecasts.mean, 0) as mean,
            power(greatest(forecasts.q95 - forecasts.mean, 0) / 1.6448536269514722, 2) as variance
        from planned
        inner join
            forecasts
            on forecasts.tenant_id = planned.tenant_id
            and forecasts.series_id = cast(planned.item_id as varchar)
            and forecasts.origin_date = planned.origin_date
        union all
        select planned.tenant_id, planned.item_id, calendar.date, planned.mean, planned.variance
        from planned
        inner join
            calendar
            on calendar.date > planned.last_date
            and calendar.date <= planned.origin_date + planned.lead_days + planned.review_days
    ),
    asked_for as (
        select
            tenant_id,
            item_id,
            date,
            sum(mean) over (partition by tenant_id, item_id order by date) as until_quantity
        from demand
    ),
    batches as (
        select
            tenant_id,
            item_id,
            expires_on,
            sum(sum(quantity)) over (
                partition by tenant_id, item_id order by expires_on
            ) as until_quantity
        from expiring
        group by tenant_id, item_id, expires_on
    ),
    -- What expires first goes first: of all units that expire by a day, those that demand is not
    -- expected to reach by then are not counted on.
    written_off as (
        select
            planned.tenant_id,
            planned.item_id,
            max(batches.until_quantity - coalesce(asked_for.until_quantity, 0)) as quantity
        from planned
        inner join
            batches
            on batches.tenant_id = planned.tenant_id
            and batches.item_id = planned.item_id
            and batches.expires_on <= planned.origin_date + planned.lead_days + planned.review_days
        left join
            asked_for
            on asked_for.tenant_id = batches.tenant_id
            and asked_for.item_id = batches.item_id
            and asked_for.date = batches.expires_on
        group by planned.tenant_id, planned.item_id
    ),
    -- What should have come by now is hoped for tomorrow.
    arrivals as (
        select
            incoming.tenant_id,
            incoming.item_id,
            greatest(incoming.expected_on, planned.origin_date + 1) as date,
            sum(incoming.incoming_quantity) as quantity
        from incoming
        inner join
            planned on planned.tenant_id = incoming.tenant_id and planned.item_id = incoming.item_id
        group by
            incoming.tenant_id,
            incoming.item_id,
            greatest(incoming.expected_on, planned.origin_date + 1)
    ),
    needs as (
        select
            planned.*,
            least(
                cast(ceil(round(greatest(coalesce(written_off.quantity, 0), 0), 6)) as bigint),
                greatest(planned.available_quantity, 0)
            ) as expiring_quantity,
            demand.date,
            sum(demand.mean) over by_day
            + planned.service_z * sqrt(sum(demand.variance) over by_day) as need,
            sum(coalesce(arrivals.quantity, 0)) over by_day as incoming_quantity
        from planned
        inner join
            demand on demand.tenant_id = planned.tenant_id and demand.item_id = planned.item_id
        left join
            written_off
            on written_off.tenant_id = planned.tenant_id
            and written_off.item_id = planned.item_id
        left join
            arrivals
            on arrivals.tenant_id = demand.tenant_id
            and arrivals.item_id = demand.item_id
            and arrivals.date = demand.date
        where
            demand.date <= planned.origin_date + planned.lead_days + planned.review_days
            and (planned.delisted_date is null or planned.delisted_date > demand.date)
        window by_day as (partition by planned.tenant_id, planned.item_id order by demand.date)
    ),
    summed as (
        select
            tenant_id,
            item_id,
            origin_date,
            terms_id,
            min_order_quantity,
            pack_size,
            lead_days,
            review_days,
            service_level,
            available_quantity,
            expiring_quantity,
            cast(max(incoming_quantity) as bigint) as incoming_quantity,
            cast(ceil(round(max(need), 6)) as bigint) as need_quantity,
            min(
                case
                    when need > available_quantity - expiring_quantity + incoming_quantity then date
                end
            ) as run_out_date
        from needs
        group by
            tenant_id,
            item_id,
            origin_date,
            terms_id,
            min_order_quantity,
            pack_size,
            lead_days,
            review_days,
            service_level,
            available_quantity,
            expiring_quantity
    ),
    short as (
        select
            *,
            need_quantity
            - (available_quantity - expiring_quantity)
            - incoming_quantity as missing_quantity
        from summed
    )

select
    tenant_id,
    item_id,
    origin_date as as_of_date,
    available_quantity,
    expiring_quantity,
    incoming_quantity,
    need_quantity,
    missing_quantity,
    cast(
        ceil(greatest(missing_quantity, min_order_quantity) / cast(pack_size as double))
        * pack_size as bigint
    ) as quantity,
    run_out_date,
    greatest(origin_date + 1, run_out_date - lead_days) as order_by,
    origin_date + lead_days + review_days as covers_until,
    terms_id,
    min_order_quantity,
    pack_size,
    lead_days,
    review_days,
    service_level,
    case
        when run_out_date <= origin_date + lead_days
        then 'runs_out_before_delivery'
        else 'below_target'
    end as reason
from short
where missing_quantity > 0
