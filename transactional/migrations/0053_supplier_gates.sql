-- The gates that a supplier passes, in order: documents, samples, a trial order. Where it stands is written nowhere: it
-- follows from what was handed in, found and judged, as of a day, so nothing lapses late and nothing can be skipped.

-- Who supplied before the gates were kept, and whom the database's owner sets a mall up with, is not asked for what it
-- never handed in. Services only add suppliers that have every gate before them.
alter table mall.supplier add column is_gated boolean not null default false;
alter table mall.supplier alter column is_gated
    set default (current_user in ('pointmart_api', 'pointmart_committer'));
-- So that every supplier lands with it.
update mall.supplier set is_gated = false;
-- What is done about a supplier is done one after another: every act is later than the one before.
alter table mall.supplier add column acted_at timestamptz;
revoke insert on mall.supplier from pointmart_api;
grant insert (tenant_id, supplier_id, code, name, brand_id) on mall.supplier to pointmart_api;
-- Suspending and lifting are rows of mall.supplier_suspension, which keep the status.
revoke update (status) on mall.supplier from pointmart_api;

-- A brand authorisation is a document that names its brand and its level: 1 comes from the brand itself, 2 from who has
-- it of the first level, and so on. valid_from and expires_on are both days on which it holds.
create table mall.supplier_document (
    tenant_id uuid not null,
    document_id uuid not null default uuidv7(),
    supplier_id uuid not null,
    kind text not null check (kind in ('business_licence', 'brand_authorisation', 'quality_report')),
    number text not null check (length(number) between 1 and 100),
    brand_id uuid references mall.brand,
    level smallint check (level between 1 and 9),
    issued_on date not null,
    valid_from date not null,
    expires_on date not null check (expires_on >= valid_from),
    file_url text not null check (length(file_url) between 1 and 2000),
    file_sha256 text not null check (file_sha256 ~ '^[0-9a-f]{64}$'),
    handed_in_by text not null check (length(handed_in_by) between 1 and 200),
    handed_in_at timestamptz not null,
    verified_by text check (length(verified_by) between 1 and 200),
    verified_at timestamptz check (verified_at > handed_in_at),
    rejected_by text check (length(rejected_by) between 1 and 200),
    rejected_at timestamptz check (rejected_at > coalesce(verified_at, handed_in_at)),
    rejected_reason text check (length(rejected_reason) between 1 and 500),
    is_forged boolean not null default false check (not is_forged or rejected_at is not null),
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, document_id),
    foreign key (tenant_id, supplier_id) references mall.supplier,
    check ((kind = 'brand_authorisation') = (brand_id is not null) and (brand_id is null) = (level is null)),
    check ((verified_at is null) = (verified_by is null)),
    check ((rejected_at is null) = (rejected_by is null) and (rejected_at is null) = (rejected_reason is null))
);
-- What was rejected may be handed in again under its number.
create unique index one_document_of_a_number on mall.supplier_document (tenant_id, supplier_id, kind, number, brand_id)
    nulls not distinct where rejected_at is null;
create index supplier_document_by_brand on mall.supplier_document (tenant_id, brand_id) where brand_id is not null;
create index supplier_document_by_xid on mall.supplier_document (xid);
create trigger supplier_document_xid before update on mall.supplier_document
    for each row execute function mall.stamp_xid();
create trigger supplier_document_stays before delete on mall.supplier_document
    for each row execute function mall.refuse_change();

-- A verdict is given once; only what was verified may be found out later.
create function mall.keep_verdict() returns trigger language plpgsql as $$
declare
    is_verified boolean := old.verified_at is null and old.rejected_at is null and new.verified_at is not null
        and new.rejected_at is null;
    is_rejected boolean := old.rejected_at is null and new.rejected_at is not null
        and (old.verified_at, old.verified_by) is not distinct from (new.verified_at, new.verified_by);
begin
    if not (is_verified or is_rejected) then
        raise exception 'document % was judged', old.document_id using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;
create trigger supplier_document_verdict before update on mall.supplier_document
    for each row execute function mall.keep_verdict();

