-- Campaigns: what a tenant gives its members for a while, out of a budget in points. Drafted and approved by people,
-- used up by the committer, which never takes more than the budget.

-- A draft has no approved_at; a campaign runs from starts_at until before ends_at unless it was stopped. started_at and
-- ended_at are when that was written down and told, and decide nothing. Without a budget nothing is given in points.
create table mall.campaign (
    tenant_id uuid not null references mall.tenant,
    campaign_id uuid not null,
    reference text not null check (length(reference) between 1 and 200),
    request_hash bytea not null check (length(request_hash) = 32),
    kind text not null check (kind in ('festival', 'member_day', 'flash_sale', 'new_item')),
    name_zh text not null check (length(name_zh) between 1 and 100),
    name_en text not null check (length(name_en) between 1 and 100),
    starts_at timestamptz not null,
    ends_at timestamptz not null check (ends_at > starts_at),
    audience text not null check (audience in ('everybody', 'segments', 'pilot', 'tiers')),
    scheme text check (scheme ~ '^[a-z][a-z0-9_]{0,39}$'),
    audience_groups text[] not null default '{}',
    earn_numerator int check (earn_numerator between 1 and 1000),
    earn_denominator int check (earn_denominator between 1 and 1000),
    member_days date[] not null default '{}',
    discount_bp int check (discount_bp between 1 and 9999),
    categories text[] not null default '{}',
    budget_points bigint check (budget_points between 1 and 1000000000000),
    member_limit_points bigint check (member_limit_points between 1 and budget_points),
    used_points bigint not null default 0
        constraint campaign_never_over_budget check (used_points between 0 and coalesce(budget_points, 0)),
    created_by text not null check (length(created_by) between 1 and 200),
    created_at timestamptz not null,
    approved_by text check (length(approved_by) between 1 and 200),
    approved_at timestamptz,
    started_at timestamptz,
    stopped_by text check (length(stopped_by) between 1 and 200),
    stopped_at timestamptz,
    stop_reason text check (length(stop_reason) between 1 and 500),
    ended_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, campaign_id),
    unique (tenant_id, reference),
    check ((audience = 'segments') = (scheme is not null)),
    check ((audience in ('segments', 'tiers')) = (cardinality(audience_groups) > 0)),
    check ((earn_numerator is null) = (earn_denominator is null)),
    check (earn_numerator > earn_denominator),
    check ((approved_at is null) = (approved_by is null)),
    check ((stopped_at is null) = (stopped_by is null) and (stopped_at is null) = (stop_reason is null))
);
create trigger campaign_xid before update on mall.campaign for each row execute function mall.stamp_xid();
create index campaign_by_xid on mall.campaign (xid);
-- Every batch of the committer looks here.
create index live_campaign on mall.campaign (tenant_id, campaign_id)
    where approved_at is not null and stopped_at is null and ended_at is null;

-- What is cheaper: at a price of its own, or by the campaign's discount.
create table mall.campaign_item (
    tenant_id uuid not null,
    campaign_id uuid not null,
    item_id uuid not null,
    price_points bigint check (price_points between 1 and 1000000000),
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, campaign_id, item_id),
    foreign key (tenant_id, campaign_id) references mall.campaign,
    foreign key (tenant_id, item_id) references mall.offer
);
create index campaign_item_by_item on mall.campaign_item (tenant_id, item_id);
create index campaign_item_by_xid on mall.campaign_item (xid);

create table mall.campaign_sale (
    tenant_id uuid not null,
    campaign_id uuid not null,
    sale_id uuid not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, campaign_id, sale_id),
    foreign key (tenant_id, campaign_id) references mall.campaign,
    foreign key (tenant_id, sale_id) references mall.flash_sale
);
create index campaign_sale_by_xid on mall.campaign_sale (xid);

