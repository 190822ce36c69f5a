-- The terms of a campaign can be edited as long as it is a draft. What it lowers and links is fixed when it is drafted.

grant update (name_zh, name_en, starts_at, ends_at, earn_numerator, earn_denominator, member_days, discount_bp, budget_points,
    member_limit_points) on mall.campaign to pointmart_api;

create function mall.refuse_campaign_terms() returns trigger language plpgsql as $$
begin
    raise exception 'the terms of a campaign that was approved or stopped are fixed' using errcode = 'restrict_violation';
end
$$;
create trigger campaign_terms_fixed
before update of name_zh, name_en, starts_at, ends_at, earn_numerator, earn_denominator, member_days, discount_bp,
    budget_points, member_limit_points
on mall.campaign for each row
when (old.approved_at is not null or old.stopped_at is not null)
execute function mall.refuse_campaign_terms();