create table mall.supplier_sample (
    tenant_id uuid not null,
    sample_id uuid not null default uuidv7(),
    supplier_id uuid not null,
    reference text not null check (length(reference) between 1 and 200),
    result text not null check (result in ('passed', 'failed')),
    score int not null check (score between 0 and 100),
    remarks text not null check (length(remarks) <= 2000),
    tested_on date not null,
    noted_by text not null check (length(noted_by) between 1 and 200),
    noted_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, sample_id),
    unique (tenant_id, supplier_id, reference),
    foreign key (tenant_id, supplier_id) references mall.supplier
);
create index supplier_sample_by_xid on mall.supplier_sample (xid);
create trigger supplier_sample_append_only before update or delete on mall.supplier_sample
    for each row execute function mall.refuse_change();

-- A trial is a purchase order of so many pieces, and later what its events came to: pieces that came by their day, pieces
-- that had to be shipped to members and were within 48 hours, complaints that had to be answered and were within 24.
create table mall.supplier_trial (
    tenant_id uuid not null,
    purchase_order_id uuid not null,
    supplier_id uuid not null,
    begun_at timestamptz not null,
    quantity bigint check (quantity between 500 and 1000),
    delivered_quantity bigint check (delivered_quantity between 0 and quantity),
    due_quantity bigint check (due_quantity >= 0),
    shipped_quantity bigint check (shipped_quantity between 0 and due_quantity),
    complaints bigint check (complaints >= 0),
    answered bigint check (answered between 0 and complaints),
    result text check (result in ('passed', 'failed')),
    judged_by text check (length(judged_by) between 1 and 200),
    judged_at timestamptz check (judged_at > begun_at),
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, purchase_order_id),
    foreign key (tenant_id, purchase_order_id) references mall.purchase_order,
    foreign key (tenant_id, supplier_id) references mall.supplier,
    check (num_nulls(quantity, delivered_quantity, due_quantity, shipped_quantity, complaints, answered, result, judged_by,
        judged_at) in (0, 9)),
    constraint trial_result_follows check ((result = 'passed') = (delivered_quantity * 100 >= quantity * 95
        and shipped_quantity * 100 >= due_quantity * 95 and answered * 100 >= complaints * 95))
);
create index supplier_trial_by_supplier on mall.supplier_trial (tenant_id, supplier_id);
create index supplier_trial_by_xid on mall.supplier_trial (xid);
create trigger supplier_trial_xid before update on mall.supplier_trial for each row execute function mall.stamp_xid();
create trigger supplier_trial_judged_once before update on mall.supplier_trial
    for each row when (old.judged_at is not null) execute function mall.refuse_change();
create trigger supplier_trial_stays before delete on mall.supplier_trial
    for each row execute function mall.refuse_change();

-- Suspended for what failed; lifted, the supplier stands before that gate and passes it again.
create table mall.supplier_suspension (
    tenant_id uuid not null,
    suspension_id uuid not null default uuidv7(),
    supplier_id uuid not null,
    failed_gate text not null check (failed_gate in ('documents', 'samples', 'trial')),
    reason text not null check (length(reason) between 1 and 500),
    suspended_by text not null check (length(suspended_by) between 1 and 200),
    suspended_at timestamptz not null,
    lifted_by text check (length(lifted_by) between 1 and 200),
    lifted_at timestamptz check (lifted_at > suspended_at),
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, suspension_id),
    foreign key (tenant_id, supplier_id) references mall.supplier,
    check ((lifted_at is null) = (lifted_by is null))
);
create unique index one_open_suspension on mall.supplier_suspension (tenant_id, supplier_id) where lifted_at is null;
create index supplier_suspension_by_xid on mall.supplier_suspension (xid);
create trigger supplier_suspension_xid before update on mall.supplier_suspension
    for each row execute function mall.stamp_xid();
create trigger supplier_suspension_lifted_once before update on mall.supplier_suspension
    for each row when (old.lifted_at is not null) execute function mall.refuse_change();
create trigger supplier_suspension_stays before delete on mall.supplier_suspension
    for each row execute function mall.refuse_change();

-- Who was suspended before has a row to be lifted; which gate failed nobody wrote down, so its documents are asked for.
insert into mall.supplier_suspension (tenant_id, supplier_id, failed_gate, reason, suspended_by, suspended_at)
select tenant_id, supplier_id, 'documents', 'suspended before the gates were kept', 'before the gates', now()
from mall.supplier where status = 'suspended';

