-- Who works at the desks: operators, risk analysts and the platform's own people; and why a reviewer decided as they did.

alter table mall.login drop constraint login_role_check;
alter table mall.login add constraint login_role_check check (role in (
    'enterprise_viewer', 'enterprise_admin', 'planner', 'operator', 'risk_analyst', 'platform_admin'
));

-- A platform administrator sees every tenant, so no enterprise can have one.
create function mall.keep_platform_admins() returns trigger language plpgsql as $$
begin
    if new.role = 'platform_admin' and not exists (
        select from mall.tenant where tenant_id = new.tenant_id and industry = 'platform'
    ) then
        raise exception 'a platform_admin belongs to the platform itself'
            using errcode = 'check_violation', constraint = 'platform_admin_of_the_platform';
    end if;
    return new;
end
$$;
create trigger login_of_the_platform before insert or update of role, tenant_id on mall.login
    for each row execute function mall.keep_platform_admins();

-- An enterprise cannot become the platform's own tenant, or cease to be one, while people see every tenant through it.
create function mall.keep_industry() returns trigger language plpgsql as $$
begin
    if (old.industry = 'platform') <> (new.industry = 'platform') then
        raise exception 'whether a tenant is the platform itself is fixed' using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;
create trigger tenant_keeps_its_industry before update of industry on mall.tenant
    for each row execute function mall.keep_industry();

alter table mall.risk_assessment
    add column decided_reason text check (length(decided_reason) between 1 and 500),
    add constraint reason_of_a_decision check (decided_reason is null or decided_verdict is not null);
grant update (decided_reason) on mall.risk_assessment to pointmart_committer;

-- Who shares a device is looked at by those who review; row security keeps each tenant to its own.
grant select on mall.device_member to pointmart_api;
