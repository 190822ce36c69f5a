-- Pieces that a case replaces are not refunded meanwhile, nor the other way round: who decides a replacement holds the
-- account that every refund holds. The service may not write accounts, so it may lock one by this function alone.
create function mall.hold_member_account(tenant_id uuid, member_id uuid) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    select from mall.account a
    where a.tenant_id = hold_member_account.tenant_id and a.account_id = hold_member_account.member_id
    for update
$$;
revoke all on function mall.hold_member_account(uuid, uuid) from public;
grant execute on function mall.hold_member_account(uuid, uuid) to pointmart_api;