-- A kind of document is in order on a day on which a verified one holds. Of a supplier that is not gated only kinds are
-- asked for of which it ever had a verified one, or for which it was suspended.
create function mall.documents_in_order(tenant uuid, supplier uuid, gated boolean, day date) returns boolean
    language sql stable as $$
    select not exists (
        select from unnest(array['business_licence', 'brand_authorisation', 'quality_report']) as k(kind)
        where not exists (
            select from mall.supplier_document d
            where d.tenant_id = tenant and d.supplier_id = supplier and d.kind = k.kind and d.verified_at is not null
                and d.rejected_at is null and day between d.valid_from and d.expires_on
        ) and (gated or exists (
            select from mall.supplier_document d
            where d.tenant_id = tenant and d.supplier_id = supplier and d.kind = k.kind and d.verified_at is not null
        ))
    ) and not exists (
        select from mall.supplier_suspension s
        where s.tenant_id = tenant and s.supplier_id = supplier and s.failed_gate = 'documents' and not exists (
            select from mall.supplier_document d
            where d.tenant_id = tenant and d.supplier_id = supplier and d.verified_at > s.suspended_at
                and d.rejected_at is null and day between d.valid_from and d.expires_on
        )
    )
$$;

-- Of samples and of trials the newest counts, if it is newer than the last suspension for it.
create function mall.samples_passed(tenant uuid, supplier uuid, gated boolean) returns boolean language sql stable as $$
    select coalesce(
        (
            select n.result = 'passed' and n.noted_at > coalesce(f.failed_at, '-infinity')
            from mall.supplier_sample n
            where n.tenant_id = tenant and n.supplier_id = supplier
            order by n.noted_at desc limit 1
        ), not gated and f.failed_at is null)
    from (
        select max(u.suspended_at) as failed_at from mall.supplier_suspension u
        where u.tenant_id = tenant and u.supplier_id = supplier and u.failed_gate = 'samples'
    ) f
$$;

create function mall.trial_passed(tenant uuid, supplier uuid, gated boolean) returns boolean language sql stable as $$
    select coalesce(
        (
            select t.result = 'passed' and t.judged_at > coalesce(f.failed_at, '-infinity')
            from mall.supplier_trial t
            where t.tenant_id = tenant and t.supplier_id = supplier and t.judged_at is not null
            order by t.judged_at desc limit 1
        ), not gated and f.failed_at is null)
    from (
        select max(u.suspended_at) as failed_at from mall.supplier_suspension u
        where u.tenant_id = tenant and u.supplier_id = supplier and u.failed_gate = 'trial'
    ) f
$$;

-- The gate a supplier stands before on a day: documents, samples or trial; active behind them all, or suspended.
create function mall.supplier_standing(tenant uuid, supplier uuid, day date) returns text language sql stable as $$
    select case
        when s.status = 'suspended' then 'suspended'
        when not mall.documents_in_order(tenant, supplier, s.is_gated, day) then 'documents'
        when not mall.samples_passed(tenant, supplier, s.is_gated) then 'samples'
        when not mall.trial_passed(tenant, supplier, s.is_gated) then 'trial'
        else 'active'
    end
    from mall.supplier s
    where s.tenant_id = tenant and s.supplier_id = supplier
$$;

create function mall.business_day(moment timestamptz) returns date language sql stable as $$
    select (moment at time zone 'Asia/Shanghai')::date
$$;

-- Acts come one after another; the row's lock makes two of them wait for each other.
create function mall.note_supplier_act(tenant uuid, supplier uuid, act_at timestamptz) returns void language plpgsql
    security definer set search_path = pg_catalog, pg_temp as $$
begin
    update mall.supplier s set acted_at = act_at
    where s.tenant_id = tenant and s.supplier_id = supplier and coalesce(s.acted_at, '-infinity') < act_at;
    if not found then
        raise exception 'supplier % was dealt with after %', supplier, act_at using errcode = 'check_violation';
    end if;
end
$$;

