-- Tenants, their programs, their keys and the people who log in to the screens.
-- Roles are cluster-wide while migrations are per database, so creation tolerates an existing role.

create schema mall;

do $$
declare
    role_name text;
begin
    foreach role_name in array array['pointmart_api', 'pointmart_committer', 'pointmart_landing', 'pointmart_reader'] loop
        begin
            execute format('create role %I nologin', role_name);
        exception when duplicate_object or unique_violation then
            null;
        end;
        execute format('grant %I to current_user', role_name);
    end loop;
end
$$;

-- Renews the landing stamp of a row: every exported row carries the transaction that wrote it last.
create function mall.stamp_xid() returns trigger language plpgsql as $$
begin
    new.xid := pg_current_xact_id();
    return new;
end
$$;

-- The tenant of the current request; unset means none, so row security shows nothing.
create function mall.current_tenant() returns uuid language sql stable as $$
    select nullif(current_setting('pointmart.tenant_id', true), '')::uuid
$$;

create table mall.tenant (
    tenant_id uuid primary key default uuidv7(),
    code text not null unique check (code ~ '^[a-z][a-z0-9_-]{1,39}$'),
    name text not null check (length(name) between 1 and 200),
    industry text not null
        check (industry in ('bank', 'airline', 'retail', 'ecommerce', 'employee_benefit', 'platform')),
    is_test boolean not null default false,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id()
);
create trigger tenant_xid before update on mall.tenant
    for each row execute function mall.stamp_xid();
create index tenant_by_xid on mall.tenant (xid);

-- A tenant's points rules. A lot earned today expires after lot_validity_months (null: never);
-- point_cost_fen_per_100 is what 100 points cost the tenant.
create table mall.program (
    tenant_id uuid primary key references mall.tenant,
    name text not null check (length(name) between 1 and 200),
    lot_validity_months int check (lot_validity_months between 1 and 120),
    point_cost_fen_per_100 int not null default 100 check (point_cost_fen_per_100 between 0 and 1000000),
    recorded_at timestamptz not null default clock_timestamp()
);

-- A program is exported with its tenant, so a change of it must renew the tenant's landing stamp.
create function mall.stamp_tenant() returns trigger language plpgsql as $$
begin
    update mall.tenant set xid = pg_current_xact_id() where tenant_id = new.tenant_id;
    return new;
end
$$;
create trigger program_xid after insert or update on mall.program
    for each row execute function mall.stamp_tenant();

-- Only the SHA-256 of a key is kept; the key itself names its tenant and is shown once.
create table mall.api_key (
    tenant_id uuid not null references mall.tenant,
    key_hash bytea not null check (length(key_hash) = 32),
    label text not null check (length(label) between 1 and 100),
    recorded_at timestamptz not null default clock_timestamp(),
    revoked_at timestamptz,
    primary key (tenant_id, key_hash)
);

-- A person who may log in to the screens of one tenant.
create table mall.login (
    tenant_id uuid not null references mall.tenant,
    username text not null check (username ~ '^[A-Za-z0-9._@-]{1,100}$'),
    password_hash text not null,
    role text not null check (role in ('enterprise_viewer', 'enterprise_admin', 'planner')),
    recorded_at timestamptz not null default clock_timestamp(),
    disabled_at timestamptz,
    primary key (tenant_id, username)
);
