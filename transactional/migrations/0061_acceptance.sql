-- What the acceptance kit measured of a tenant in test mode.

-- checks is a list of what was measured against which threshold: codes and numbers, no words of people.
create table mall.acceptance_run (
    tenant_id uuid not null references mall.tenant,
    run_id uuid not null,
    started_at timestamptz not null,
    finished_at timestamptz not null check (finished_at >= started_at),
    is_passed boolean not null,
    checks jsonb not null check (jsonb_typeof(checks) = 'array'),
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, run_id)
);
create trigger acceptance_run_append_only before update or delete on mall.acceptance_run
    for each row execute function mall.refuse_change();
create index acceptance_run_by_xid on mall.acceptance_run (xid);
alter table mall.acceptance_run enable row level security;
create policy own_tenant on mall.acceptance_run to pointmart_api
    using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant());
create policy every_tenant on mall.acceptance_run to pointmart_committer using (true) with check (true);
grant select, insert on mall.acceptance_run to pointmart_api;
grant select on mall.acceptance_run to pointmart_committer;

create view export.acceptance_run as
select tenant_id, run_id, started_at, finished_at, is_passed, recorded_at, xid
from mall.acceptance_run;
grant select on export.acceptance_run to pointmart_landing, pointmart_reader;