-- How many points of the budget a member has had. Not enforced, as for flash sales.
create table mall.campaign_member (
    tenant_id uuid not null,
    campaign_id uuid not null,
    member_id uuid not null,
    used_points bigint not null check (used_points >= 0),
    primary key (tenant_id, campaign_id, member_id),
    foreign key (tenant_id, campaign_id) references mall.campaign not enforced,
    foreign key (tenant_id, member_id) references mall.member not enforced
);

-- Append-only. What of a budget was taken for an earning or a line of a redemption, and (negative) what came back with
-- points that were taken back and pieces that were cancelled or refunded. cause_id is the transfer or the redemption.
create table mall.campaign_use (
    tenant_id uuid not null,
    cause_id uuid not null,
    kind text not null check (kind in ('extra', 'discount', 'extra_back', 'discount_back')),
    line_no smallint not null default 0,
    campaign_id uuid not null,
    member_id uuid not null,
    redemption_id uuid,
    points bigint not null check ((kind in ('extra', 'discount')) = (points > 0) and points <> 0),
    effective_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, cause_id, kind, line_no),
    foreign key (tenant_id, campaign_id) references mall.campaign not enforced,
    check ((kind in ('discount', 'discount_back')) = (redemption_id is not null))
);
create trigger campaign_use_append_only before update or delete on mall.campaign_use
    for each row execute function mall.refuse_change();
create index campaign_use_by_redemption on mall.campaign_use (tenant_id, redemption_id) where redemption_id is not null;
create index campaign_use_by_campaign on mall.campaign_use (tenant_id, campaign_id);
create index campaign_use_by_xid on mall.campaign_use (xid);

do $$
declare
    t text;
begin
    foreach t in array array['campaign', 'campaign_item', 'campaign_sale', 'campaign_member', 'campaign_use'] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
    end loop;
end
$$;

-- The API drafts, approves and stops; what is used is the committer's.
create policy drafted_unused on mall.campaign as restrictive for insert to pointmart_api
    with check (used_points = 0 and approved_at is null and stopped_at is null and started_at is null and ended_at is null);
grant select on mall.campaign, mall.campaign_item, mall.campaign_sale, mall.campaign_member, mall.campaign_use
    to pointmart_api, pointmart_committer;
grant insert on mall.campaign, mall.campaign_item, mall.campaign_sale to pointmart_api;
grant update (approved_by, approved_at, stopped_by, stopped_at, stop_reason) on mall.campaign to pointmart_api;
grant update (used_points, started_at, ended_at) on mall.campaign to pointmart_committer;
grant insert, delete, update (used_points) on mall.campaign_member to pointmart_committer;
grant insert on mall.campaign_use to pointmart_committer;
-- Whom a campaign is for.
grant select on mall.tier to pointmart_committer;

-- Without the reference and the names of who decided; lists are joined by commas.
create view export.campaign as
select
    tenant_id, campaign_id, kind, name_zh, name_en, starts_at, ends_at, audience, scheme,
    nullif(array_to_string(audience_groups, ','), '') as audience_groups, earn_numerator, earn_denominator,
    nullif(array_to_string(member_days, ','), '') as member_days, discount_bp,
    nullif(array_to_string(categories, ','), '') as categories, budget_points, member_limit_points, used_points, created_at,
    approved_at, started_at, stopped_at, ended_at, recorded_at, xid
from mall.campaign;
create view export.campaign_item as
select tenant_id, campaign_id, item_id, price_points, recorded_at, xid
from mall.campaign_item;
create view export.campaign_sale as
select tenant_id, campaign_id, sale_id, recorded_at, xid
from mall.campaign_sale;
-- Whose it is, the transfer or the redemption says.
create view export.campaign_use as
select tenant_id, cause_id, kind, line_no, campaign_id, redemption_id, points, effective_at, recorded_at, xid
from mall.campaign_use;

grant select on export.campaign, export.campaign_item, export.campaign_sale, export.campaign_use
    to pointmart_landing, pointmart_reader;
