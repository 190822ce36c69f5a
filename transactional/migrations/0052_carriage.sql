-- What carriers ask for a parcel: by region and weight, less from so many parcels a month on.

alter table mall.item add column weight_grams int check (weight_grams between 1 and 1000000);
grant update (weight_grams) on mall.item to pointmart_api;

-- Rates are dated and never edited; the newest that has begun holds. A parcel costs first_fen up to first_grams and
-- step_fen for each step_grams begun beyond. In a month with more than over_parcels[i] parcels of the carrier, of all
-- tenants together, each costs discounts_bp[i] less.
create table mall.carrier_rate (
    carrier text not null check (carrier in ('sf', 'jd', 'sandbox')),
    region text not null check (region in ('nationwide', 'remote')),
    valid_from date not null,
    first_grams int not null check (first_grams between 1 and 1000000),
    first_fen bigint not null check (first_fen between 0 and 10000000),
    step_grams int not null check (step_grams between 1 and 1000000),
    step_fen bigint not null check (step_fen between 0 and 10000000),
    over_parcels bigint[] not null default '{}',
    discounts_bp int[] not null default '{}' check (cardinality(discounts_bp) = cardinality(over_parcels)),
    announced_by text not null check (length(announced_by) between 1 and 200),
    announced_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (carrier, region, valid_from)
);
create index carrier_rate_by_xid on mall.carrier_rate (xid);
create trigger carrier_rate_append_only before update or delete on mall.carrier_rate
    for each row execute function mall.refuse_change();
grant select, insert on mall.carrier_rate to pointmart_api;
grant select on mall.carrier_rate to pointmart_committer;

-- What left on a day of a month is looked for by that.
create index shipment_by_shipped on mall.shipment (shipped_at) where shipped_at is not null;

-- One row per step of the monthly volume; the first one is of the first parcel on.
create view export.carrier_rate as
select
    r.carrier, r.region, r.valid_from, v.over_parcels, r.first_grams, r.first_fen, r.step_grams, r.step_fen,
    v.discount_bp, r.recorded_at, r.xid
from mall.carrier_rate r
cross join lateral (
    select 0::bigint as over_parcels, 0 as discount_bp
    union all
    select * from unnest(r.over_parcels, r.discounts_bp)
) v;

create or replace view export.item as
select
    item_id, code, name, category, kind, class, recorded_at, xid, storage_units, brand_id,
    cardinality(image_urls) as image_count, array_to_string(compliance_flags, ' ') as compliance_flags, listing_priority,
    weight_grams
from mall.item;

grant select on export.carrier_rate to pointmart_landing, pointmart_reader;
