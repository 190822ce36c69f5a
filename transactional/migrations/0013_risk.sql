-- Inline risk: a tenant's dated rules and blocks, what the velocity rules count, and the verdicts that were
-- not `allow`. A subject is 16 bytes: a member's id, the tenant's id, or the keyed hash of an address or a device.

-- A rule is never edited, only ended. `threshold` is what is still allowed: attempts or points within
-- window_seconds (velocity), members of one device within days (device_accounts), or the score that the verdict
-- begins at (score_sum). A rule whose verdict is `allow` only adds its score.
create table mall.risk_rule (
    tenant_id uuid not null references mall.tenant,
    rule_id uuid not null default uuidv7(),
    kind text not null,
    dimension text,
    measure text check (measure in ('count', 'points')),
    threshold bigint check (threshold >= 0),
    window_seconds int check (window_seconds between 1 and 2678400),
    days int check (days between 1 and 366),
    verdict text not null check (verdict in ('allow', 'review', 'deny')),
    score int not null check (score between 0 and 1000),
    valid_from timestamptz not null,
    valid_until timestamptz check (valid_until >= valid_from),
    note text not null default '' check (length(note) <= 2000),
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, rule_id),
    constraint parameters_of_the_kind check (case kind
        when 'velocity' then dimension in ('member', 'ip', 'device', 'tenant') and measure is not null
            and threshold is not null and window_seconds is not null and days is null
        when 'account_age' then days is not null
            and num_nonnulls(dimension, measure, threshold, window_seconds) = 0
        when 'blocked' then num_nonnulls(dimension, measure, threshold, window_seconds, days) = 0
        when 'device_accounts' then threshold is not null and days is not null
            and num_nonnulls(dimension, measure, window_seconds) = 0
        when 'missing_context' then dimension in ('ip', 'device')
            and num_nonnulls(measure, threshold, window_seconds, days) = 0
        when 'score_sum' then threshold > 0 and verdict <> 'allow' and score = 0
            and num_nonnulls(dimension, measure, window_seconds, days) = 0
        else false
    end)
);

create table mall.risk_block (
    tenant_id uuid not null references mall.tenant,
    block_id uuid not null default uuidv7(),
    dimension text not null check (dimension in ('member', 'ip', 'device')),
    subject bytea not null check (length(subject) = 16),
    reason text not null check (length(reason) between 1 and 2000),
    valid_from timestamptz not null,
    valid_until timestamptz check (valid_until >= valid_from),
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, block_id)
);
create index risk_block_by_subject on mall.risk_block (tenant_id, dimension, subject);

-- `recent` is the packed histogram of transactional/risk/recent.py. A batch locks a row before it counts, so it
-- is updated as often as its subject redeems: half of each page is left free and no index names what changes.
create table mall.velocity (
    tenant_id uuid not null references mall.tenant,
    dimension text not null check (dimension in ('ip', 'device', 'tenant')),
    subject bytea not null check (length(subject) = 16),
    recent bytea not null default '',
    seen_at timestamptz not null,
    primary key (tenant_id, dimension, subject)
) with (fillfactor = 50);

create table mall.device_member (
    tenant_id uuid not null,
    device bytea not null check (length(device) = 16),
    member_id uuid not null,
    first_seen_at timestamptz not null,
    primary key (tenant_id, device, member_id),
    foreign key (tenant_id, member_id) references mall.member
);
create index device_member_by_time on mall.device_member (tenant_id, device, first_seen_at desc);

-- What the rules said of an attempt they did not allow, and later what a person made of it.
create table mall.risk_assessment (
    tenant_id uuid not null,
    assessment_id uuid not null,
    redemption_id uuid,
    member_id uuid not null,
    device bytea check (length(device) = 16),
    ip bytea check (length(ip) = 16),
    verdict text not null check (verdict in ('review', 'deny')),
    score int not null check (score >= 0),
    triggered jsonb not null,
    effective_at timestamptz not null,
    decided_verdict text check (decided_verdict in ('allow', 'deny')),
    decided_by text check (length(decided_by) between 1 and 200),
    decided_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, assessment_id),
    foreign key (tenant_id, member_id) references mall.member,
    constraint decided_whole check (num_nonnulls(decided_verdict, decided_by, decided_at) in (0, 3))
);
create trigger risk_assessment_xid before update on mall.risk_assessment
    for each row execute function mall.stamp_xid();
create index risk_assessment_by_xid on mall.risk_assessment (xid);
create index risk_assessment_by_verdict on mall.risk_assessment (tenant_id, verdict, assessment_id desc);
create index risk_assessment_by_redemption on mall.risk_assessment (tenant_id, redemption_id)
    where redemption_id is not null;

-- A rule or block may only get an end, and an end that has passed stays.
create function mall.only_end() returns trigger language plpgsql as $$
begin
    if to_jsonb(new) - 'valid_until' is distinct from to_jsonb(old) - 'valid_until' then
        raise exception '% is dated: end the row and add another', tg_table_name
            using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;
create trigger risk_rule_only_ends before update on mall.risk_rule
    for each row execute function mall.only_end();
create trigger risk_block_only_ends before update on mall.risk_block
    for each row execute function mall.only_end();
create trigger risk_rule_kept before delete on mall.risk_rule
    for each row execute function mall.refuse_change();
create trigger risk_block_kept before delete on mall.risk_block
    for each row execute function mall.refuse_change();

do $$
declare
    t text;
begin
    foreach t in array array['risk_rule', 'risk_block', 'velocity', 'device_member', 'risk_assessment'] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
    end loop;
end
$$;

grant select on mall.risk_rule, mall.risk_block, mall.risk_assessment to pointmart_api;
grant insert, update (valid_until) on mall.risk_rule, mall.risk_block to pointmart_api;

grant select on mall.risk_rule, mall.risk_block, mall.risk_assessment to pointmart_committer;
grant select, insert, delete, update (recent, seen_at) on mall.velocity to pointmart_committer;
grant select, insert, delete on mall.device_member to pointmart_committer;
grant insert, update (decided_verdict, decided_by, decided_at) on mall.risk_assessment to pointmart_committer;
