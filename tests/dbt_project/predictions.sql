-- What the models would write for landing.sql, ids as text. Member 15 has been erased since.

create table item_popularity as
select text_id(1) as tenant_id, text_id(item) as item_id, score, popularity_rank
from (values (31, 12.0, 1), (32, 1.0, 2)) as rows(item, score, popularity_rank);

create table item_neighbours as
select
    text_id(1) as tenant_id, text_id(item) as item_id, text_id(neighbour) as neighbour_item_id, kind, 0.5 as weight,
    1 as neighbour_rank
from (values (31, 32, 'together'), (32, 31, 'together'), (31, 32, 'content')) as rows(item, neighbour, kind);

create table member_items as
select
    text_id(1) as tenant_id, text_id(member) as member_id, text_id(31) as item_id, score, 1 as redemption_count,
    timestamptz '2025-01-31 15:59:59+00' as last_redeemed_at
from (values (11, 2.5), (12, 1.5), (15, 1.0)) as rows(member, score);

create table member_recommendations as
select
    text_id(1) as tenant_id, text_id(member) as member_id, slice, text_id(item) as item_id, 0.9 as score, stage,
    recommendation_rank
from (
    values
        (11, 'all', 31, 'personal', 1), (11, 'all', 32, 'neighbour', 2), (11, 'novel', 32, 'neighbour', 1),
        (12, 'all', 31, 'popular', 1), (15, 'all', 31, 'popular', 1)
) as rows(member, slice, item, stage, recommendation_rank);

create table starting_items as
select
    text_id(1) as tenant_id, member_group, text_id(item) as item_id, score, starting_rank
from (values ('any', 31, 1.0, 1), ('any', 32, 0.4, 2), ('low', 32, 1.0, 1))
    as rows(member_group, item, score, starting_rank);

create table starting_groups as
select text_id(1) as tenant_id, member_group, from_points, until_points
from (values ('high', 701, null), ('low', 0, 300)) as rows(member_group, from_points, until_points);

create table demand_forecasts as
select
    text_id(1) as tenant_id, level, series_id, date '2025-02-04' as date, date '2025-02-03' as origin_date,
    'seasonal_naive' as model, 2.0 as mean, 0.0 as q05, 2.0 as q50, 4.0 as q90, 5.0 as q95
from (values ('item', text_id(31)), ('category', 'Grocery'), ('tenant', 'all')) as rows(level, series_id);

create table forecast_accuracy_by_holiday as
select
    text_id(1) as tenant_id, 'item' as level, 'new-year' as occasion_id, date '2025-01-01' as holiday_date, model,
    is_released, wape, 0.1 as bias, 0.9 as coverage_90, 60.0 as demand, 30 as n, date '2025-02-03' as judged_until
from (values ('combination', true, 0.3), ('seasonal_naive', false, 0.4)) as rows(model, is_released, wape);

create table campaign_what_if as
select
    text_id(1) as tenant_id, text_id(31) as series_id, date '2025-02-04' as date, date '2025-02-03' as origin_date,
    2.0 as mean_without, 0.0 as q05_without, 2.0 as q50_without, 4.0 as q90_without, 5.0 as q95_without,
    5.5 as mean_with, 1.0 as q05_with, 5.0 as q50_with, 9.0 as q90_with, 11.0 as q95_with;

create table holiday_plan_lines as
select
    text_id(1) as tenant_id, 'qixi' as occasion_id, date '2025-08-29' as first_day, date '2025-08-29' as last_day,
    date '2025-02-03' as origin_date, text_id(31) as item_id, text_id(171) as warehouse_id, 20 as order_up_to,
    15 as wish_quantity, 12 as quantity, 0 as expiring_quantity, date '2025-08-10' as order_by, date '2025-08-20' as arrives_on,
    date '2025-08-24' as need_date, false as is_too_late, 0 as too_late_quantity, 0 as shelf_life_quantity,
    0 as minimum_order_quantity, -3 as pack_quantity, 0 as budget_quantity, 0 as storage_quantity, 36 as purchase_fen,
    0.9 as risk_without, 0.1 as risk_with, 9.0 as lost_without, 0.5 as lost_with, 0.0 as left_without, 1.5 as left_with,
    90 as cost_without_fen, 7 as cost_with_fen, 14.5 as demand_mean, 9.0 as demand_q05, 14.0 as demand_q50,
    21.0 as demand_q95, 'medium' as confidence;

create table holiday_plan_scores as
select
    text_id(1) as tenant_id, text_id(231) as plan_id, text_id(31) as item_id, text_id(171) as warehouse_id,
    'new-year' as occasion_id, date '2025-01-01' as first_day, date '2025-01-03' as last_day, 38.0 as demand,
    30.5 as forecast, true as is_inside, 25 as quantity, 22.0 as hindsight_quantity, 0.0 as lost, 22.0 as lost_without,
    0.0 as lost_hindsight, 3.0 as left_over, 0.0 as left_without, 360.0 as cost_fen, 2200.0 as cost_without_fen,
    0.0 as cost_hindsight_fen;

create table model_scores as
select
    area, text_id(1) as tenant_id, model, 'all' as slice, metric, k, value, null as low, null as high, 100 as n,
    true as is_released, date '2025-02-03' as judged_until
from (values ('ranking', 'popularity', 'ndcg', 10, 0.3), ('demand', 'seasonal_naive', 'wape', null, 0.2))
    as rows(area, model, metric, k, value);
