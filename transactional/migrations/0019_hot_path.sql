-- What the hot path costs. Measured per redemption: the foreign keys of the rows it inserts take a fifth of the
-- database's time, and pages without room turn each update of a balance into new index entries.

-- The committer has every referenced row locked or has just written it, and it is the only writer (row security and
-- grants); `pointmart ledger verify` and the warehouse's relationship tests look for what should not be. The keys
-- stay as documentation for people and planners.
do $$
declare
    found record;
begin
    for found in
        select c.conrelid::regclass as relation, c.conname
        from pg_constraint c
        where c.contype = 'f' and c.conrelid in (
            'mall.transfer'::regclass, 'mall.entry'::regclass, 'mall.lot'::regclass, 'mall.redemption'::regclass,
            'mall.redemption_line'::regclass, 'mall.idempotency_key'::regclass, 'mall.outbox'::regclass,
            'mall.event'::regclass, 'mall.velocity'::regclass, 'mall.device_member'::regclass
        )
    loop
        execute format('alter table %s alter constraint %I not enforced', found.relation, found.conname);
    end loop;
end
$$;

alter table mall.account set (fillfactor = 70);
alter table mall.lot set (fillfactor = 80);
alter table mall.stock set (fillfactor = 50);
