-- Why an address or a device is blocked may tell of a member as well. The block stays; what was typed about it goes with
-- the member, and the word of an erasure takes its place.
create function mall.only_end_or_forget() returns trigger language plpgsql as $$
begin
    if new.reason = 'erasure' and old.dimension <> 'member'
        and to_jsonb(new) - 'reason' = to_jsonb(old) - 'reason' then
        return new;
    end if;
    if to_jsonb(new) - 'valid_until' is distinct from to_jsonb(old) - 'valid_until' then
        raise exception '% is dated: end the row and add another', tg_table_name
            using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;
drop trigger risk_block_only_ends on mall.risk_block;
create trigger risk_block_only_ends before update on mall.risk_block
    for each row execute function mall.only_end_or_forget();

-- No service may do it but the one that erases.
grant update (reason) on mall.risk_block to pointmart_committer;