create function mall.act_on_document() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
begin
    perform mall.note_supplier_act(
        new.tenant_id, new.supplier_id, greatest(new.handed_in_at, new.verified_at, new.rejected_at));
    -- Who forges an authorisation is suspended with the finding, whoever writes it down.
    if new.is_forged and not exists (
        select from mall.supplier_suspension
        where tenant_id = new.tenant_id and supplier_id = new.supplier_id and lifted_at is null
    ) then
        insert into mall.supplier_suspension (tenant_id, supplier_id, failed_gate, reason, suspended_by, suspended_at)
        values (new.tenant_id, new.supplier_id, 'documents',
            left('forged ' || new.kind || ' ' || new.number || ': ' || new.rejected_reason, 500), new.rejected_by,
            new.rejected_at + interval '1 microsecond');
    end if;
    return null;
end
$$;
create trigger supplier_document_acts after insert or update on mall.supplier_document
    for each row execute function mall.act_on_document();

-- Samples are tested of who has its documents in order.
create function mall.act_on_sample() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
begin
    perform mall.note_supplier_act(new.tenant_id, new.supplier_id, new.noted_at);
    if mall.supplier_standing(new.tenant_id, new.supplier_id, mall.business_day(new.noted_at))
        in ('documents', 'suspended') then
        raise exception 'supplier % is not at its samples', new.supplier_id using errcode = 'check_violation';
    end if;
    return new;
end
$$;
create trigger supplier_sample_in_turn before insert on mall.supplier_sample
    for each row execute function mall.act_on_sample();

-- A trial begins, and is judged, while the supplier stands before it; judged once its order has come.
create function mall.act_on_trial() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
declare
    act_at timestamptz := coalesce(new.judged_at, new.begun_at);
begin
    perform mall.note_supplier_act(new.tenant_id, new.supplier_id, act_at);
    if mall.supplier_standing(new.tenant_id, new.supplier_id, mall.business_day(act_at)) <> 'trial' then
        raise exception 'supplier % is not at its trial', new.supplier_id using errcode = 'check_violation';
    end if;
    if not exists (
        select from mall.purchase_order o
        where o.tenant_id = new.tenant_id and o.purchase_order_id = new.purchase_order_id
            and o.supplier_id = new.supplier_id and (new.judged_at is null or o.status = 'received')
    ) or new.judged_at is not null and new.quantity <> (
        select sum(l.quantity) from mall.purchase_order_line l
        where l.tenant_id = new.tenant_id and l.purchase_order_id = new.purchase_order_id
    ) then
        raise exception 'order % is no such trial', new.purchase_order_id using errcode = 'check_violation';
    end if;
    return new;
end
$$;
create trigger supplier_trial_in_turn before insert or update on mall.supplier_trial
    for each row execute function mall.act_on_trial();

create function mall.act_on_suspension() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
begin
    perform mall.note_supplier_act(new.tenant_id, new.supplier_id, coalesce(new.lifted_at, new.suspended_at));
    update mall.supplier set status = case when new.lifted_at is null then 'suspended' else 'active' end
    where tenant_id = new.tenant_id and supplier_id = new.supplier_id;
    return null;
end
$$;
create trigger supplier_suspension_acts after insert or update on mall.supplier_suspension
    for each row execute function mall.act_on_suspension();

-- Nothing is proposed to or ordered from who is not active, but the one trial order of who stands before its trial. What
-- was ordered before may still be delivered. The owner writes the orders of a past.
create function mall.order_behind_gates() returns trigger language plpgsql as $$
declare
    standing text;
begin
    if current_user not in ('pointmart_api', 'pointmart_committer') then
        return null;
    end if;
    standing := mall.supplier_standing(
        new.tenant_id, new.supplier_id, mall.business_day(coalesce(new.ordered_at, new.created_at)));
    if standing = 'active' then
        return null;
    end if;
    if standing <> 'trial' or not exists (
        select from mall.supplier_trial t
        where t.tenant_id = new.tenant_id and t.purchase_order_id = new.purchase_order_id and t.judged_at is null
    ) or (
        select sum(l.quantity) from mall.purchase_order_line l
        where l.tenant_id = new.tenant_id and l.purchase_order_id = new.purchase_order_id
    ) not between 500 and 1000 or (
        select count(*) from mall.supplier_trial t
        join mall.purchase_order o using (tenant_id, purchase_order_id)
        where t.tenant_id = new.tenant_id and t.supplier_id = new.supplier_id and t.judged_at is null
            and o.status not in ('rejected', 'cancelled')
    ) > 1 then
        raise exception 'supplier % stands before %, so order % is not to be', new.supplier_id, standing,
            new.purchase_order_id using errcode = 'check_violation';
    end if;
    return null;
