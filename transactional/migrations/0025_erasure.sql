-- Erasure of a member: what the person did and said goes, the books stay under an id that leads to nobody.

-- closed_at: the member was erased. It stands on the account because a command that waits for the account's lock sees
-- the newest row of it and of nothing else.
alter table mall.account add column closed_at timestamptz;
update mall.account a set closed_at = m.erased_at
from mall.member m
where m.tenant_id = a.tenant_id and m.member_id = a.account_id and m.erased_at is not null;

-- One row per erasure that was asked for: what was taken and let go, and how many rows went. Nothing that was in them.
create table mall.member_erasure (
    tenant_id uuid not null,
    member_id uuid not null,
    erased_at timestamptz not null,
    points_taken bigint not null check (points_taken >= 0),
    holds_released int not null check (holds_released >= 0),
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, member_id),
    foreign key (tenant_id, member_id) references mall.member
);
create trigger member_erasure_append_only before update or delete on mall.member_erasure
    for each row execute function mall.refuse_change();
alter table mall.member_erasure enable row level security;
create policy own_tenant on mall.member_erasure to pointmart_api
    using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant());
create policy every_tenant on mall.member_erasure to pointmart_committer using (true) with check (true);
grant select on mall.member_erasure to pointmart_api, pointmart_committer;
grant insert on mall.member_erasure to pointmart_committer;
-- For the job that looks for what was written while a member was being erased.
create index recently_erased_member on mall.member (erased_at) where erased_at is not null;

-- A block is dated and stays, except that of a member who is gone: its reason may tell of a person.
create function mall.keep_block() returns trigger language plpgsql as $$
begin
    if old.dimension = 'member' and exists (
        select from mall.member m
        where m.tenant_id = old.tenant_id and m.member_id = encode(old.subject, 'hex')::uuid
            and m.erased_at is not null
    ) then
        return old;
    end if;
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;
drop trigger risk_block_kept on mall.risk_block;
create trigger risk_block_kept before delete on mall.risk_block
    for each row execute function mall.keep_block();

grant update (erased_at, external_ref) on mall.member to pointmart_committer;
grant update (closed_at) on mall.account to pointmart_committer;
grant update (bill_reference) on mall.redemption to pointmart_committer;
grant update (reference) on mall.hold to pointmart_committer;
grant select on mall.feedback, mall.member_segment, mall.member_risk_score to pointmart_committer;
grant delete on mall.event, mall.feedback, mall.refusal, mall.risk_assessment, mall.risk_block, mall.member_link_code,
    mall.member_link, mall.exchange_quote, mall.flash_sale_member, mall.member_segment, mall.member_risk_score
    to pointmart_committer;
