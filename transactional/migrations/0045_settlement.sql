-- What a day's goods and exchanges cost whom (T+1), and payments compared with what the providers' files say.

-- Days on which banks work though it is a weekend, or do not though it is none; the rest follows from the week.
create table mall.working_day_change (
    day date primary key,
    is_working boolean not null,
    changed_by text not null check (length(changed_by) between 1 and 200),
    changed_at timestamptz not null
);
-- The State Council's notice for 2026.
insert into mall.working_day_change (day, is_working, changed_by, changed_at)
select d::date, false, 'notice for 2026', timestamptz '2025-11-04 00:00+08'
from (values
    ('2026-01-01', '2026-01-03'), ('2026-02-15', '2026-02-23'), ('2026-04-04', '2026-04-06'), ('2026-05-01', '2026-05-05'),
    ('2026-06-19', '2026-06-21'), ('2026-09-25', '2026-09-27'), ('2026-10-01', '2026-10-07')
) as off(first_day, last_day), generate_series(first_day::timestamp, last_day::timestamp, '1 day') d
union all
select d::date, true, 'notice for 2026', timestamptz '2025-11-04 00:00+08'
from unnest(array['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10']) d;

-- What a supplier is owed for: pieces that were received (unless it says otherwise), or pieces that were redeemed.
create table mall.settlement_basis (
    tenant_id uuid not null,
    supplier_id uuid not null,
    basis text not null check (basis in ('receipt', 'redemption')),
    changed_by text not null check (length(changed_by) between 1 and 200),
    changed_at timestamptz not null,
    primary key (tenant_id, supplier_id),
    foreign key (tenant_id, supplier_id) references mall.supplier
);

-- What a tenant owes a supplier or another tenant for a business day; negative if it is owed. Written once.
create table mall.settlement_statement (
    tenant_id uuid not null references mall.tenant,
    statement_id uuid not null default uuidv7(),
    party_kind text not null check (party_kind in ('supplier', 'tenant')),
    party_id uuid not null,
    day date not null,
    lines int not null check (lines > 0),
    quantity bigint not null,
    owed_fen bigint not null,
    stated_at timestamptz not null,
    due_on date not null check (due_on > day),
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, statement_id),
    unique (tenant_id, party_kind, party_id, day)
);
create trigger settlement_statement_append_only before update or delete on mall.settlement_statement
    for each row execute function mall.refuse_change();
create index settlement_statement_by_xid on mall.settlement_statement (xid);
create index settlement_statement_by_day on mall.settlement_statement (tenant_id, day);

-- source_id and source_no name the batch of a receipt, the line of a redemption, or the partner and direction of a day
-- of exchanges (0 out, 1 in). A line that was refunded after it was stated stands again with what is taken back.
create table mall.settlement_line (
    tenant_id uuid not null,
    statement_id uuid not null,
    line_no int not null check (line_no >= 1),
    source text not null check (source in ('receipt', 'redemption', 'exchange')),
    source_id uuid not null,
    source_no smallint not null,
    source_day date not null,
    quantity bigint not null,
    unit_cost_fen bigint check (unit_cost_fen >= 0),
    amount_fen bigint not null,
    primary key (tenant_id, statement_id, line_no),
    unique (tenant_id, statement_id, source, source_id, source_no, source_day),
    foreign key (tenant_id, statement_id) references mall.settlement_statement,
    constraint amount_is_pieces_at_cost check (source = 'exchange' or amount_fen = quantity * unit_cost_fen)
);
create trigger settlement_line_append_only before update or delete on mall.settlement_line
    for each row execute function mall.refuse_change();
create index settlement_line_by_source on mall.settlement_line (tenant_id, source, source_id, source_no, source_day);

create function mall.check_settlement_sums() returns trigger language plpgsql as $$
begin
    if exists (
        select from mall.settlement_statement s
        left join mall.settlement_line l using (tenant_id, statement_id)
        where s.tenant_id = new.tenant_id and s.statement_id = new.statement_id
        group by s.tenant_id, s.statement_id
        having s.owed_fen <> coalesce(sum(l.amount_fen), 0) or s.quantity <> coalesce(sum(l.quantity), 0)
            or s.lines <> count(l.line_no)
    ) then
        raise exception 'statement % does not sum to its lines', new.statement_id using errcode = 'check_violation';
    end if;
    return null;
