-- Brands whose goods are sold only under an authorisation, and what that does to offers: they end with the last day that
-- is covered, in the row that the engine reads, so that nothing has to run at midnight.

-- What has no row is not demanded. The platform demands for every tenant, a tenant for its own shop.
create table mall.platform_brand_demand (
    brand_id uuid primary key references mall.brand,
    is_demanded boolean not null,
    changed_by text not null check (length(changed_by) between 1 and 200),
    changed_at timestamptz not null
);
create table mall.brand_demand (
    tenant_id uuid not null references mall.tenant,
    brand_id uuid not null references mall.brand,
    is_demanded boolean not null,
    changed_by text not null check (length(changed_by) between 1 and 200),
    changed_at timestamptz not null,
    primary key (tenant_id, brand_id)
);

-- listed_until is the earlier of planned_until, which is what the operators asked for, and authorised_until, which is
-- null where nothing is demanded. An offer whose two ends meet is listed at no time.
alter table mall.offer add column planned_until timestamptz, add column authorised_until timestamptz;
alter table mall.offer disable trigger user;
update mall.offer set planned_until = listed_until where listed_until is not null;
alter table mall.offer enable trigger user;
alter table mall.offer drop constraint offer_check1;
alter table mall.offer add constraint listed_until_it_ends check (
    listed_until >= listed_from and planned_until > listed_from);
create index offer_by_authorisation on mall.offer (authorised_until) where authorised_until is not null;

create function mall.is_brand_demanded(tenant uuid, brand uuid) returns boolean language sql stable
    security definer set search_path = pg_catalog, pg_temp as $$
    select exists (select from mall.platform_brand_demand where brand_id = brand and is_demanded)
        or exists (select from mall.brand_demand where tenant_id = tenant and brand_id = brand and is_demanded)
$$;

-- A supplier may sell a brand on a day on which it has a verified authorisation; of a known brand, one of the first level.
create function mall.is_authorised(tenant uuid, supplier uuid, brand uuid, day date) returns boolean
    language sql stable as $$
    select exists (
        select from mall.supplier_document d
        join mall.brand b using (brand_id)
        where d.tenant_id = tenant and d.supplier_id = supplier and d.brand_id = brand and d.verified_at is not null
            and d.rejected_at is null and day between d.valid_from and d.expires_on and (d.level = 1 or not b.is_known)
    )
$$;

-- A brand is covered on a day on which somebody may sell it who stands at its trial or behind it.
create function mall.is_brand_covered(tenant uuid, brand uuid, day date) returns boolean language sql stable as $$
    select exists (
        select from mall.supplier_document d
        where d.tenant_id = tenant and d.brand_id = brand and mall.is_authorised(tenant, d.supplier_id, brand, day)
            and mall.supplier_standing(tenant, d.supplier_id, day) in ('trial', 'active')
    )
$$;

-- The first day from one on that is not covered. Cover only ends the day after a document does.
create function mall.first_uncovered_day(tenant uuid, brand uuid, day date) returns date language sql stable as $$
    select c.day
    from (
        select first_uncovered_day.day
        union
        select d.expires_on + 1 from mall.supplier_document d where d.tenant_id = tenant and d.verified_at is not null
    ) c
    where c.day >= first_uncovered_day.day and not mall.is_brand_covered(tenant, brand, c.day)
    order by c.day limit 1
$$;

create function mall.listing_end(listed_from timestamptz, planned timestamptz, authorised timestamptz)
    returns timestamptz language sql immutable as $$
    select case when planned is not null or authorised is not null
        then greatest(listed_from, least(planned, authorised)) end
$$;

-- Whoever writes until when an offer is listed tells what is planned. A new one is authorised from its first day on.
create function mall.plan_listing() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
declare
    brand uuid;
