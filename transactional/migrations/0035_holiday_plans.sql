-- Plans of what to order before a holiday: proposed by a release, edited and decided by people.

-- proposed → edited → approved | dismissed. `superseded`: a newer release came before anybody had touched it; what a
-- person edited or decided stays, and no release proposes that holiday again.
create table mall.holiday_plan (
    tenant_id uuid not null references mall.tenant,
    plan_id uuid not null default uuidv7(),
    occasion_id text not null check (occasion_id ~ '^[a-z][a-z0-9_-]{0,39}$'),
    first_day date not null,
    last_day date not null check (last_day >= first_day),
    status text not null default 'proposed'
        check (status in ('proposed', 'edited', 'approved', 'dismissed', 'superseded')),
    decided_by text check (length(decided_by) between 1 and 200),
    decided_at timestamptz,
    as_of_date date not null,
    release_id mall.release_id not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, plan_id),
    unique (tenant_id, occasion_id, first_day, release_id),
    check ((status in ('approved', 'dismissed')) = (decided_at is not null)),
    check ((decided_by is null) = (decided_at is null))
);
create trigger holiday_plan_xid before update on mall.holiday_plan for each row execute function mall.stamp_xid();
create index holiday_plan_by_xid on mall.holiday_plan (xid);
create unique index one_plan_of_a_holiday on mall.holiday_plan (tenant_id, occasion_id, first_day)
    where status <> 'superseded';

-- proposed_… is what the release said, and stays; quantity and order_by are what is to be ordered. Costs are expected
-- fen of pieces that are missing or left over, risks the probability of running out, demand is pieces until last_day.
create table mall.holiday_plan_line (
    tenant_id uuid not null,
    plan_id uuid not null,
    item_id uuid not null,
    warehouse_id uuid not null,
    proposed_quantity bigint not null check (proposed_quantity between 0 and 1000000000),
    proposed_order_by date,
    quantity bigint not null check (quantity between 0 and 1000000000),
    order_by date,
    edited_by text check (length(edited_by) between 1 and 200),
    edited_at timestamptz,
    arrives_on date,
    need_date date,
    is_too_late boolean not null,
    wish_quantity bigint not null check (wish_quantity >= 0),
    order_up_to bigint not null check (order_up_to >= 0),
    cuts jsonb not null default '[]',
    risk_without double precision not null check (risk_without between 0 and 1),
    risk_with double precision not null check (risk_with between 0 and 1),
    cost_without_fen bigint not null check (cost_without_fen >= 0),
    cost_with_fen bigint not null check (cost_with_fen >= 0),
    demand_mean double precision not null check (demand_mean >= 0),
    demand_q05 double precision not null check (demand_q05 >= 0),
    demand_q50 double precision not null check (demand_q50 >= demand_q05),
    demand_q95 double precision not null check (demand_q95 >= demand_q50),
    confidence text not null check (confidence in ('high', 'medium', 'low')),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, plan_id, item_id, warehouse_id),
    foreign key (tenant_id, plan_id) references mall.holiday_plan,
    foreign key (tenant_id, item_id) references mall.offer,
    foreign key (tenant_id, warehouse_id) references mall.warehouse,
    check ((quantity = 0) = (order_by is null)),
    check ((proposed_quantity = 0) = (proposed_order_by is null)),
    check ((edited_by is null) = (edited_at is null))
);
create trigger holiday_plan_line_xid before update on mall.holiday_plan_line
    for each row execute function mall.stamp_xid();
create index holiday_plan_line_by_xid on mall.holiday_plan_line (xid);

-- Who made which line what.
create table mall.holiday_plan_edit (
    tenant_id uuid not null,
    plan_id uuid not null,
    edit_id uuid not null default uuidv7(),
    item_id uuid not null,
    warehouse_id uuid not null,
    from_quantity bigint not null,
    from_order_by date,
    quantity bigint not null,
    order_by date,
    edited_by text not null check (length(edited_by) between 1 and 200),
    edited_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, plan_id, edit_id),
    foreign key (tenant_id, plan_id, item_id, warehouse_id) references mall.holiday_plan_line
);
create trigger holiday_plan_edit_append_only before update or delete on mall.holiday_plan_edit
    for each row execute function mall.refuse_change();

do $$
declare
    t text;
begin
    foreach t in array array['holiday_plan', 'holiday_plan_line', 'holiday_plan_edit'] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
    end loop;
end
$$;

grant select on mall.holiday_plan, mall.holiday_plan_line, mall.holiday_plan_edit to pointmart_api;
grant insert (tenant_id, occasion_id, first_day, last_day, as_of_date, release_id) on mall.holiday_plan to pointmart_api;
grant update (status, decided_by, decided_at) on mall.holiday_plan to pointmart_api;
grant insert on mall.holiday_plan_line, mall.holiday_plan_edit to pointmart_api;
grant update (proposed_quantity, proposed_order_by, quantity, order_by, edited_by, edited_at, arrives_on, need_date,
    is_too_late, wish_quantity, order_up_to, cuts, risk_without, risk_with, cost_without_fen, cost_with_fen,
    demand_mean, demand_q05, demand_q50, demand_q95, confidence) on mall.holiday_plan_line to pointmart_api;

-- What was decided and ordered, for the plan to be scored after the holiday; who did it stays here.
create view export.holiday_plan as
select tenant_id, plan_id, occasion_id, first_day, last_day, status, decided_at, as_of_date, recorded_at, xid
from mall.holiday_plan;

create view export.holiday_plan_line as
select
    tenant_id, plan_id, item_id, warehouse_id, proposed_quantity, proposed_order_by, quantity, order_by, edited_at,
    wish_quantity, order_up_to, demand_mean, demand_q05, demand_q50, demand_q95, xid
from mall.holiday_plan_line;

grant select on export.holiday_plan, export.holiday_plan_line to pointmart_landing, pointmart_reader;
