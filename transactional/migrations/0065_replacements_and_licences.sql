-- A case that is decided `replace` leads to goods that are sent again: pieces leave the stock with the decision, the
-- parcel names the case, and the case is closed once they have come.

alter table mall.shipment
    add column case_id uuid,
    add foreign key (tenant_id, case_id) references mall.after_sales_case;
create index shipment_by_case on mall.shipment (tenant_id, case_id) where case_id is not null;
create index after_sales_case_to_replace on mall.after_sales_case (decided_at) where outcome = 'replace' and closed_at is null;

-- Food and medical devices are sold only while a supplier of theirs has the licence: a document like the others, verified
-- and valid. Offers end with the last day on which one has, in the row that the engine reads, as those of brands do.

alter table mall.supplier_document drop constraint supplier_document_kind_check;
alter table mall.supplier_document add constraint supplier_document_kind_check check (kind in (
    'business_licence', 'brand_authorisation', 'quality_report', 'food_licence', 'medical_device_licence'));

create function mall.licences_of(item uuid) returns text[] language sql stable
    security definer set search_path = pg_catalog, pg_temp as $$
    select array(
        select flag from mall.item i, unnest(i.compliance_flags) flag
        where i.item_id = item and flag in ('food_licence', 'medical_device_licence'))
$$;

-- Of an item that has terms, who has them needs the licence; of one without, some supplier of the house.
create function mall.is_licensed(tenant uuid, item uuid, licence text, day date) returns boolean language sql stable as $$
    with offering as (
        select t.supplier_id from mall.supplier_terms t
        where t.tenant_id = tenant and t.item_id = item and day between t.valid_from and coalesce(t.valid_until, day)
    )
    select exists (
        select from mall.supplier_document d
        where d.tenant_id = tenant and d.kind = licence and d.verified_at is not null and d.rejected_at is null
            and day between d.valid_from and d.expires_on
            and mall.supplier_standing(tenant, d.supplier_id, day) in ('trial', 'active')
            and (d.supplier_id in (select supplier_id from offering) or not exists (select from offering))
    )
$$;

-- The first day from one on without one of the licences. They end the day after a document or terms do, or with new terms.
create function mall.first_unlicensed_day(tenant uuid, item uuid, day date) returns date language sql stable as $$
    select c.day
    from (
        select first_unlicensed_day.day
        union
        select d.expires_on + 1 from mall.supplier_document d where d.tenant_id = tenant and d.verified_at is not null
        union
        select t.valid_until + 1 from mall.supplier_terms t where t.tenant_id = tenant and t.item_id = item
        union
        select t.valid_from from mall.supplier_terms t where t.tenant_id = tenant and t.item_id = item
    ) c
    where c.day >= first_unlicensed_day.day and exists (
        select from unnest(mall.licences_of(item)) licence where not mall.is_licensed(tenant, item, licence, c.day))
    order by c.day limit 1
$$;

-- The first day from one on on which an item may not be sold, for want of an authorisation or of a licence.
create function mall.first_barred_day(tenant uuid, item uuid, day date) returns date language sql stable
    security definer set search_path = pg_catalog, pg_temp as $$
    select least(
        (select mall.first_uncovered_day(tenant, i.brand_id, day) from mall.item i
         where i.item_id = item and mall.is_brand_demanded(tenant, i.brand_id)),
        case when cardinality(mall.licences_of(item)) > 0 then mall.first_unlicensed_day(tenant, item, day) end)
$$;

create or replace function mall.plan_listing() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
begin
    new.planned_until := new.listed_until;
    if tg_op = 'INSERT' then
        new.authorised_until := mall.first_barred_day(new.tenant_id, new.item_id, mall.business_day(new.listed_from))
            ::timestamp at time zone 'Asia/Shanghai';
    end if;
    new.listed_until := mall.listing_end(new.listed_from, new.planned_until, new.authorised_until);
    return new;
end
$$;

-- An offer that may be listed at a moment is until the day before it may not; another ends then, unless it had before.
create function mall.bar_offer(tenant uuid, item uuid, act_at timestamptz) returns int language plpgsql
    security definer set search_path = pg_catalog, pg_temp as $$
declare
    today date := mall.business_day(act_at);
    barred date := mall.first_barred_day(tenant, item, today);
    touched int;
begin
    update mall.offer o
    set authorised_until = e.ends_at
    from mall.offer former
    cross join lateral (select case
        when barred is null then null
        when barred > today then barred::timestamp at time zone 'Asia/Shanghai'
        else least(former.authorised_until, act_at) end as ends_at) e
    where o.tenant_id = tenant and o.item_id = item and former.tenant_id = o.tenant_id and former.item_id = o.item_id
        and o.authorised_until is distinct from e.ends_at;
    get diagnostics touched = row_count;
    return touched;
