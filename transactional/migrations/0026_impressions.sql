-- What was recommended and shown, with the chance it had: by it another way to recommend can be judged from the log.

-- An impression is an act of the mall and none of the member; `request_id` names the answer that it belongs to, or that
-- led to a view, a click or a favourite. propensity is the chance with which `policy`, a code, showed this item at this
-- position (1 is the first).
alter table mall.event
    add column request_id uuid,
    add column position smallint check (position between 1 and 200),
    add column propensity double precision check (propensity > 0 and propensity <= 1),
    add column policy text check (policy ~ '^[a-z][a-z0-9_]{0,39}$'),
    drop constraint event_kind_check,
    add constraint event_kind_check
        check (kind in ('visit', 'search', 'view', 'click', 'favourite', 'impression')),
    add constraint impression_is_whole check (
        case
            when kind = 'impression' then num_nulls(request_id, position, propensity, policy) = 0
            else num_nonnulls(position, propensity, policy) = 0
        end
    );

create or replace view export.event as
select
    tenant_id, event_id, member_id, kind, item_id, occurred_at, recorded_at, xid,
    request_id, position, propensity, policy
from mall.event;
