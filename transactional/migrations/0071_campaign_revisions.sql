-- Whoever edits or approves a draft names the revision that was looked at. What a draft lowers and links, and whom it is
-- for, can be edited too.

-- revision: how often the draft was edited, last by edited_by at edited_at.
alter table mall.campaign
    add column revision int not null default 0 check (revision >= 0),
    add column edited_by text check (length(edited_by) between 1 and 200),
    add column edited_at timestamptz,
    add constraint campaign_edited_by_somebody check
        ((revision = 0) = (edited_by is null) and (revision = 0) = (edited_at is null));
grant update (audience, scheme, audience_groups, categories, revision, edited_by, edited_at) on mall.campaign to pointmart_api;

drop trigger campaign_terms_fixed on mall.campaign;
create trigger campaign_terms_fixed
before update of name_zh, name_en, starts_at, ends_at, audience, scheme, audience_groups, earn_numerator, earn_denominator,
    member_days, discount_bp, categories, budget_points, member_limit_points, revision, edited_by, edited_at
on mall.campaign for each row
when (old.approved_at is not null or old.stopped_at is not null)
execute function mall.refuse_campaign_terms();

-- What an edit takes out of a draft stays with is_struck: a row that was landed cannot be taken back.
alter table mall.campaign_item add column is_struck boolean not null default false;
alter table mall.campaign_sale add column is_struck boolean not null default false;
create trigger campaign_item_xid before update on mall.campaign_item for each row execute function mall.stamp_xid();
create trigger campaign_sale_xid before update on mall.campaign_sale for each row execute function mall.stamp_xid();
grant update (price_points, is_struck) on mall.campaign_item to pointmart_api;
grant update (is_struck) on mall.campaign_sale to pointmart_api;

create function mall.refuse_campaign_parts() returns trigger language plpgsql as $$
begin
    if exists (
        select from mall.campaign c
        where c.tenant_id = new.tenant_id and c.campaign_id = new.campaign_id
            and (c.approved_at is not null or c.stopped_at is not null)
    ) then
        raise exception 'the terms of a campaign that was approved or stopped are fixed' using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;
create trigger campaign_item_fixed before insert or update on mall.campaign_item
    for each row execute function mall.refuse_campaign_parts();
create trigger campaign_sale_fixed before insert or update on mall.campaign_sale
    for each row execute function mall.refuse_campaign_parts();

create or replace view export.campaign_item as
select tenant_id, campaign_id, item_id, price_points, recorded_at, xid, is_struck
from mall.campaign_item;
create or replace view export.campaign_sale as
select tenant_id, campaign_id, sale_id, recorded_at, xid, is_struck
from mall.campaign_sale;
