-- A known brand is sold only under an authorisation without anybody having to demand it, unless the platform says
-- otherwise. Known brands that were sold before go on as they stood, until the platform demands them.
alter table mall.platform_brand_demand disable trigger user;
insert into mall.platform_brand_demand (brand_id, is_demanded, changed_by, changed_at)
select brand_id, false, 'sold before known brands were demanded', now() from mall.brand where is_known
on conflict do nothing;
alter table mall.platform_brand_demand enable trigger user;

create or replace function mall.is_brand_demanded(tenant uuid, brand uuid) returns boolean language sql stable
    security definer set search_path = pg_catalog, pg_temp as $$
    select coalesce(
            (select p.is_demanded from mall.platform_brand_demand p where p.brand_id = is_brand_demanded.brand),
            (select b.is_known from mall.brand b where b.brand_id = is_brand_demanded.brand),
            false
        ) or exists (
            select from mall.brand_demand t
            where t.tenant_id = is_brand_demanded.tenant and t.brand_id = is_brand_demanded.brand and t.is_demanded
        )
$$;

-- Now that a brand may be demanded with no row that says so.
create or replace function mall.authorise_after_branding() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
begin
    perform mall.authorise_offers(null, (to_jsonb(new) ->> tg_argv[0])::uuid, (to_jsonb(new) ->> tg_argv[1])::uuid,
        now());
    return null;
end
$$;
