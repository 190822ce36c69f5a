-- Personalisation: whether a member takes personal recommendations, and the coarse group it belongs to.

-- profile is one of four groups that say how to begin with somebody unknown, never words of a person; null says
-- nothing. is_personalised is false once the member refuses personal recommendations (PIPL, article 24).
alter table mall.member
    add column profile text check (profile in ('young', 'family', 'senior', 'traveller')),
    add column is_personalised boolean not null default true;

grant insert (profile, is_personalised), update (profile, is_personalised) on mall.member to pointmart_api;
-- An erasure forgets the group.
grant update (profile) on mall.member to pointmart_committer;

create or replace view export.member as
select
    tenant_id, member_id, is_test, erased_at is not null as is_erased, registered_at, recorded_at, xid,
    profile, is_personalised
from mall.member;

-- What tells whether a price can be had with points and cash. cash_points points are worth cash_fen fen; both are
-- null where the program takes no cash.
create or replace view export.tenant as
select
    t.tenant_id, t.code, t.name, t.industry, t.is_test, p.lot_validity_months, p.point_cost_fen_per_100,
    t.recorded_at, t.xid, p.cash_points, p.cash_fen, p.cash_share_min_bp, p.cash_share_max_bp
from mall.tenant t
join mall.program p using (tenant_id)
where t.industry <> 'platform';

-- Tenants are landed again, for a program may have had a cash rule before it was exported. Of members there is nothing
-- to tell yet.
update mall.tenant set xid = pg_current_xact_id();
