-- What the platform charges its tenants: dated tariffs, each tenant's dated confirmation, fees and invoices.

-- `operate`: the platform's own people announce tariffs, charge, settle and take tenants on.
alter table mall.platform_key drop constraint platform_key_scope_check;
alter table mall.platform_key add constraint platform_key_scope_check
    check (scope in ('write_back', 'read', 'operate'));

-- The Asia/Shanghai day a tenant went live; null while it is taken on. Whoever was there before is live.
alter table mall.tenant add column live_on date default (now() at time zone 'Asia/Shanghai')::date;
update mall.tenant set live_on = (recorded_at at time zone 'Asia/Shanghai')::date;

-- A tariff holds from a day on for those who confirmed it; it is never edited, a later one takes its place.
create table mall.tariff (
    tariff_id uuid primary key default uuidv7(),
    reference text not null unique check (length(reference) between 1 and 200),
    valid_from date not null unique,
    announced_by text not null check (length(announced_by) between 1 and 200),
    announced_at timestamptz not null,
    request_hash bytea not null check (length(request_hash) = 32),
    recorded_at timestamptz not null default clock_timestamp()
);
create trigger tariff_append_only before update or delete on mall.tariff
    for each row execute function mall.refuse_change();

-- rate: fen for each month, redemption or piece; basis points of the cash that members paid.
create table mall.tariff_line (
    tariff_id uuid not null references mall.tariff,
    line_code text not null check (line_code ~ '^[a-z][a-z0-9_]{0,39}$'),
    basis text not null check (basis in ('month', 'redemption', 'cash', 'piece')),
    rate bigint not null check (rate between 0 and 1000000000 and (basis <> 'cash' or rate <= 10000)),
    name_zh text not null check (length(name_zh) between 1 and 200),
    name_en text not null check (length(name_en) between 1 and 200),
    primary key (tariff_id, line_code)
);
create trigger tariff_line_append_only before update or delete on mall.tariff_line
    for each row execute function mall.refuse_change();

create table mall.fee_confirmation (
    tenant_id uuid not null references mall.tenant,
    tariff_id uuid not null references mall.tariff,
    confirmed_on date not null,
    confirmed_by text not null check (length(confirmed_by) between 1 and 200),
    confirmed_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, tariff_id),
    unique (tenant_id, tariff_id, confirmed_on)
);
create trigger fee_confirmation_append_only before update or delete on mall.fee_confirmation
    for each row execute function mall.refuse_change();

-- A charge for days of a month. That it names a confirmation which is no younger than its first day is held by the
-- table itself: whoever writes it, a charge that the tenant did not confirm is not there. waived_fen is not asked for.
create table mall.fee (
    tenant_id uuid not null,
    fee_id uuid not null default uuidv7(),
    reference text not null check (length(reference) between 1 and 200),
    month date not null check (extract(day from month) = 1),
    tariff_id uuid not null,
    line_code text not null,
    confirmed_on date not null,
    first_day date not null,
    last_day date not null,
    quantity bigint not null check (quantity between 0 and 1000000000000000),
    amount_fen bigint not null check (amount_fen between 0 and 1000000000000000),
    waived_fen bigint not null default 0 check (waived_fen between 0 and amount_fen),
    due_fen bigint not null generated always as (amount_fen - waived_fen) stored,
    charged_by text not null check (length(charged_by) between 1 and 200),
    charged_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, fee_id),
    unique (tenant_id, reference),
    unique (tenant_id, fee_id, month, due_fen),
    foreign key (tenant_id, tariff_id, confirmed_on)
        references mall.fee_confirmation (tenant_id, tariff_id, confirmed_on),
    foreign key (tariff_id, line_code) references mall.tariff_line,
    constraint confirmed_before_charged check (first_day >= confirmed_on),
    constraint days_of_its_month check (
        month <= first_day and first_day <= last_day and last_day < (month + interval '1 month')::date)
);
create trigger fee_append_only before update or delete on mall.fee for each row execute function mall.refuse_change();
create index fee_by_xid on mall.fee (xid);
create index fee_by_month on mall.fee (tenant_id, month);

-- The invoice of a month is written once. What was wrong is put right by a credit note.
create table mall.invoice (
    tenant_id uuid not null references mall.tenant,
    invoice_id uuid not null default uuidv7(),
    number text not null check (length(number) between 1 and 100),
    month date not null check (extract(day from month) = 1),
    fees int not null check (fees >= 0),
    amount_fen bigint not null check (amount_fen >= 0),
    waived_fen bigint not null check (waived_fen >= 0),
    issued_at timestamptz not null,
    due_on date not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, invoice_id),
    unique (tenant_id, month),
    unique (tenant_id, number),
    unique (tenant_id, invoice_id, month)
);
create trigger invoice_append_only before update or delete on mall.invoice
    for each row execute function mall.refuse_change();
create index invoice_by_xid on mall.invoice (xid);

