-- Brands belong to the platform as items do. A well-known one is sold only under a first-level authorisation.

create table mall.brand (
    brand_id uuid primary key default uuidv7(),
    code text not null unique check (length(code) between 1 and 200),
    name_zh text not null check (length(name_zh) between 1 and 100),
    name_en text not null check (length(name_en) between 1 and 100),
    is_known boolean not null default false,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id()
);
create trigger brand_xid before update on mall.brand for each row execute function mall.stamp_xid();
create index brand_by_xid on mall.brand (xid);

-- The largest listing_priority comes first where items are listed. compliance_flags: what has to be heeded when the
-- item is sold, carried or given back.
alter table mall.item
    add column brand_id uuid references mall.brand,
    add column image_urls text[] not null default '{}' check (cardinality(image_urls) <= 10),
    add column compliance_flags text[] not null default '{}' check (compliance_flags <@ array[
        'food_licence', 'medical_device_licence', 'adults_only', 'no_return', 'fragile', 'cold_chain', 'no_air'
    ]),
    add column listing_priority int not null default 0 check (listing_priority between 0 and 1000);
create index item_by_brand on mall.item (brand_id) where brand_id is not null;

-- The brand that a supplier is itself, as a maker that sells its own goods; null for a merchant of others' goods.
alter table mall.supplier add column brand_id uuid references mall.brand;

grant select, insert on mall.brand to pointmart_api;
grant update (name_zh, name_en, is_known, recorded_at) on mall.brand to pointmart_api;
grant select on mall.brand to pointmart_committer;
grant insert on mall.item to pointmart_api;
grant update (name, category, kind, class, storage_units, brand_id, image_urls, compliance_flags, listing_priority,
    recorded_at) on mall.item to pointmart_api;
grant update (brand_id) on mall.supplier to pointmart_api;
