-- What the warehouse was not told yet: decisions about goods, brands, features and tariffs, what settlements are made of,
-- what is won in draws, which documents of suppliers end, and what carriers said of a parcel. Who decided stays here.

alter table mall.offer_opt_in add column xid xid8 not null default pg_current_xact_id();
alter table mall.feature_switch add column xid xid8 not null default pg_current_xact_id();
alter table mall.brand_demand add column xid xid8 not null default pg_current_xact_id();
alter table mall.platform_brand_demand add column xid xid8 not null default pg_current_xact_id();
alter table mall.fee_confirmation add column xid xid8 not null default pg_current_xact_id();
alter table mall.settlement_line add column xid xid8 not null default pg_current_xact_id();
alter table mall.shipment_event add column xid xid8 not null default pg_current_xact_id();
create index offer_opt_in_by_xid on mall.offer_opt_in (xid);
create index feature_switch_by_xid on mall.feature_switch (xid);
create index brand_demand_by_xid on mall.brand_demand (xid);
create index platform_brand_demand_by_xid on mall.platform_brand_demand (xid);
create index fee_confirmation_by_xid on mall.fee_confirmation (xid);
create index settlement_line_by_xid on mall.settlement_line (xid);
create index shipment_event_by_xid on mall.shipment_event (xid);
create trigger offer_opt_in_xid before update on mall.offer_opt_in for each row execute function mall.stamp_xid();
create trigger feature_switch_xid before update on mall.feature_switch for each row execute function mall.stamp_xid();
create trigger brand_demand_xid before update on mall.brand_demand for each row execute function mall.stamp_xid();
create trigger platform_brand_demand_xid before update on mall.platform_brand_demand
    for each row execute function mall.stamp_xid();

create view export.offer_opt_in as
select tenant_id, item_id, opted_in_at, withdrawn_at, recorded_at, xid
from mall.offer_opt_in;

create view export.feature_switch as
select tenant_id, feature, is_on, changed_at, xid
from mall.feature_switch;

-- What the platform demands of every tenant has none.
create view export.brand_demand as
select tenant_id, brand_id, is_demanded, changed_at, xid
from mall.brand_demand
union all
select null, brand_id, is_demanded, changed_at, xid
from mall.platform_brand_demand;

create view export.fee_confirmation as
select c.tenant_id, c.tariff_id, t.valid_from as tariff_valid_from, c.confirmed_on, c.confirmed_at, c.recorded_at, c.xid
from mall.fee_confirmation c
join mall.tariff t using (tariff_id);

create view export.settlement_line as
select
    tenant_id, statement_id, line_no, source, source_id, source_no, source_day, quantity, unit_cost_fen, amount_fen, xid
from mall.settlement_line;

create view export.exchange_statement as
select
    tenant_id, partner_id, direction, day, exchanges, points, fee_points, to_points, reversals, reversed_points,
    reversed_fee_points, reversed_to_points, net_to_points, owed_fen, stated_at, recorded_at, xid
from mall.exchange_statement;

-- A carrier's key of an event is its own word; the hash of it tells events apart as well.
create view export.shipment_event as
select tenant_id, shipment_id, md5(event_key)::uuid as event_id, kind, occurred_at, source, recorded_at, xid
from mall.shipment_event;

create view export.draw_prize as
select tenant_id, draw_id, prize_no, item_id, quantity, value_fen, awarded_count, xid
from mall.draw_prize;

create view export.supplier_document_alert as
select tenant_id, alert_id, document_id, days_before, opened_at, acknowledged_at, closed_at, recorded_at, xid
from mall.supplier_document_alert;

grant select on export.offer_opt_in, export.feature_switch, export.brand_demand, export.fee_confirmation,
    export.settlement_line, export.exchange_statement, export.shipment_event, export.draw_prize,
    export.supplier_document_alert to pointmart_landing, pointmart_reader;