end
$$;
-- Looked at when the transaction ends, when the lines and the trial are there.
create constraint trigger purchase_order_behind_gates after insert on mall.purchase_order
    deferrable initially deferred for each row when (new.status not in ('rejected', 'cancelled'))
    execute function mall.order_behind_gates();
create constraint trigger purchase_order_placed_behind_gates after update of status on mall.purchase_order
    deferrable initially deferred for each row when (new.status = 'ordered' and old.status <> 'ordered')
    execute function mall.order_behind_gates();

-- Opens once for each of the days before the last one, and closes when another of the kind, and brand, follows on.
create table mall.supplier_document_alert (
    tenant_id uuid not null,
    alert_id uuid not null default uuidv7(),
    document_id uuid not null,
    days_before int not null check (days_before between 0 and 365),
    opened_at timestamptz not null,
    acknowledged_at timestamptz,
    acknowledged_by text check (length(acknowledged_by) between 1 and 200),
    closed_at timestamptz check (closed_at >= opened_at),
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, alert_id),
    unique (tenant_id, document_id, days_before),
    foreign key (tenant_id, document_id) references mall.supplier_document,
    check ((acknowledged_at is null) = (acknowledged_by is null))
);
create trigger supplier_document_alert_xid before update on mall.supplier_document_alert
    for each row execute function mall.stamp_xid();
create index supplier_document_alert_by_xid on mall.supplier_document_alert (xid);

do $$
declare
    t text;
begin
    foreach t in array array['supplier_document', 'supplier_sample', 'supplier_trial', 'supplier_suspension',
        'supplier_document_alert'] loop
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
grant update (verified_by, verified_at, rejected_by, rejected_at, rejected_reason, is_forged)
    on mall.supplier_document to pointmart_api;
grant update (quantity, delivered_quantity, due_quantity, shipped_quantity, complaints, answered, result, judged_by,
    judged_at) on mall.supplier_trial to pointmart_api;
grant update (lifted_by, lifted_at) on mall.supplier_suspension to pointmart_api;
grant update (acknowledged_at, acknowledged_by, closed_at) on mall.supplier_document_alert to pointmart_api;
-- The watch looks at every tenant's documents at once.
grant insert on mall.supplier_document_alert to pointmart_committer;
grant update (closed_at) on mall.supplier_document_alert to pointmart_committer;

create or replace view export.supplier as
select tenant_id, supplier_id, code, name, status, recorded_at, xid, brand_id, is_gated
from mall.supplier;

-- Who handed in, verified or rejected stays here, and so do what people wrote and where the file lies.
create view export.supplier_document as
select
    d.tenant_id, d.document_id, d.supplier_id, d.kind, d.number, d.brand_id, b.code as brand_code,
    b.is_known as is_known_brand, d.level, d.issued_on, d.valid_from, d.expires_on, d.handed_in_at, d.verified_at,
    d.rejected_at, d.is_forged, d.recorded_at, greatest(d.xid, b.xid) as xid
from mall.supplier_document d
left join mall.brand b using (brand_id);

create view export.supplier_sample as
select tenant_id, sample_id, supplier_id, result, score, tested_on, noted_at, recorded_at, xid
from mall.supplier_sample;

create view export.supplier_trial as
select
    tenant_id, purchase_order_id, supplier_id, begun_at, quantity, delivered_quantity, due_quantity, shipped_quantity,
    complaints, answered, result, judged_at, recorded_at, xid
from mall.supplier_trial;

create view export.supplier_suspension as
select tenant_id, suspension_id, supplier_id, failed_gate, suspended_at, lifted_at, recorded_at, xid
from mall.supplier_suspension;

grant select on export.supplier_document, export.supplier_sample, export.supplier_trial, export.supplier_suspension
    to pointmart_landing, pointmart_reader;
