-- Where an impression was shown and what brought it there; an act that names an answer may name the place too.

alter table mall.event
    add column context text check (context ~ '^[a-z][a-z0-9_]{0,39}$'),
    add column stage text check (stage ~ '^[a-z][a-z0-9_]{0,39}$'),
    drop constraint impression_is_whole,
    add constraint impression_is_whole check (
        case
            when kind = 'impression' then num_nulls(request_id, position, propensity, policy) = 0
            else num_nonnulls(propensity, policy, context, stage) = 0
                and (position is null or num_nulls(request_id, item_id) = 0)
        end
    );

-- A place of an answer is shown once, however often and under whatever ids that is told. Until now it could be stored
-- again; what came first stays.
delete from mall.event later
using mall.event former
where later.kind = 'impression' and former.kind = 'impression'
    and former.tenant_id = later.tenant_id and former.request_id = later.request_id
    and former.position = later.position
    and (former.recorded_at, former.event_id) < (later.recorded_at, later.event_id);
create unique index impression_of_a_place on mall.event (tenant_id, request_id, position) where kind = 'impression';

create or replace view export.event as
select
    tenant_id, event_id, member_id, kind, item_id, occurred_at, recorded_at, xid,
    request_id, position, propensity, policy, context, stage
from mall.event;

-- By what serving knows a person who asks with the session they logged in to: as for keys, what counts is what is now.
create view access.login as
select tenant_id, username, role
from mall.login
where disabled_at is null;
grant select on access.login to pointmart_reader;
