-- Who changed what the mall is run by: a row of this for each row of those tables that was written, changed or deleted, in
-- the same transaction, whichever way it came. It names people, so it leaves neither mall nor backup.

-- The platform's own acts bear the nil tenant.
create table mall.administrative_act (
    tenant_id uuid not null,
    act_id uuid not null default uuidv7(),
    acted_at timestamptz not null default clock_timestamp(),
    actor text not null check (length(actor) between 1 and 400),
    act text not null check (act in ('insert', 'update', 'delete')),
    subject text not null,
    subject_key jsonb not null,
    -- By column what it was and what it is; null where there was or is no row.
    changed jsonb not null,
    primary key (tenant_id, act_id)
);
create index administrative_act_of_subject on mall.administrative_act (tenant_id, subject, act_id);
create trigger administrative_act_append_only before update or delete on mall.administrative_act
    for each row execute function mall.refuse_change();

-- Arguments: the columns of the key but the tenant, and those that are secret or no act, each with commas.
create function mall.note_administrative_act() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
declare
    was jsonb := case when tg_op = 'INSERT' then '{}' else to_jsonb(old) end;
    now jsonb := case when tg_op = 'DELETE' then '{}' else to_jsonb(new) end;
    one jsonb := was || now;
    untold text[] := array['tenant_id', 'xid', 'recorded_at'] || string_to_array(tg_argv[1], ',');
    changes jsonb;
begin
    select jsonb_object_agg(name, jsonb_build_array(was -> name, now -> name)) into changes
    from jsonb_object_keys(one) name
    where name <> all (untold) and was -> name is distinct from now -> name;
    if changes is not null then
        insert into mall.administrative_act (tenant_id, actor, act, subject, subject_key, changed)
        values (
            coalesce((one ->> 'tenant_id')::uuid, '00000000-0000-0000-0000-000000000000'),
            coalesce(nullif(current_setting('pointmart.actor', true), ''), 'database: ' || session_user),
            lower(tg_op), tg_table_name,
            (select jsonb_object_agg(name, one -> name) from unnest(string_to_array(tg_argv[0], ',')) name), changes);
    end if;
    return null;
end
$$;

do $$
declare
    audited record;
begin
    for audited in
        select * from (values
            -- Of the platform.
            ('brand', 'brand_id', ''), ('category', 'category', ''), ('item', 'item_id', ''),
            ('carrier_rate', 'carrier,region,valid_from', ''), ('licence', 'licence_id', ''),
            ('platform_brand_demand', 'brand_id', ''), ('platform_key', 'label', 'key_hash'),
            ('tariff', 'tariff_id', 'request_hash'), ('working_day_change', 'day', ''),
            -- Of a tenant. What happens to a login while somebody guesses, or to a supplier by its gates, is told elsewhere.
            ('api_key', 'label', 'key_hash'), ('attribute_declaration', 'name', ''), ('brand_demand', 'brand_id', ''),
            ('feature_switch', 'feature', ''), ('fulfilment_terms', 'tenant_id', ''),
            ('login', 'username', 'password_hash,failed_count,locked_until'),
            ('login_identity', 'issuer,subject', ''), ('offer_opt_in', 'item_id,opted_in_at', ''),
            ('pilot', 'tenant_id', ''), ('program', 'tenant_id', ''), ('rest_day', 'day', ''),
            ('settlement_basis', 'supplier_id', ''), ('stock_threshold', 'threshold_id', ''),
            ('supplier', 'supplier_id', 'acted_at'), ('supplier_terms', 'terms_id', ''), ('tenant', 'tenant_id', ''),
            ('warehouse', 'warehouse_id', ''), ('webhook_endpoint', 'endpoint_id', 'sealed_secret,since')
        ) as t(name, key, untold)
    loop
        execute format(
            'create trigger %I after insert or update or delete on mall.%I for each row '
            'execute function mall.note_administrative_act(%L, %L)',
            audited.name || '_audited', audited.name, audited.key, audited.untold);
    end loop;
end
$$;
-- Prices and days of a shop. When authorisations or opt-ins end an offer, that follows from their acts.
create trigger offer_audited
    after insert or update of price_points, handover, listed_from, planned_until, cash_share_min_bp, cash_share_max_bp
    or delete on mall.offer for each row
    execute function mall.note_administrative_act('item_id', 'listed_until,authorised_until,opted_in_at');

alter table mall.administrative_act enable row level security;
create policy own_tenant on mall.administrative_act to pointmart_api using (tenant_id = mall.current_tenant());
grant select on mall.administrative_act to pointmart_api;
