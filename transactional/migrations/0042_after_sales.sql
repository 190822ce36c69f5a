-- What members ask for after they redeemed: a case with a clock, who was responsible, and what came of it.

-- opened → answered → closed. Of a refund outcome is written first and closed_at when the engine has given back, so that a
-- crash in between is made up for.
create table mall.after_sales_case (
    tenant_id uuid not null,
    case_id uuid not null default uuidv7(),
    reference text not null check (length(reference) between 1 and 200),
    request_hash bytea not null check (length(request_hash) = 32),
    redemption_id uuid not null,
    line_no smallint,
    quantity int check (quantity >= 1),
    member_id uuid not null,
    supplier_id uuid,
    type text not null check (type in ('complaint', 'return', 'exchange', 'inquiry')),
    reason text not null check (reason in (
        'damaged', 'wrong_item', 'missing', 'not_as_described', 'late', 'not_received', 'code_unusable', 'changed_mind',
        'other'
    )),
    opened_at timestamptz not null,
    due_at timestamptz not null check (due_at > opened_at),
    overdue_at timestamptz,
    answered_at timestamptz check (answered_at >= opened_at),
    outcome text check (outcome in ('refund', 'replace', 'reject', 'settled')),
    responsibility text check (responsibility in ('supplier', 'carrier', 'platform', 'member')),
    is_restocked boolean,
    decided_by text check (length(decided_by) between 1 and 200),
    decided_at timestamptz,
    closed_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, case_id),
    unique (tenant_id, reference),
    foreign key (tenant_id, redemption_id) references mall.redemption,
    foreign key (tenant_id, redemption_id, line_no) references mall.redemption_line,
    foreign key (tenant_id, supplier_id) references mall.supplier,
    check ((line_no is null) = (quantity is null)),
    check ((outcome is null) = (decided_at is null) and (outcome is null) = (decided_by is null)
        and (outcome is null) = (responsibility is null) and (outcome is null) = (is_restocked is null)),
    check (closed_at is null or outcome is not null),
    check (outcome is null or answered_at is not null)
);
create trigger after_sales_case_xid before update on mall.after_sales_case
    for each row execute function mall.stamp_xid();
create index after_sales_case_by_xid on mall.after_sales_case (xid);
create index after_sales_case_by_redemption on mall.after_sales_case (tenant_id, redemption_id);
create index after_sales_case_waiting on mall.after_sales_case (due_at) where answered_at is null and overdue_at is null;
create index after_sales_case_to_refund on mall.after_sales_case (decided_at) where outcome is not null and closed_at is null;

-- What was said and done about a case, and by whom: the audit of it.
create table mall.after_sales_note (
    tenant_id uuid not null,
    case_id uuid not null,
    note_id uuid not null default uuidv7(),
    kind text not null check (kind in ('opened', 'answered', 'decided', 'refund_refused')),
    text text not null check (length(text) between 1 and 2000),
    noted_by text not null check (length(noted_by) between 1 and 200),
    noted_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, case_id, note_id),
    foreign key (tenant_id, case_id) references mall.after_sales_case
);
create trigger after_sales_note_append_only before update or delete on mall.after_sales_note
    for each row execute function mall.refuse_change();

do $$
declare
    t text;
begin
    foreach t in array array['after_sales_case', 'after_sales_note'] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
    end loop;
end
$$;

grant select, insert on mall.after_sales_case, mall.after_sales_note to pointmart_api;
grant update (overdue_at, answered_at, outcome, responsibility, is_restocked, decided_by, decided_at, closed_at)
    on mall.after_sales_case to pointmart_api;
grant select on mall.after_sales_case to pointmart_committer;

-- What people wrote stays here; the redemption knows its member.
create view export.after_sales_case as
select
    tenant_id, case_id, redemption_id, line_no, quantity, supplier_id, type, reason, opened_at, due_at,
    answered_at, outcome, responsibility, decided_at, closed_at, recorded_at, xid
from mall.after_sales_case;

grant select on export.after_sales_case to pointmart_landing, pointmart_reader;
