-- What tenants paid on their invoices, how long they may take, and which settlement statements were settled.

-- Within how many days after its issue an invoice is to be paid, from a day on, as the tenant's contract says. An invoice
-- keeps the day on which it is due as it was issued.
create table mall.payment_term (
    tenant_id uuid not null references mall.tenant,
    valid_from date not null,
    days int not null check (days between 0 and 365),
    set_by text not null check (length(set_by) between 1 and 200),
    set_at timestamptz not null,
    primary key (tenant_id, valid_from)
);
create trigger payment_term_append_only before update or delete on mall.payment_term
    for each row execute function mall.refuse_change();

-- Money that was received on an invoice, or, if it is negative, paid back of it. reference is the bank's name of it.
create table mall.invoice_payment (
    tenant_id uuid not null,
    payment_id uuid not null default uuidv7(),
    invoice_id uuid not null,
    reference text not null check (length(reference) between 1 and 200),
    amount_fen bigint not null check (amount_fen <> 0 and abs(amount_fen) <= 1000000000000000),
    received_at timestamptz not null,
    recorded_by text not null check (length(recorded_by) between 1 and 200),
    noted_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, payment_id),
    unique (tenant_id, reference),
    foreign key (tenant_id, invoice_id) references mall.invoice
);
create trigger invoice_payment_append_only before update or delete on mall.invoice_payment
    for each row execute function mall.refuse_change();
create index invoice_payment_by_invoice on mall.invoice_payment (tenant_id, invoice_id);
create index invoice_by_number on mall.invoice (number);

-- A payment brings what is left of an invoice nearer to nothing, and never past it: no more is received than is asked, and
-- no more paid back than a credit note gave back of what was paid. Whoever writes one holds the tenant's lock of its books.
create function mall.check_invoice_payment() returns trigger language plpgsql as $$
declare
    remaining bigint;
begin
    select i.amount_fen
        - coalesce((select sum(c.amount_fen) from mall.credit_note c
            where c.tenant_id = i.tenant_id and c.invoice_id = i.invoice_id), 0)
        - coalesce((select sum(p.amount_fen) from mall.invoice_payment p
            where p.tenant_id = i.tenant_id and p.invoice_id = i.invoice_id), 0)
    into remaining
    from mall.invoice i where i.tenant_id = new.tenant_id and i.invoice_id = new.invoice_id;
    if sign(remaining) * sign(new.amount_fen) < 0 then
        raise exception 'more is paid than is left of invoice %', new.invoice_id using errcode = 'check_violation';
    end if;
    return null;
end
$$;
create constraint trigger payment_within_invoice after insert on mall.invoice_payment
    for each row execute function mall.check_invoice_payment();

-- That an invoice was not paid in time is told once.
create table mall.invoice_overdue (
    tenant_id uuid not null,
    invoice_id uuid not null,
    told_at timestamptz not null,
    primary key (tenant_id, invoice_id),
    foreign key (tenant_id, invoice_id) references mall.invoice
);
create trigger invoice_overdue_append_only before update or delete on mall.invoice_overdue
    for each row execute function mall.refuse_change();

-- That what a statement says has changed hands, whole and once.
create table mall.settlement_payment (
    tenant_id uuid not null,
    statement_id uuid not null,
    reference text not null check (length(reference) between 1 and 200),
    settled_at timestamptz not null,
    recorded_by text not null check (length(recorded_by) between 1 and 200),
    noted_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, statement_id),
    foreign key (tenant_id, statement_id) references mall.settlement_statement
);
create trigger settlement_payment_append_only before update or delete on mall.settlement_payment
    for each row execute function mall.refuse_change();

do $$
declare
    t text;
begin
    foreach t in array array['payment_term', 'invoice_payment', 'invoice_overdue', 'settlement_payment'] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
        execute format('grant select, insert on mall.%I to pointmart_api', t);
        execute format('grant select on mall.%I to pointmart_committer', t);
    end loop;
end
$$;
-- A bank's file holds the payments of all tenants.
grant insert on mall.invoice_payment to pointmart_committer;

-- A credit note and a payment land as a new version of their invoice.
create or replace view export.invoice as
select
    i.tenant_id, i.invoice_id, i.number, i.month, i.fees, i.amount_fen, i.waived_fen,
    coalesce(c.credited_fen, 0)::bigint as credited_fen, i.issued_at, i.due_on, i.recorded_at,
    greatest(i.xid, c.xid, p.xid) as xid, coalesce(p.paid_fen, 0)::bigint as paid_fen, p.last_paid_at
from mall.invoice i
left join (
    select tenant_id, invoice_id, sum(amount_fen) as credited_fen, max(xid) as xid
    from mall.credit_note
    group by tenant_id, invoice_id
) c using (tenant_id, invoice_id)
left join (
    select tenant_id, invoice_id, sum(amount_fen) as paid_fen, max(received_at) as last_paid_at, max(xid) as xid
    from mall.invoice_payment
    group by tenant_id, invoice_id
) p using (tenant_id, invoice_id);

create or replace view export.settlement_statement as
select
    s.tenant_id, s.statement_id, s.party_kind, s.party_id, s.day, s.lines, s.quantity, s.owed_fen, s.stated_at, s.due_on,
    s.recorded_at, greatest(s.xid, p.xid) as xid, p.settled_at
from mall.settlement_statement s
left join mall.settlement_payment p using (tenant_id, statement_id);
