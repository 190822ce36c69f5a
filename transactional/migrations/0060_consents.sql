-- What members agreed to, the attributes a tenant declared and keeps of them, persons with accounts at several tenants,
-- and the exports of their own data that members asked for.

-- What was agreed to, refused or withdrawn, in its order; the newest of a purpose counts. text_version names the words
-- that were agreed to; a withdrawal needs none.
create table mall.member_consent (
    tenant_id uuid not null,
    consent_id uuid not null default uuidv7(),
    member_id uuid not null,
    purpose text not null
        check (purpose in ('personalisation', 'profiling', 'marketing', 'service', 'identity_link')),
    is_given boolean not null,
    text_version text check (text_version ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$'),
    told_by text not null check (told_by in ('tenant', 'person')),
    told_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, consent_id),
    foreign key (tenant_id, member_id) references mall.member
);
create index member_consent_by_purpose on mall.member_consent (tenant_id, member_id, purpose, recorded_at desc);
create trigger member_consent_append_only before update or delete on mall.member_consent
    for each row execute function mall.refuse_change();

-- What a tenant may keep of its members beyond the rest. What is not personal is one of a few choices, so that it
-- identifies nobody and may leave the mall; everything that people type is personal.
create table mall.attribute_declaration (
    tenant_id uuid not null references mall.tenant,
    name text not null check (name ~ '^[a-z][a-z0-9_]{0,39}$'),
    type text not null check (type in ('text', 'integer', 'date', 'choice')),
    purpose text not null check (purpose in ('profiling', 'marketing', 'service')),
    is_personal boolean not null,
    choices text[] not null default '{}' check (cardinality(choices) <= 50),
    declared_by text not null check (length(declared_by) between 1 and 200),
    declared_at timestamptz not null,
    retired_at timestamptz,
    primary key (tenant_id, name),
    check ((type = 'choice') = (cardinality(choices) >= 2)),
    check (is_personal or type = 'choice')
);

-- The key by which a member's personal attributes are sealed, itself sealed by the installation's. Without it what was
-- sealed is noise, wherever a copy of it lies: an erasure throws the key away.
create table mall.member_key (
    tenant_id uuid not null,
    member_id uuid not null,
    sealed_key bytea not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, member_id),
    foreign key (tenant_id, member_id) references mall.member
);

-- Neither value nor sealed: it was withdrawn or taken back; the row stays so that the landing learns of it.
create table mall.member_attribute (
    tenant_id uuid not null,
    member_id uuid not null,
    name text not null,
    value text check (value ~ '^[a-z0-9][a-z0-9_+-]{0,39}$'),
    sealed bytea,
    changed_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, member_id, name),
    foreign key (tenant_id, member_id) references mall.member,
    foreign key (tenant_id, name) references mall.attribute_declaration,
    check (num_nonnulls(value, sealed) <= 1)
);
create trigger member_attribute_xid before update on mall.member_attribute
    for each row execute function mall.stamp_xid();
create index member_attribute_by_xid on mall.member_attribute (xid);

-- A human who joined accounts of several tenants. Only the person holds the token; its SHA-256 is kept.
create table mall.person (
    person_id uuid primary key default uuidv7(),
    token_hash bytea not null unique check (length(token_hash) = 32),
    created_at timestamptz not null
);

-- One person per member, one account per tenant. No tenant reads whose account it is: its role sees no person_id.
create table mall.person_account (
    tenant_id uuid not null,
    member_id uuid not null,
    person_id uuid not null references mall.person,
    joined_at timestamptz not null,
    consented_at timestamptz not null,
    primary key (tenant_id, member_id),
    unique (tenant_id, person_id),
    foreign key (tenant_id, member_id) references mall.member
);
create index person_account_by_person on mall.person_account (person_id);

-- With their last account a person goes, whoever removed it.
create function mall.end_person() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
begin
    delete from mall.person p
    where p.person_id = old.person_id
        and not exists (select from mall.person_account a where a.person_id = p.person_id);
    return null;
end
$$;
create trigger last_account_ends_person after delete on mall.person_account
    for each row execute function mall.end_person();

-- A code for one thing does not do for another.
alter table mall.member_link_code add column purpose text not null default 'exchange'
    check (purpose in ('exchange', 'person'));

-- That a member asked for what is kept of them, and was given it.
create table mall.member_export (
    tenant_id uuid not null,
    export_id uuid not null default uuidv7(),
    member_id uuid not null,
    asked_at timestamptz not null,
    delivered_at timestamptz check (delivered_at >= asked_at),
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, export_id),
    foreign key (tenant_id, member_id) references mall.member
);
create index member_export_by_member on mall.member_export (tenant_id, member_id);

do $$
declare
    t text;
begin
    foreach t in array array[
        'member_consent', 'attribute_declaration', 'member_key', 'member_attribute', 'person_account', 'member_export'
    ] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
    end loop;
end
$$;
alter table mall.person enable row level security;
create policy every_person on mall.person to pointmart_committer using (true) with check (true);

grant select, insert on mall.member_consent to pointmart_api, pointmart_committer;
grant select, insert on mall.attribute_declaration, mall.member_key, mall.member_attribute, mall.member_export
    to pointmart_api;
grant update (type, purpose, is_personal, choices, declared_by, declared_at, retired_at) on mall.attribute_declaration
    to pointmart_api;
grant update (value, sealed, changed_at) on mall.member_attribute to pointmart_api;
grant update (delivered_at) on mall.member_export to pointmart_api;
grant select (tenant_id, member_id, joined_at, consented_at), delete on mall.person_account to pointmart_api;
grant select, insert, delete on mall.person, mall.person_account to pointmart_committer;
grant update (token_hash) on mall.person to pointmart_committer;
grant select, delete on mall.member_attribute, mall.member_key to pointmart_committer;
-- For the export of one's own data.
grant select on mall.event to pointmart_api;

-- Who reads the accounts of a person for them: an app of the platform's own.
alter table mall.platform_key drop constraint platform_key_scope_check;
alter table mall.platform_key add constraint platform_key_scope_check
    check (scope in ('write_back', 'read', 'operate', 'persons'));

-- Only what is not personal, and only what the member agreed to have used for profiles: it is not kept without.
create view export.member_attribute as
select a.tenant_id, a.member_id, a.name, a.value, a.changed_at, a.recorded_at, a.xid
from mall.member_attribute a
join mall.attribute_declaration d using (tenant_id, name)
where not d.is_personal and d.purpose = 'profiling';
grant select on export.member_attribute to pointmart_landing, pointmart_reader;
