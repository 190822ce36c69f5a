-- What people call the categories of goods; an item's category is the code that rules and figures go by.

create table mall.category (
    category text primary key check (length(category) between 1 and 200),
    name_zh text not null check (length(name_zh) between 1 and 100),
    name_en text not null check (length(name_en) between 1 and 100),
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id()
);
create trigger category_xid before update on mall.category for each row execute function mall.stamp_xid();
create index category_by_xid on mall.category (xid);
grant select on mall.category to pointmart_api;

create view export.category as
select category, name_zh, name_en, recorded_at, xid
from mall.category;
grant select on export.category to pointmart_landing, pointmart_reader;
