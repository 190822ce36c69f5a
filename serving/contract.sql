-- What the service reads of a release: its marts, with those of their columns that it names (contract 3).
-- A statement that these tables can answer and a release cannot tells that the release is older than the service.

create table dim_tenant (
    tenant_id uuid, code varchar, name varchar, industry varchar, is_test boolean, first_fact_date date,
    last_fact_date date
);

create table dim_member (
    tenant_id uuid, member_id uuid, registered_at timestamptz, registered_date date, profile varchar,
    is_personalised boolean
);

create table dim_lot (
    tenant_id uuid, lot_id uuid, member_id uuid, issued_points bigint, active_from timestamptz, expires_on date
);

create table dim_item (
    item_id uuid, code varchar, name varchar, category varchar, kind varchar, class varchar
);

create table dim_offer (
    tenant_id uuid, item_id uuid, price_points bigint, handover varchar, opted_in_at timestamptz,
    listed_from timestamptz, listed_until timestamptz
);

create table dim_metric (
    metric varchar, name_zh varchar, name_en varchar, definition_zh varchar, definition_en varchar,
    numerator_zh varchar, numerator_en varchar, denominator_zh varchar, denominator_en varchar, target double,
    direction varchar, unit varchar, values_mart varchar
);

create table fct_entries (
    tenant_id uuid, transfer_id uuid, entry_no smallint, transfer_kind varchar, account_kind varchar,
    member_id uuid, lot_id uuid, redemption_id uuid, amount_points bigint, effective_at timestamptz,
    effective_date date, recorded_at timestamptz
);

create table fct_redemption_lines (
    tenant_id uuid, redemption_id uuid, line_no smallint, member_id uuid, item_id uuid, mode varchar,
    status varchar, quantity integer, unit_points bigint, line_points bigint, effective_at timestamptz,
    effective_date date, refunded_quantity integer
);

create table fct_events (
    tenant_id uuid, event_id uuid, member_id uuid, kind varchar, item_id uuid, occurred_at timestamptz,
    occurred_date date
);

create table fct_impressions (
    tenant_id uuid, event_id uuid, item_id uuid, date date
);

create table fct_item_demand_daily (
    tenant_id uuid, item_id uuid, date date, quantity bigint, redemption_count bigint, on_hand_quantity bigint,
    is_in_stock boolean
);

create table fct_campaign_effect (
    tenant_id uuid, sale_id uuid, item_id uuid, window_quantity bigint, expected_quantity double
);

create table fct_kpis_daily (
    tenant_id uuid, date date, metric varchar, numerator bigint, denominator bigint, value double, n bigint,
    low double, high double, target double
);

create table fct_kpis_monthly (
    tenant_id uuid, month date, metric varchar, numerator bigint, denominator bigint, value double, n bigint,
    low double, high double, target double
);

create table fct_platform_kpis_daily (
    date date, metric varchar, tenant_count bigint, numerator bigint, denominator bigint, value double, n bigint,
    low double, high double, target double
);

create table fct_platform_kpis_monthly (
    month date, metric varchar, tenant_count bigint, numerator bigint, denominator bigint, value double,
    n bigint, low double, high double, target double
);

create table fct_kpis_by_segment_monthly (
    tenant_id uuid, month date, group_kind varchar, member_group varchar, metric varchar, numerator bigint,
    denominator bigint, value double, n bigint, low double, high double, target double
);

create table fct_member_items (
    tenant_id uuid, member_id uuid, item_id uuid, score double, redemption_count integer,
    last_redeemed_at timestamptz
);

create table fct_starting_groups (
    tenant_id uuid, member_group varchar, from_points bigint, until_points bigint
);

create table fct_demand_forecasts (
    tenant_id uuid, level varchar, series_id varchar, date date, origin_date date, model varchar, mean double,
    q05 double, q50 double, q90 double, q95 double
);

create table fct_campaign_what_if (
    tenant_id uuid, item_id uuid, date date, origin_date date, mean_without double, q05_without double,
    q50_without double, q90_without double, q95_without double, mean_with double, q05_with double,
    q50_with double, q90_with double, q95_with double, extra_mean double
);

create table fct_holiday_plans (
    tenant_id uuid, occasion_id varchar, first_day date, last_day date, as_of_date date, line_count bigint,
    ordered_line_count bigint, too_late_line_count bigint, first_order_by date, wish_quantity bigint,
    quantity bigint, purchase_fen bigint, cost_without_fen bigint, cost_with_fen bigint, risk_without double,
    risk_with double
);

create table fct_platform_holiday_plans (
    occasion_id varchar, first_day date, last_day date, as_of_date date, tenant_count bigint, line_count bigint,
    ordered_line_count bigint, too_late_line_count bigint, first_order_by date, wish_quantity bigint,
    quantity bigint, budget_quantity bigint, purchase_fen bigint, cost_without_fen bigint, cost_with_fen bigint,
    stock_outs_without double, stock_outs_with double
);

create table fct_holiday_plan_lines (
    tenant_id uuid, occasion_id varchar, first_day date, last_day date, as_of_date date, item_id uuid,
    warehouse_id uuid, order_up_to bigint, wish_quantity bigint, quantity bigint, expiring_quantity bigint,
    order_by date, arrives_on date, need_date date, is_too_late boolean, too_late_quantity bigint,
    shelf_life_quantity bigint, minimum_order_quantity bigint, pack_quantity bigint, budget_quantity bigint,
    storage_quantity bigint, purchase_fen bigint, risk_without double, risk_with double, cost_without_fen bigint,
    cost_with_fen bigint, demand_mean double, demand_q05 double, demand_q50 double, demand_q95 double,
    confidence varchar
);