-- The foreign keys hold that a line is a fee of the invoice's month and asks what the fee asks, each fee once.
create table mall.invoice_line (
    tenant_id uuid not null,
    invoice_id uuid not null,
    fee_id uuid not null,
    month date not null,
    due_fen bigint not null,
    primary key (tenant_id, invoice_id, fee_id),
    unique (tenant_id, fee_id),
    foreign key (tenant_id, invoice_id, month) references mall.invoice (tenant_id, invoice_id, month),
    foreign key (tenant_id, fee_id, month, due_fen) references mall.fee (tenant_id, fee_id, month, due_fen)
);
create trigger invoice_line_append_only before update or delete on mall.invoice_line
    for each row execute function mall.refuse_change();

create table mall.credit_note (
    tenant_id uuid not null,
    credit_note_id uuid not null default uuidv7(),
    invoice_id uuid not null,
    reference text not null check (length(reference) between 1 and 200),
    request_hash bytea not null check (length(request_hash) = 32),
    amount_fen bigint not null check (amount_fen > 0),
    reason text not null check (length(reason) between 1 and 500),
    issued_by text not null check (length(issued_by) between 1 and 200),
    issued_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, credit_note_id),
    unique (tenant_id, reference),
    foreign key (tenant_id, invoice_id) references mall.invoice
);
create trigger credit_note_append_only before update or delete on mall.credit_note
    for each row execute function mall.refuse_change();
create index credit_note_by_invoice on mall.credit_note (tenant_id, invoice_id);

-- Looked at when the transaction ends, when all lines are there.
create function mall.check_invoice_sums() returns trigger language plpgsql as $$
begin
    if exists (
        select from mall.invoice i
        left join mall.invoice_line l using (tenant_id, invoice_id)
        where i.tenant_id = new.tenant_id and i.invoice_id = new.invoice_id
        group by i.tenant_id, i.invoice_id
        having i.amount_fen <> coalesce(sum(l.due_fen), 0) or i.fees <> count(l.fee_id)
    ) then
        raise exception 'invoice % does not sum to its fees', new.invoice_id using errcode = 'check_violation';
    end if;
    return null;
end
$$;
create constraint trigger invoice_sums after insert on mall.invoice
    deferrable initially deferred for each row execute function mall.check_invoice_sums();
create constraint trigger invoice_line_sums after insert on mall.invoice_line
    deferrable initially deferred for each row execute function mall.check_invoice_sums();

-- Credit notes give back no more than was asked; whoever writes one holds the tenant's lock of its books.
create function mall.check_credit() returns trigger language plpgsql as $$
begin
    if (select sum(amount_fen) from mall.credit_note where tenant_id = new.tenant_id and invoice_id = new.invoice_id)
        > (select amount_fen from mall.invoice where tenant_id = new.tenant_id and invoice_id = new.invoice_id) then
        raise exception 'more is credited than invoice % asks', new.invoice_id using errcode = 'check_violation';
    end if;
    return null;
end
$$;
create constraint trigger credit_within_invoice after insert on mall.credit_note
    for each row execute function mall.check_credit();

-- A month that was invoiced takes no further fee.
create function mall.refuse_late_fee() returns trigger language plpgsql as $$
begin
    if exists (select from mall.invoice where tenant_id = new.tenant_id and month = new.month) then
        raise exception 'the month % was invoiced', new.month using errcode = 'check_violation';
    end if;
    return new;
end
$$;
create trigger fee_of_an_open_month before insert on mall.fee for each row execute function mall.refuse_late_fee();

do $$
declare
    t text;
begin
    foreach t in array array['fee_confirmation', 'fee', 'invoice', 'invoice_line', 'credit_note'] loop
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
grant select, insert on mall.tariff, mall.tariff_line to pointmart_api;
grant select on mall.tariff, mall.tariff_line to pointmart_committer;

create view export.fee as
select
    f.tenant_id, f.fee_id, f.month, f.line_code, l.basis, l.rate, t.valid_from as tariff_valid_from, f.confirmed_on,
    f.first_day, f.last_day, f.quantity, f.amount_fen, f.waived_fen, f.due_fen, f.charged_at, f.recorded_at, f.xid
from mall.fee f
join mall.tariff t using (tariff_id)
join mall.tariff_line l using (tariff_id, line_code);

-- A credit note lands as a new version of its invoice.
create view export.invoice as
select
    i.tenant_id, i.invoice_id, i.number, i.month, i.fees, i.amount_fen, i.waived_fen,
    coalesce(c.credited_fen, 0)::bigint as credited_fen, i.issued_at, i.due_on, i.recorded_at,
    greatest(i.xid, c.xid) as xid
from mall.invoice i
left join (
    select tenant_id, invoice_id, sum(amount_fen) as credited_fen, max(xid) as xid
    from mall.credit_note
    group by tenant_id, invoice_id
) c using (tenant_id, invoice_id);

grant select on export.fee, export.invoice to pointmart_landing, pointmart_reader;