begin
    new.planned_until := new.listed_until;
    if tg_op = 'INSERT' then
        select brand_id into brand from mall.item where item_id = new.item_id;
        new.authorised_until := case when mall.is_brand_demanded(new.tenant_id, brand)
            then mall.first_uncovered_day(new.tenant_id, brand, mall.business_day(new.listed_from))::timestamp
                at time zone 'Asia/Shanghai' end;
    end if;
    new.listed_until := mall.listing_end(new.listed_from, new.planned_until, new.authorised_until);
    return new;
end
$$;
-- Its name lets it come after the trigger that compares what is planned with the opt-in.
create trigger offer_plans_listing before insert or update of listed_until on mall.offer
    for each row execute function mall.plan_listing();

create function mall.authorise_listing() returns trigger language plpgsql as $$
begin
    new.listed_until := mall.listing_end(new.listed_from, new.planned_until, new.authorised_until);
    return new;
end
$$;
create trigger offer_follows_authorisation before update of authorised_until on mall.offer
    for each row execute function mall.authorise_listing();

-- Offers of brands that are covered at a moment are authorised until the day after; those of others end then, unless they
-- had ended before. Null stands for every tenant, brand or item.
create function mall.authorise_offers(tenant uuid, brand uuid, item uuid, act_at timestamptz) returns int
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    shop record;
    today date := mall.business_day(act_at);
    uncovered date;
    is_demanded boolean;
    touched int;
    changed int := 0;
begin
    for shop in
        select distinct o.tenant_id, i.brand_id
        from mall.offer o
        join mall.item i using (item_id)
        where (tenant is null or o.tenant_id = tenant) and (brand is null or i.brand_id = brand)
            and (item is null or o.item_id = item)
    loop
        is_demanded := mall.is_brand_demanded(shop.tenant_id, shop.brand_id);
        uncovered := case when is_demanded then mall.first_uncovered_day(shop.tenant_id, shop.brand_id, today) end;
        update mall.offer o
        set authorised_until = e.ends_at
        from mall.item i, mall.offer former
        cross join lateral (select case when is_demanded then
            case when uncovered > today then uncovered::timestamp at time zone 'Asia/Shanghai'
                else least(former.authorised_until, act_at) end end as ends_at) e
        where o.tenant_id = shop.tenant_id and i.item_id = o.item_id and (item is null or o.item_id = item)
            and i.brand_id is not distinct from shop.brand_id
            and former.tenant_id = o.tenant_id and former.item_id = o.item_id
            and o.authorised_until is distinct from e.ends_at;
        get diagnostics touched = row_count;
        changed := changed + touched;
    end loop;
    return changed;
end
$$;

-- What a supplier did or had found out about it changes what its brands cover, in the same statement.
create function mall.authorise_after_act() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
declare
    brand uuid;
begin
    for brand in
        select distinct brand_id from mall.supplier_document
        where tenant_id = new.tenant_id and supplier_id = new.supplier_id and brand_id is not null
    loop
        perform mall.authorise_offers(new.tenant_id, brand, null, (
            select coalesce(acted_at, now()) from mall.supplier
            where tenant_id = new.tenant_id and supplier_id = new.supplier_id));
    end loop;
    return null;
end
$$;
create trigger supplier_document_lists after insert or update on mall.supplier_document
    for each row execute function mall.authorise_after_act();
create trigger supplier_sample_lists after insert on mall.supplier_sample
    for each row execute function mall.authorise_after_act();
create trigger supplier_trial_lists after insert or update on mall.supplier_trial
    for each row execute function mall.authorise_after_act();
create trigger supplier_suspension_lists after insert or update on mall.supplier_suspension
    for each row execute function mall.authorise_after_act();

create function mall.authorise_after_demand() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
begin
    perform mall.authorise_offers((to_jsonb(new) ->> 'tenant_id')::uuid, new.brand_id, null, new.changed_at);
    return null;
end
$$;
create trigger platform_brand_demand_lists after insert or update on mall.platform_brand_demand
    for each row execute function mall.authorise_after_demand();
create trigger brand_demand_lists after insert or update on mall.brand_demand
    for each row execute function mall.authorise_after_demand();