create table dim_metric_drilldown (
    metric varchar, part varchar, mart varchar, date_column varchar, span varchar, value varchar,
    aggregate varchar, member_column varchar, condition varchar
);

create table dim_member_segment (
    segment varchar, name_zh varchar, name_en varchar, definition_zh varchar, definition_en varchar
);

create table dim_lifecycle_stage (
    stage varchar, stage_rank integer, name_zh varchar, name_en varchar, definition_zh varchar,
    definition_en varchar
);

create table fct_member_segments (
    tenant_id uuid, member_id uuid, month date, as_of_date date, recency_days integer, frequency_count bigint,
    monetary_points bigint, recency_score integer, frequency_score integer, monetary_score integer,
    segment varchar, tenure_days integer, idle_days integer, lifecycle_stage varchar
);

create table fct_item_performance_monthly (
    tenant_id uuid, item_id uuid, month date, listed_days bigint, stocked_out_days bigint,
    refused_quantity bigint, view_count bigint, redemption_count bigint, redemption_rate double,
    redemption_rate_low double, redemption_rate_high double, quantity bigint, points bigint, price_points bigint,
    answer_count bigint, mean_score double, exposure_rank bigint, rate_rank bigint
);

create table fct_item_performance_by_segment_monthly (
    tenant_id uuid, month date, group_kind varchar, member_group varchar, item_id uuid, view_count bigint,
    redemption_count bigint, redemption_rate double, redemption_rate_low double, redemption_rate_high double,
    quantity bigint, points bigint, answer_count bigint, mean_score double
);

create table fct_items_to_improve (
    tenant_id uuid, month date, item_id uuid, improvement_rank bigint, reason varchar,
    is_often_stocked_out boolean, is_poorly_rated boolean, is_dear boolean, is_little_seen boolean,
    view_count bigint, redemption_count bigint, redemption_rate double, redemption_rate_low double,
    redemption_rate_high double, tenant_redemption_rate double, listed_days bigint, stocked_out_days bigint,
    answer_count bigint, mean_score double, price_points bigint, peer_price_points double
);

create table fct_supplier_performance (
    tenant_id uuid, supplier_id uuid, supplier_code varchar, supplier_name varchar, supplier_status varchar,
    from_date date, to_date date, line_count bigint, judged_line_count bigint, on_time_in_full_count bigint,
    on_time_in_full_rate double, on_time_in_full_low double, on_time_in_full_high double, ended_quantity bigint,
    filled_quantity bigint, fill_rate double, received_quantity bigint, damaged_quantity bigint,
    damage_rate double, mean_promised_lead_days double, mean_achieved_lead_days double, mean_late_days double,
    cost_fen bigint, outstanding_quantity bigint
);

create table fct_supplier_scores_monthly (
    tenant_id uuid, supplier_id uuid, supplier_code varchar, supplier_name varchar, month date, score double,
    low double, high double, known_weight double, n bigint, is_small_sample boolean
);

create table fct_supplier_score_parts_monthly (
    tenant_id uuid, supplier_id uuid, month date, component varchar, name_zh varchar, name_en varchar,
    measure_zh varchar, measure_en varchar, numerator bigint, denominator bigint, rate double, low double,
    high double, weight double, zero_at double, full_at double, score double
);

create table fct_value_scores_monthly (
    tenant_id uuid, month date, value_score double, functional_score double, supply_score double,
    service_score double, price_score double, known_weight double
);

create table fct_value_score_parts_monthly (
    tenant_id uuid, month date, part varchar, metric varchar, part_weight double, metric_weight double,
    zero_at double, full_at double, numerator bigint, denominator bigint, value double, score double
);

create table fct_points_liability_monthly (
    tenant_id uuid, month date, as_of_date date, remaining_points bigint, liability_fen bigint, cost_fen bigint,
    fen_per_point double, cohort_count integer, is_fallback boolean
);

create table fct_money_monthly (
    tenant_id uuid, month date, charged_fen bigint, waived_fen bigint, due_fen bigint, invoiced_fen bigint,
    credited_fen bigint, net_invoiced_fen bigint, paid_fen bigint, unpaid_fen bigint, overdue_fen bigint,
    statement_count bigint, on_time_statement_count bigint, settlement_on_time_rate double, owed_fen bigint,
    redeemed_points bigint, redeemed_fen bigint, fee_share double
);

create table fct_recommendation_experiment (
    tenant_id uuid, policy varchar, control_policy varchar, member_count bigint, control_member_count bigint,
    both_arms_count bigint, waiting_count bigint, redemption_count bigint, control_redemption_count bigint,
    redemptions_per_member double, control_redemptions_per_member double, difference double, low double,
    high double, relative_lift double, is_decided boolean
);

create table fct_recommendation_policies (
    tenant_id uuid, policy varchar, month date, member_count bigint, request_count bigint,
    impression_count bigint, click_count bigint, click_rate double, click_rate_low double,
    click_rate_high double, redemption_count bigint, redemption_rate double, redemption_rate_low double,
    redemption_rate_high double
);

create table fct_recommendation_placements (
    tenant_id uuid, context varchar, stage varchar, position smallint, month date, request_count bigint,
    impression_count bigint, click_count bigint, click_rate double, click_rate_low double,
    click_rate_high double, redemption_count bigint, redemption_rate double
);
