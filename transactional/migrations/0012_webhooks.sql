-- Webhooks: whom tenants want told of what happens, and what became of telling them.

-- An endpoint is told of what `since` did not show yet when it was registered or enabled. sealed_secret is the
-- signing secret, encrypted.
create table mall.webhook_endpoint (
    tenant_id uuid not null references mall.tenant,
    endpoint_id uuid not null default uuidv7(),
    url text not null check (length(url) between 1 and 2000),
    topics text[] not null check (cardinality(topics) between 1 and 50),
    description text check (length(description) <= 200),
    sealed_secret bytea not null,
    status text not null default 'active' check (status in ('active', 'disabled')),
    disabled_reason text check (length(disabled_reason) between 1 and 200),
    since pg_snapshot not null default pg_current_snapshot(),
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, endpoint_id),
    unique (tenant_id, url),
    check ((status = 'disabled') = (disabled_reason is not null))
);

-- One message to one endpoint. It holds its own copy of the outbox row, so that neither needs the other to stay.
-- message_id is the outbox row's and is the same in every attempt. A delivery that is being sent has its
-- next_attempt_at pushed past the time limit: if the sender dies, it comes up again by itself.
create table mall.webhook_delivery (
    tenant_id uuid not null,
    delivery_id uuid not null default uuidv7(),
    endpoint_id uuid not null,
    message_id uuid not null,
    topic text not null,
    subject_id uuid not null,
    payload jsonb not null,
    occurred_at timestamptz not null,
    status text not null default 'pending' check (status in ('pending', 'delivered', 'dead')),
    attempts int not null default 0 check (attempts >= 0),
    next_attempt_at timestamptz not null,
    last_attempt_at timestamptz,
    last_status smallint,
    last_error text check (length(last_error) <= 500),
    settled_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, delivery_id),
    unique (tenant_id, endpoint_id, message_id),
    foreign key (tenant_id, endpoint_id) references mall.webhook_endpoint on delete cascade,
    check ((status = 'pending') = (settled_at is null))
);
create index webhook_delivery_due
    on mall.webhook_delivery (tenant_id, endpoint_id, next_attempt_at, occurred_at, message_id)
    where status = 'pending';
create index webhook_delivery_by_subject
    on mall.webhook_delivery (tenant_id, endpoint_id, subject_id, occurred_at, message_id)
    where status = 'pending';
create index dead_webhook_delivery on mall.webhook_delivery (tenant_id, delivery_id) where status = 'dead';
create index settled_webhook_delivery on mall.webhook_delivery (settled_at) where settled_at is not null;

-- Outbox rows of transactions before xid have been given to every endpoint. One row, of all tenants.
create table mall.webhook_cursor (
    is_only boolean primary key default true check (is_only),
    xid xid8 not null
);
insert into mall.webhook_cursor (xid) select pg_snapshot_xmin(pg_current_snapshot());

do $$
declare
    t text;
begin
    foreach t in array array['webhook_endpoint', 'webhook_delivery'] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
    end loop;
end
$$;

grant select, delete on mall.webhook_endpoint to pointmart_api;
grant insert (tenant_id, endpoint_id, url, topics, description, sealed_secret) on mall.webhook_endpoint to pointmart_api;
grant update (status, disabled_reason, since) on mall.webhook_endpoint to pointmart_api;
grant select on mall.webhook_delivery to pointmart_api;
grant insert (tenant_id, delivery_id, endpoint_id, message_id, topic, subject_id, payload, occurred_at, next_attempt_at)
    on mall.webhook_delivery to pointmart_api;
grant update (status, attempts, next_attempt_at, settled_at) on mall.webhook_delivery to pointmart_api;

grant select on mall.outbox, mall.webhook_endpoint to pointmart_committer;
grant update (status, disabled_reason) on mall.webhook_endpoint to pointmart_committer;
grant select, insert, delete on mall.webhook_delivery to pointmart_committer;
grant update (status, attempts, next_attempt_at, last_attempt_at, last_status, last_error, settled_at)
    on mall.webhook_delivery to pointmart_committer;
grant select, update (xid) on mall.webhook_cursor to pointmart_committer;
