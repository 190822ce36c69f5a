-- What the warehouse gives back: segments, risk scores and proposals to order goods, each with the release it is from.

-- Keys of the platform's own programs. A tenant's key never does what these do, nor the other way round: `write_back`
-- may put what a release says of any tenant, and nothing else. Only the SHA-256 is kept.
create table mall.platform_key (
    key_hash bytea primary key check (length(key_hash) = 32),
    scope text not null check (scope in ('write_back')),
    label text not null check (length(label) between 1 and 100),
    recorded_at timestamptz not null default clock_timestamp(),
    revoked_at timestamptz
);
grant select on mall.platform_key to pointmart_api;

-- Release ids begin with the time of the release, so that they sort by it.
create domain mall.release_id as text check (value ~ '^[0-9]{8}T[0-9]{6}Z-[0-9a-f]{8}$');

-- scheme is the way members are divided, such as rfm or life_cycle; in each a member is in one segment.
create table mall.member_segment (
    tenant_id uuid not null,
    member_id uuid not null,
    scheme text not null check (scheme ~ '^[a-z][a-z0-9_]{0,39}$'),
    segment text not null check (segment ~ '^[a-z][a-z0-9_]{0,39}$'),
    as_of_date date not null,
    release_id mall.release_id not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, member_id, scheme),
    foreign key (tenant_id, member_id) references mall.member
);
create index member_segment_by_segment on mall.member_segment (tenant_id, scheme, segment, member_id);

-- reasons are the parts of the score that are not 0, by the names the warehouse gives them. No row is a score of 0.
create table mall.member_risk_score (
    tenant_id uuid not null,
    member_id uuid not null,
    score int not null check (score between 1 and 1000),
    reasons text[] not null,
    as_of_date date not null,
    release_id mall.release_id not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, member_id),
    foreign key (tenant_id, member_id) references mall.member
);
create index member_risk_score_by_score on mall.member_risk_score (tenant_id, score desc, member_id);

-- `superseded`: a newer release came before anybody had decided. What a person decided stays, and until covers_until
-- is past no release proposes the item again.
create table mall.replenishment_proposal (
    tenant_id uuid not null,
    proposal_id uuid not null default uuidv7(),
    item_id uuid not null,
    quantity bigint not null check (quantity > 0),
    order_by date not null,
    covers_until date not null check (covers_until >= order_by),
    reason text not null check (reason in ('runs_out_before_delivery', 'below_target')),
    status text not null default 'proposed'
        check (status in ('proposed', 'approved', 'dismissed', 'superseded')),
    decided_by text check (length(decided_by) between 1 and 200),
    decided_at timestamptz,
    as_of_date date not null,
    release_id mall.release_id not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, proposal_id),
    unique (tenant_id, item_id, release_id),
    foreign key (tenant_id, item_id) references mall.offer,
    check ((status in ('approved', 'dismissed')) = (decided_at is not null)),
    check ((decided_by is null) = (decided_at is null))
);
create unique index one_open_proposal on mall.replenishment_proposal (tenant_id, item_id) where status = 'proposed';

-- The newest release that was put, by what of it; an older one no longer counts.
create table mall.write_back (
    tenant_id uuid not null references mall.tenant,
    kind text not null check (length(kind) between 1 and 60),
    release_id mall.release_id not null,
    as_of_date date not null,
    completed_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, kind)
);

do $$
declare
    t text;
begin
    foreach t in array array['member_segment', 'member_risk_score', 'replenishment_proposal', 'write_back'] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
    end loop;
end
$$;

grant select, insert, delete on mall.member_segment, mall.member_risk_score to pointmart_api;
grant update (segment, as_of_date, release_id, recorded_at) on mall.member_segment to pointmart_api;
grant update (score, reasons, as_of_date, release_id, recorded_at) on mall.member_risk_score to pointmart_api;
grant select on mall.replenishment_proposal, mall.write_back to pointmart_api;
grant insert (tenant_id, item_id, quantity, order_by, covers_until, reason, as_of_date, release_id)
    on mall.replenishment_proposal to pointmart_api;
grant update (status, decided_by, decided_at, quantity, order_by, covers_until, reason)
    on mall.replenishment_proposal to pointmart_api;
grant insert, update (release_id, as_of_date, completed_at, recorded_at) on mall.write_back to pointmart_api;
