-- Virtual goods that a provider hands over, such as credit of a telephone: asked for until it is known what came of it.

-- Which of a tenant's items a provider tops up, and under which code of its own.
create table mall.top_up_product (
    tenant_id uuid not null,
    item_id uuid not null,
    provider text not null check (provider in ('sandbox')),
    product_code text not null check (length(product_code) between 1 and 100),
    changed_by text not null check (length(changed_by) between 1 and 200),
    changed_at timestamptz not null,
    primary key (tenant_id, item_id),
    foreign key (tenant_id, item_id) references mall.offer
);

-- pending → succeeded | failed; what failed is refunded. top_up_id is the provider's request id, so that sending it again
-- tops up nothing twice; after expires_at the provider no longer takes it. account is whom to top up, sealed by the vault
-- and gone once it is known what came of it.
create table mall.top_up (
    tenant_id uuid not null,
    top_up_id uuid not null,
    redemption_id uuid not null,
    line_no smallint not null,
    item_id uuid not null,
    quantity int not null check (quantity >= 1),
    provider text not null check (provider in ('sandbox')),
    product_code text not null check (length(product_code) between 1 and 100),
    request_hash bytea not null check (length(request_hash) = 32),
    account bytea,
    status text not null default 'pending' check (status in ('pending', 'succeeded', 'failed')),
    attempts int not null default 0 check (attempts >= 0),
    next_attempt_at timestamptz not null,
    expires_at timestamptz not null,
    last_error text check (length(last_error) between 1 and 500),
    provider_reference text check (length(provider_reference) between 1 and 200),
    requested_at timestamptz not null,
    settled_at timestamptz,
    refunded_at timestamptz,
    refund_refusal text check (length(refund_refusal) between 1 and 500),
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, top_up_id),
    unique (tenant_id, redemption_id, line_no),
    foreign key (tenant_id, redemption_id, line_no) references mall.redemption_line,
    check ((status = 'pending') = (settled_at is null) and (status = 'pending') = (account is not null)),
    check (status = 'failed' or (refunded_at is null and refund_refusal is null))
);
create trigger top_up_xid before update on mall.top_up for each row execute function mall.stamp_xid();
create index top_up_by_xid on mall.top_up (xid);
create index top_up_to_send on mall.top_up (next_attempt_at) where status = 'pending';
create index top_up_to_refund on mall.top_up (settled_at)
    where status = 'failed' and refunded_at is null and refund_refusal is null;

do $$
declare
    t text;
begin
    foreach t in array array['top_up_product', 'top_up'] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
    end loop;
end
$$;

grant select, insert on mall.top_up_product, mall.top_up to pointmart_api;
grant update (provider, product_code, changed_by, changed_at) on mall.top_up_product to pointmart_api;
grant update (account, status, attempts, next_attempt_at, last_error, provider_reference, settled_at, refunded_at,
    refund_refusal) on mall.top_up to pointmart_api;
grant select on mall.top_up to pointmart_committer;
