-- What the warehouse needs to know of what members asked and did not get, and of risk, cash, sales and draws.

-- One row per request of a member to spend points that was refused, told once however often it was sent. A member
-- who is not known leaves none. The item is the one the refusal names, or the only one that was asked for.
create table mall.refusal (
    tenant_id uuid not null references mall.tenant,
    refusal_id uuid not null,
    member_id uuid not null,
    operation text not null check (length(operation) between 1 and 40),
    reason text not null check (length(reason) between 1 and 100),
    item_id uuid references mall.item,
    quantity int check (quantity >= 1),
    effective_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, refusal_id),
    foreign key (tenant_id, member_id) references mall.member
);
create index refusal_by_xid on mall.refusal (xid);
alter table mall.refusal enable row level security;
create policy own_tenant on mall.refusal to pointmart_api
    using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant());
create policy every_tenant on mall.refusal to pointmart_committer using (true) with check (true);
grant select on mall.refusal to pointmart_api, pointmart_committer;
grant insert on mall.refusal to pointmart_committer;

create view export.refusal as
select tenant_id, refusal_id, member_id, operation, reason, item_id, quantity, effective_at, recorded_at, xid
from mall.refusal;

-- The rules that were triggered are told by their kind, never by the words a person noted; address and device are
-- left out.
create view export.risk_assessment as
select
    a.tenant_id, a.assessment_id, a.redemption_id, a.member_id, a.verdict, a.score,
    (
        select string_agg(distinct t ->> 'kind', ',' order by t ->> 'kind')
        from jsonb_array_elements(a.triggered) t
    ) as rule_kinds,
    a.effective_at, a.decided_verdict, a.decided_at, a.recorded_at, a.xid
from mall.risk_assessment a;

create view export.payment as
select
    tenant_id, payment_id, redemption_id, provider, amount_fen, status, refunded_fen, captured_at, recorded_at, xid
from mall.payment;

create view export.flash_sale as
select
    tenant_id, sale_id, item_id, price_points, starts_at, ends_at, allotted, left_count, member_limit, closed_at,
    recorded_at, xid
from mall.flash_sale;

create view export.draw as
select
    tenant_id, draw_id, ticket_points, starts_at, ends_at, max_tickets, ticket_count, revealed_at, cancelled_at,
    recorded_at, xid
from mall.draw;

create or replace view export.redemption as
select
    tenant_id, redemption_id, member_id, status, points, effective_at, completed_at, recorded_at, xid,
    mode, cash_fen, cash_points, refunded_points, refunded_cash_fen, deadline, shipped_at, delivered_at,
    case
        when cancel_reason = 'timeout' then 'timeout'
        when cancel_reason like 'rejected by %' then 'rejected'
        when cancel_reason is not null then 'other'
    end as cancel_reason,
    fee_points, flash_sale_id, draw_id, bill_fen, paid_at, ended_at
from mall.redemption;

grant select on export.refusal, export.risk_assessment, export.payment, export.flash_sale, export.draw
    to pointmart_landing, pointmart_reader;
