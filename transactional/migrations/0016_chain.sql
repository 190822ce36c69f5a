-- The hash chain over what is append-only: a leaf per transfer (with its entries and the lot it
-- opened) and per outbox row.

do $$
begin
    create role pointmart_sealer nologin;
exception when duplicate_object or unique_violation then
    null;
end
$$;
grant pointmart_sealer to current_user;

-- A block of a tenant's chain. Its leaves are the rows of transactions from_xid <= xid < to_xid in the order
-- (xid, kind, id); a transaction too large for one block goes on in the next one with the same bounds.
-- leaf_kinds has a letter for each leaf (O outbox, T transfer), leaf_hashes 32 bytes.
-- is_restored: sealed after a restore into a server that numbers transactions anew, so rows of earlier blocks
-- need not lie within their bounds.
create table mall.seal (
    tenant_id uuid not null references mall.tenant,
    seal_no bigint not null check (seal_no > 0),
    previous_hash bytea not null check (length(previous_hash) = 32),
    block_hash bytea not null check (length(block_hash) = 32),
    from_xid xid8 not null,
    to_xid xid8 not null,
    is_restored boolean not null,
    sealed_at timestamptz not null,
    leaf_count int not null check (leaf_count > 0),
    leaf_kinds text not null check (length(leaf_kinds) = leaf_count),
    leaf_ids uuid[] not null check (cardinality(leaf_ids) = leaf_count),
    leaf_hashes bytea not null check (length(leaf_hashes) = 32 * leaf_count),
    primary key (tenant_id, seal_no),
    check (from_xid < to_xid)
);
-- Random bytes do not compress; trying costs more than storing them.
alter table mall.seal
    alter column leaf_ids set storage external,
    alter column leaf_hashes set storage external;
create trigger seal_append_only before update or delete on mall.seal
    for each row execute function mall.refuse_change();
create trigger seal_kept before truncate on mall.seal
    for each statement execute function mall.refuse_change();

-- Where each tenant's chain ends. A chain that was cut no longer reaches it.
create table mall.seal_head (
    tenant_id uuid primary key references mall.tenant,
    seal_no bigint not null,
    block_hash bytea not null,
    to_xid xid8 not null
);
create trigger seal_head_kept before delete on mall.seal_head
    for each row execute function mall.refuse_change();

do $$
declare
    t text;
begin
    foreach t in array array['seal', 'seal_head'] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api using (tenant_id = mall.current_tenant())', t);
    end loop;
    foreach t in array array['transfer', 'entry', 'lot', 'outbox', 'seal', 'seal_head'] loop
        execute format('create policy sealed on mall.%I to pointmart_sealer using (true) with check (true)', t);
    end loop;
end
$$;

grant usage on schema mall to pointmart_sealer;
grant select on mall.transfer, mall.entry, mall.lot, mall.outbox to pointmart_sealer;
grant select, insert on mall.seal to pointmart_sealer;
grant select, insert, update on mall.seal_head to pointmart_sealer;
grant select on mall.seal_head to pointmart_api;
