-- Row security backs up the application's own tenant checks.
-- pointmart_api sees the tenant named by the transaction; pointmart_committer serves several tenants in one
-- batch and therefore all of them, with grants no wider than its writes.

do $$
declare
    t text;
begin
    foreach t in array array[
        'tenant', 'program', 'api_key', 'login', 'member', 'account', 'transfer', 'lot', 'entry', 'offer', 'stock',
        'stock_movement', 'redemption', 'redemption_line', 'idempotency_key', 'outbox', 'event', 'feedback'
    ] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        if t = 'account' then
            -- The API opens members' accounts, always empty: points come from the committer alone.
            create policy opened_empty on mall.account as restrictive for insert to pointmart_api
                with check (kind = 'member' and balance = 0 and version = 0);
        end if;
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
    end loop;
end
$$;

grant usage on schema mall to pointmart_api, pointmart_committer;

grant select on mall.tenant, mall.program, mall.api_key, mall.login, mall.member, mall.account, mall.transfer,
    mall.lot, mall.entry, mall.item, mall.offer, mall.stock, mall.redemption, mall.redemption_line,
    mall.idempotency_key, mall.feedback to pointmart_api;
grant insert (tenant_id, external_ref, registered_at, is_test) on mall.member to pointmart_api;
grant insert (tenant_id, account_id, kind) on mall.account to pointmart_api;
grant insert on mall.feedback to pointmart_api;

grant select on mall.tenant, mall.program, mall.member, mall.account, mall.lot, mall.item, mall.offer, mall.stock,
    mall.idempotency_key, mall.event to pointmart_committer;
grant insert on mall.transfer, mall.entry, mall.lot, mall.redemption, mall.redemption_line, mall.idempotency_key,
    mall.outbox, mall.event to pointmart_committer;
grant update (balance, version) on mall.account to pointmart_committer;
grant update (remaining_points) on mall.lot to pointmart_committer;
grant update (on_hand) on mall.stock to pointmart_committer;