-- An item that gets another brand, or a brand that becomes known.
create function mall.authorise_after_branding() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
begin
    if exists (select from mall.platform_brand_demand) or exists (select from mall.brand_demand) then
        perform mall.authorise_offers(null, (to_jsonb(new) ->> tg_argv[0])::uuid, (to_jsonb(new) ->> tg_argv[1])::uuid,
            now());
    end if;
    return null;
end
$$;
create trigger item_brand_lists after update of brand_id on mall.item
    for each row when (new.brand_id is distinct from old.brand_id)
    execute function mall.authorise_after_branding('none', 'item_id');
create trigger brand_known_lists after update of is_known on mall.brand
    for each row when (new.is_known <> old.is_known)
    execute function mall.authorise_after_branding('brand_id', 'none');

-- What was withdrawn is never listed again, also if its authorisation had lapsed before.
create or replace function mall.delist_withdrawn() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
begin
    update mall.offer
    set listed_from = least(listed_from, new.withdrawn_at - interval '1 microsecond'),
        listed_until = least(planned_until, new.withdrawn_at)
    where tenant_id = new.tenant_id and item_id = new.item_id and opted_in_at = new.opted_in_at
        and coalesce(planned_until, 'infinity') > new.withdrawn_at;
    return null;
end
$$;

-- Offers that ended for want of an authorisation that holds by now: one that was handed in before its first day.
create function mall.relist_authorised(act_at timestamptz) returns int language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
declare
    shop record;
    changed int := 0;
begin
    for shop in
        select distinct o.tenant_id, i.brand_id
        from mall.offer o
        join mall.item i using (item_id)
        where o.authorised_until <= act_at and mall.is_brand_covered(o.tenant_id, i.brand_id, mall.business_day(act_at))
    loop
        changed := changed + mall.authorise_offers(shop.tenant_id, shop.brand_id, null, act_at);
    end loop;
    return changed;
end
$$;

-- Goods of a demanded brand are bought from who may sell them. The owner writes the orders of a past.
create function mall.order_is_authorised() returns trigger language plpgsql as $$
begin
    if current_user in ('pointmart_api', 'pointmart_committer') and exists (
        select from mall.purchase_order_line l
        join mall.item i using (item_id)
        where l.tenant_id = new.tenant_id and l.purchase_order_id = new.purchase_order_id and l.quantity > 0
            and i.brand_id is not null and mall.is_brand_demanded(l.tenant_id, i.brand_id)
            and not mall.is_authorised(
                l.tenant_id, new.supplier_id, i.brand_id, mall.business_day(coalesce(new.ordered_at, new.created_at)))
    ) then
        raise exception 'supplier % may not sell every brand of order %', new.supplier_id, new.purchase_order_id
            using errcode = 'check_violation';
    end if;
    return null;
end
$$;
create constraint trigger purchase_order_authorised after insert on mall.purchase_order
    deferrable initially deferred for each row when (new.status not in ('rejected', 'cancelled'))
    execute function mall.order_is_authorised();
create constraint trigger purchase_order_placed_authorised after update of status on mall.purchase_order
    deferrable initially deferred for each row when (new.status = 'ordered' and old.status <> 'ordered')
    execute function mall.order_is_authorised();

alter table mall.brand_demand enable row level security;
create policy own_tenant on mall.brand_demand to pointmart_api
    using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant());
create policy every_tenant on mall.brand_demand to pointmart_committer using (true) with check (true);
grant select, insert on mall.brand_demand, mall.platform_brand_demand to pointmart_api;
grant update (is_demanded, changed_by, changed_at) on mall.brand_demand, mall.platform_brand_demand to pointmart_api;
grant select on mall.brand_demand, mall.platform_brand_demand to pointmart_committer;
revoke execute on function mall.authorise_offers, mall.relist_authorised, mall.note_supplier_act from public;
grant execute on function mall.authorise_offers, mall.relist_authorised to pointmart_api, pointmart_committer;