end
$$;
create constraint trigger settlement_sums after insert on mall.settlement_statement
    deferrable initially deferred for each row execute function mall.check_settlement_sums();

-- A provider's file of a day, compared line by line. The counts are of its lines, and of payments it does not have.
create table mall.reconciliation (
    tenant_id uuid not null references mall.tenant,
    reconciliation_id uuid not null default uuidv7(),
    provider text not null check (provider in ('wechat', 'alipay')),
    day date not null,
    file_hash bytea not null check (length(file_hash) = 32),
    matched int not null check (matched >= 0),
    missing_here int not null check (missing_here >= 0),
    missing_there int not null check (missing_there >= 0),
    different_amount int not null check (different_amount >= 0),
    file_fen bigint not null,
    our_fen bigint not null,
    imported_by text not null check (length(imported_by) between 1 and 200),
    imported_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, reconciliation_id),
    unique (tenant_id, provider, day, file_hash)
);
create trigger reconciliation_append_only before update or delete on mall.reconciliation
    for each row execute function mall.refuse_change();
create index reconciliation_by_xid on mall.reconciliation (xid);

create table mall.reconciliation_line (
    tenant_id uuid not null,
    reconciliation_id uuid not null,
    line_no int not null check (line_no >= 1),
    kind text not null check (kind in ('payment', 'refund')),
    order_number text not null check (length(order_number) between 1 and 64),
    verdict text not null check (verdict in ('matched', 'missing_here', 'missing_there', 'different_amount')),
    file_fen bigint check (file_fen >= 0),
    our_fen bigint check (our_fen >= 0),
    primary key (tenant_id, reconciliation_id, line_no),
    unique (tenant_id, reconciliation_id, kind, order_number),
    foreign key (tenant_id, reconciliation_id) references mall.reconciliation,
    check ((verdict = 'missing_there') = (file_fen is null)),
    check ((verdict = 'missing_here') = (our_fen is null)),
    check (verdict <> 'matched' or file_fen = our_fen),
    check (verdict <> 'different_amount' or file_fen <> our_fen)
);
create trigger reconciliation_line_append_only before update or delete on mall.reconciliation_line
    for each row execute function mall.refuse_change();
create index reconciliation_line_by_order on mall.reconciliation_line (tenant_id, kind, order_number);

do $$
declare
    t text;
begin
    foreach t in array array[
        'settlement_basis', 'settlement_statement', 'settlement_line', 'reconciliation', 'reconciliation_line'
    ] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
        execute format('grant select on mall.%I to pointmart_api, pointmart_committer', t);
    end loop;
end
$$;
grant insert on mall.settlement_basis, mall.reconciliation, mall.reconciliation_line to pointmart_api;
grant update (basis, changed_by, changed_at) on mall.settlement_basis to pointmart_api;
grant select, insert on mall.working_day_change to pointmart_api;
grant update (is_working, changed_by, changed_at) on mall.working_day_change to pointmart_api;
grant select on mall.working_day_change to pointmart_committer;
-- A run reads both sides of exchanges, so it is the committer's.
grant insert on mall.settlement_statement, mall.settlement_line to pointmart_committer;
grant select on mall.supplier, mall.supplier_terms, mall.purchase_order, mall.purchase_order_line to pointmart_committer;

create view export.settlement_statement as
select
    tenant_id, statement_id, party_kind, party_id, day, lines, quantity, owed_fen, stated_at, due_on, recorded_at, xid
from mall.settlement_statement;

create view export.reconciliation as
select
    tenant_id, reconciliation_id, provider, day, matched, missing_here, missing_there, different_amount, file_fen,
    our_fen, imported_at, recorded_at, xid
from mall.reconciliation;

grant select on export.settlement_statement, export.reconciliation to pointmart_landing, pointmart_reader;
