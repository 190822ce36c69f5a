-- What the platform may do by licence (value-added telecom, internet culture …), and who is told before one lapses.

-- A licence is renewed by registering the next one of its kind; which one holds follows from the days.
create table mall.licence (
    licence_id uuid primary key default uuidv7(),
    kind text not null check (kind ~ '^[a-z][a-z0-9_]{0,39}$'),
    number text not null check (length(number) between 1 and 100),
    holder text not null check (length(holder) between 1 and 200),
    valid_from date not null,
    expires_on date not null check (expires_on >= valid_from),
    registered_by text not null check (length(registered_by) between 1 and 200),
    registered_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    unique (kind, number)
);
create trigger licence_append_only before update or delete on mall.licence
    for each row execute function mall.refuse_change();
create index licence_by_xid on mall.licence (xid);

-- Opens once for each of the days before the last one, and closes when a licence of the kind lasts longer.
create table mall.licence_alert (
    alert_id uuid primary key default uuidv7(),
    licence_id uuid not null references mall.licence,
    days_before int not null check (days_before between 0 and 365),
    opened_at timestamptz not null,
    acknowledged_at timestamptz,
    acknowledged_by text check (length(acknowledged_by) between 1 and 200),
    closed_at timestamptz check (closed_at >= opened_at),
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    unique (licence_id, days_before),
    check ((acknowledged_at is null) = (acknowledged_by is null))
);
create trigger licence_alert_xid before update on mall.licence_alert for each row execute function mall.stamp_xid();
create index licence_alert_by_xid on mall.licence_alert (xid);

grant select, insert on mall.licence, mall.licence_alert to pointmart_api;
grant update (acknowledged_at, acknowledged_by, closed_at) on mall.licence_alert to pointmart_api;

create view export.licence as
select licence_id, kind, number, valid_from, expires_on, recorded_at, xid
from mall.licence;

create view export.licence_alert as
select alert_id, licence_id, days_before, opened_at, acknowledged_at, closed_at, recorded_at, xid
from mall.licence_alert;

grant select on export.licence, export.licence_alert to pointmart_landing, pointmart_reader;