end
$$;

-- As before for items without licences, a brand at a time; each item with one by itself.
create or replace function mall.authorise_offers(tenant uuid, brand uuid, item uuid, act_at timestamptz) returns int
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
        select distinct o.tenant_id, i.brand_id, licensed.item_id
        from mall.offer o
        join mall.item i using (item_id)
        cross join lateral (
            select case when i.compliance_flags && array['food_licence', 'medical_device_licence'] then i.item_id end
        ) licensed(item_id)
        where (tenant is null or o.tenant_id = tenant) and (brand is null or i.brand_id = brand)
            and (item is null or o.item_id = item)
    loop
        if shop.item_id is not null then
            changed := changed + mall.bar_offer(shop.tenant_id, shop.item_id, act_at);
            continue;
        end if;
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
            and not i.compliance_flags && array['food_licence', 'medical_device_licence']
            and former.tenant_id = o.tenant_id and former.item_id = o.item_id
            and o.authorised_until is distinct from e.ends_at;
        get diagnostics touched = row_count;
        changed := changed + touched;
    end loop;
    return changed;
end
$$;

create function mall.license_offers(tenant uuid, item uuid, act_at timestamptz) returns int language plpgsql
    security definer set search_path = pg_catalog, pg_temp as $$
declare
    one record;
    changed int := 0;
begin
    for one in
        select o.tenant_id, o.item_id from mall.offer o
        join mall.item i using (item_id)
        where (tenant is null or o.tenant_id = tenant) and (item is null or o.item_id = item)
            and i.compliance_flags && array['food_licence', 'medical_device_licence']
        order by o.tenant_id, o.item_id
    loop
        changed := changed + mall.bar_offer(one.tenant_id, one.item_id, act_at);
    end loop;
    return changed;
end
$$;

-- What a supplier did changes what its brands cover and what its licences do.
create or replace function mall.authorise_after_act() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
declare
    brand uuid;
    act_at timestamptz := (
        select coalesce(acted_at, now()) from mall.supplier
        where tenant_id = new.tenant_id and supplier_id = new.supplier_id);
begin
    for brand in
        select distinct brand_id from mall.supplier_document
        where tenant_id = new.tenant_id and supplier_id = new.supplier_id and brand_id is not null
    loop
        perform mall.authorise_offers(new.tenant_id, brand, null, act_at);
    end loop;
    if exists (
        select from mall.supplier_document
        where tenant_id = new.tenant_id and supplier_id = new.supplier_id
            and kind in ('food_licence', 'medical_device_licence')
    ) then
        perform mall.license_offers(new.tenant_id, null, act_at);
    end if;
    return null;
end
$$;

create function mall.license_after_terms() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
begin
    perform mall.license_offers(new.tenant_id, new.item_id, now());
    return null;
end
$$;
create trigger supplier_terms_license after insert or update of valid_until on mall.supplier_terms
    for each row execute function mall.license_after_terms();

create function mall.license_after_flagging() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
begin
    perform mall.authorise_offers(null, null, new.item_id, now());
    return null;
end
$$;
create trigger item_flags_license after update of compliance_flags on mall.item
    for each row when (new.compliance_flags <> old.compliance_flags)
    execute function mall.license_after_flagging();

-- Offers that ended for want of an authorisation or a licence that holds by now.
create or replace function mall.relist_authorised(act_at timestamptz) returns int language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
declare
    shop record;
    changed int := 0;
begin
    for shop in
        select distinct o.tenant_id, i.brand_id
        from mall.offer o
        join mall.item i using (item_id)
        where o.authorised_until <= act_at and not i.compliance_flags && array['food_licence', 'medical_device_licence']
            and mall.is_brand_covered(o.tenant_id, i.brand_id, mall.business_day(act_at))
    loop
        changed := changed + mall.authorise_offers(shop.tenant_id, shop.brand_id, null, act_at);
    end loop;
    for shop in
        select o.tenant_id, o.item_id
        from mall.offer o
        join mall.item i using (item_id)
        where o.authorised_until <= act_at and i.compliance_flags && array['food_licence', 'medical_device_licence']
    loop
        changed := changed + mall.bar_offer(shop.tenant_id, shop.item_id, act_at);
    end loop;
    return changed;
end
$$;

-- Without a licence there was nothing to end them: from now on they are licensed like those to come.
select mall.license_offers(null, null, now());

revoke execute on function mall.bar_offer, mall.license_offers from public;

-- Public holidays have one home, the working days of all; a tenant's own rest days are what it rests beyond them. From
-- this day on its clocks rest on holidays, too; null: they do not.
alter table mall.fulfilment_terms add column holidays_from date;
grant update (holidays_from) on mall.fulfilment_terms to pointmart_api;
