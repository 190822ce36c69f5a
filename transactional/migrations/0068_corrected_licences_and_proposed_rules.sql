-- Who corrected a licence and why; which risk rules somebody proposed, put in force or closed, and why.

-- A licence keeps its kind and number; what was written down wrongly of it is corrected, and what stood there is kept.
create table mall.licence_correction (
    correction_id uuid primary key default uuidv7(),
    licence_id uuid not null references mall.licence,
    former_holder text not null check (length(former_holder) between 1 and 200),
    former_valid_from date not null,
    former_expires_on date not null,
    reason text not null check (length(reason) between 1 and 500),
    corrected_by text not null check (length(corrected_by) between 1 and 200),
    corrected_at timestamptz not null
);
create trigger licence_correction_append_only before update or delete on mall.licence_correction
    for each row execute function mall.refuse_change();
create index licence_correction_by_licence on mall.licence_correction (licence_id);

create function mall.only_correct() returns trigger language plpgsql as $$
begin
    if to_jsonb(new) - array['holder', 'valid_from', 'expires_on', 'xid']
        is distinct from to_jsonb(old) - array['holder', 'valid_from', 'expires_on', 'xid'] then
        raise exception 'a licence keeps its kind and number: register another one' using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;
drop trigger licence_append_only on mall.licence;
create trigger licence_only_corrected before update on mall.licence for each row execute function mall.only_correct();
create trigger licence_kept before delete on mall.licence for each row execute function mall.refuse_change();
create trigger licence_xid before update on mall.licence for each row execute function mall.stamp_xid();
grant update (holder, valid_from, expires_on) on mall.licence to pointmart_api;
grant select, insert on mall.licence_correction to pointmart_api;

-- A rule that somebody proposes counts nothing before it is put in force; `parameters` are those of the rule to be.
create table mall.risk_rule_proposal (
    tenant_id uuid not null references mall.tenant,
    proposal_id uuid not null default uuidv7(),
    parameters jsonb not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, proposal_id)
);
create trigger risk_rule_proposal_append_only before update or delete on mall.risk_rule_proposal
    for each row execute function mall.refuse_change();

-- Every act about a rule. acted_by is null where a program acted with the tenant's key and named nobody.
create table mall.risk_rule_act (
    tenant_id uuid not null references mall.tenant,
    act_id uuid not null default uuidv7(),
    act text not null check (act in ('added', 'proposed', 'activated', 'withdrawn', 'ended')),
    rule_id uuid,
    proposal_id uuid,
    reason text not null default '' check (length(reason) <= 500),
    acted_by text check (length(acted_by) between 1 and 200),
    acted_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, act_id),
    foreign key (tenant_id, rule_id) references mall.risk_rule,
    foreign key (tenant_id, proposal_id) references mall.risk_rule_proposal,
    check ((act in ('proposed', 'activated', 'withdrawn')) = (proposal_id is not null)),
    check ((act in ('added', 'activated', 'ended')) = (rule_id is not null))
);
create trigger risk_rule_act_append_only before update or delete on mall.risk_rule_act
    for each row execute function mall.refuse_change();
-- What was proposed is put in force or withdrawn, once.
create unique index risk_rule_proposal_decided_once on mall.risk_rule_act (tenant_id, proposal_id)
    where act in ('activated', 'withdrawn');
create index risk_rule_act_by_rule on mall.risk_rule_act (tenant_id, rule_id);

do $$
declare
    t text;
begin
    foreach t in array array['risk_rule_proposal', 'risk_rule_act'] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
        execute format('grant select, insert on mall.%I to pointmart_api', t);
    end loop;
end
$$;
