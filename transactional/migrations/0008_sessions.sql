-- Logging in starts from a tenant's code, before the transaction may name a tenant: row security would hide
-- the row. The function answers for one exact code only, so it cannot be used to list tenants.
create function mall.tenant_by_code(code text) returns table (tenant_id uuid, name text)
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select t.tenant_id, t.name from mall.tenant t where t.code = tenant_by_code.code
$$;
revoke all on function mall.tenant_by_code(text) from public;
grant execute on function mall.tenant_by_code(text) to pointmart_api;
