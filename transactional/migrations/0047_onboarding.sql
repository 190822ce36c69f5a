-- How tenants are taken on: dated steps, a test mode, features that are switched, dated opt-ins to goods, a pilot.

-- Submit qualification → configure → test → live, each dated. Who was there before has no row and is live.
create table mall.onboarding (
    tenant_id uuid primary key references mall.tenant,
    request_hash bytea not null check (length(request_hash) = 32),
    applied_on date not null,
    applied_by text not null check (length(applied_by) between 1 and 200),
    qualification_number text not null check (length(qualification_number) between 1 and 100),
    qualification_expires_on date not null,
    configured_on date check (configured_on >= applied_on),
    configured_by text check (length(configured_by) between 1 and 200),
    tested_on date check (tested_on >= configured_on),
    tested_by text check (length(tested_by) between 1 and 200),
    live_on date check (live_on >= tested_on),
    live_by text check (length(live_by) between 1 and 200),
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    constraint steps_in_order check (
        (tested_on is null or configured_on is not null) and (live_on is null or tested_on is not null)),
    check ((configured_on is null) = (configured_by is null)),
    check ((tested_on is null) = (tested_by is null)),
    check ((live_on is null) = (live_by is null))
);
create trigger onboarding_xid before update on mall.onboarding for each row execute function mall.stamp_xid();
create index onboarding_by_xid on mall.onboarding (xid);

-- Test mode: whoever is registered before the tenant is live is a test member for good, so no figure ever counts it.
create function mall.mark_test_member() returns trigger language plpgsql as $$
begin
    if (select live_on is null from mall.tenant where tenant_id = new.tenant_id) then
        new.is_test := true;
    end if;
    return new;
end
$$;
create trigger test_member before insert on mall.member for each row execute function mall.mark_test_member();

-- What a tenant does not use; what has no row is on.
create table mall.feature_switch (
    tenant_id uuid not null references mall.tenant,
    feature text not null check (feature in ('draws', 'flash_sales', 'exchanges', 'bill_offsets')),
    is_on boolean not null,
    changed_by text not null check (length(changed_by) between 1 and 200),
    changed_at timestamptz not null,
    primary key (tenant_id, feature)
);

-- A tenant's decision that an item may be in its shop. Only withdrawn ones are replaced.
create table mall.offer_opt_in (
    tenant_id uuid not null references mall.tenant,
    item_id uuid not null references mall.item,
    opted_in_at timestamptz not null,
    opted_in_by text not null check (length(opted_in_by) between 1 and 200),
    withdrawn_at timestamptz check (withdrawn_at > opted_in_at),
    withdrawn_by text check (length(withdrawn_by) between 1 and 200),
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, item_id, opted_in_at),
    check ((withdrawn_at is null) = (withdrawn_by is null))
);
create unique index one_open_opt_in on mall.offer_opt_in (tenant_id, item_id) where withdrawn_at is null;

-- Offers there are were opted in to on their day.
insert into mall.offer_opt_in (tenant_id, item_id, opted_in_at, opted_in_by)
select tenant_id, item_id, opted_in_at, 'before the register' from mall.offer;
alter table mall.offer add constraint offer_is_opted_in
    foreign key (tenant_id, item_id, opted_in_at) references mall.offer_opt_in (tenant_id, item_id, opted_in_at);

-- The foreign key holds that an offer names its opt-in, and this that it is not listed beyond it. Services cannot make
-- up an opt-in by writing an offer; the database's owner, who sets malls up, tells its day with the offer.
create function mall.require_opt_in() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' and current_user not in ('pointmart_api', 'pointmart_committer') then
        insert into mall.offer_opt_in (tenant_id, item_id, opted_in_at, opted_in_by)
        values (new.tenant_id, new.item_id, new.opted_in_at, 'set up') on conflict do nothing;
    end if;
    if exists (
        select from mall.offer_opt_in o
        where o.tenant_id = new.tenant_id and o.item_id = new.item_id and o.opted_in_at = new.opted_in_at
            and o.withdrawn_at < coalesce(new.listed_until, 'infinity')
    ) then
        raise exception 'the opt-in to item % was withdrawn', new.item_id using errcode = 'check_violation';
    end if;
    return new;
end
$$;
create trigger offer_needs_opt_in before insert or update of opted_in_at, listed_from, listed_until on mall.offer
    for each row execute function mall.require_opt_in();

-- Withdrawn is delisted, in the same statement. What would have been listed later never is.
create function mall.delist_withdrawn() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
begin
    update mall.offer
    set listed_from = least(listed_from, new.withdrawn_at - interval '1 microsecond'),
        listed_until = least(listed_until, new.withdrawn_at)
    where tenant_id = new.tenant_id and item_id = new.item_id and opted_in_at = new.opted_in_at
        and coalesce(listed_until, 'infinity') > new.withdrawn_at;
    return null;
end
$$;
create trigger withdrawal_delists after update of withdrawn_at on mall.offer_opt_in
    for each row when (new.withdrawn_at is not null) execute function mall.delist_withdrawn();

-- share_bp of a tenant's members, chosen by a hash of salt and member, see the mall first.
create table mall.pilot (
    tenant_id uuid primary key references mall.tenant,
    salt text not null check (salt ~ '^[0-9a-f]{32}$'),
    share_bp int not null check (share_bp between 1 and 10000),
    starts_on date not null,
    ends_on date not null check (ends_on >= starts_on),
    set_by text not null check (length(set_by) between 1 and 200),
    set_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id()
);
create trigger pilot_xid before update on mall.pilot for each row execute function mall.stamp_xid();
create index pilot_by_xid on mall.pilot (xid);

do $$
declare
    t text;
begin
    foreach t in array array['onboarding', 'feature_switch', 'offer_opt_in', 'pilot'] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
        execute format('grant select on mall.%I to pointmart_api, pointmart_committer', t);
    end loop;
end
$$;
grant insert on mall.feature_switch, mall.offer_opt_in, mall.pilot to pointmart_api;
grant update (is_on, changed_by, changed_at) on mall.feature_switch to pointmart_api, pointmart_committer;
grant update (withdrawn_at, withdrawn_by) on mall.offer_opt_in to pointmart_api;
grant update (share_bp, starts_on, ends_on, set_by, set_at) on mall.pilot to pointmart_api;
grant insert (tenant_id, item_id, price_points, handover, opted_in_at, listed_from, listed_until) on mall.offer
    to pointmart_api;
grant update (price_points, handover, opted_in_at, listed_from, listed_until) on mall.offer to pointmart_api;
grant insert on mall.stock to pointmart_api;
-- Taking a tenant on makes what no tenant can make for itself.
grant insert on mall.tenant, mall.program, mall.account, mall.api_key, mall.onboarding, mall.feature_switch
    to pointmart_committer;
grant update on mall.program to pointmart_committer;
grant update (live_on, xid) on mall.tenant to pointmart_committer;
grant update (configured_on, configured_by, tested_on, tested_by, live_on, live_by) on mall.onboarding
    to pointmart_committer;

create view export.onboarding as
select tenant_id, applied_on, configured_on, tested_on, live_on, recorded_at, xid
from mall.onboarding;

create view export.pilot as
select tenant_id, salt, share_bp, starts_on, ends_on, recorded_at, xid
from mall.pilot;

grant select on export.onboarding, export.pilot to pointmart_landing, pointmart_reader;
