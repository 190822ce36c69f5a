-- Guessing is stopped, passwords are changed, and a person may be known by an identity provider.

alter table mall.login
    add column failed_count smallint not null default 0 check (failed_count >= 0),
    add column locked_until timestamptz,
    -- Sessions that were opened before are over: the password was changed since.
    add column sessions_from timestamptz;
grant update (password_hash, failed_count, locked_until, sessions_from) on mall.login to pointmart_api;

-- Who a login is at an identity provider, as an operator has linked them; the service itself links nobody.
create table mall.login_identity (
    tenant_id uuid not null,
    issuer text not null check (length(issuer) between 1 and 500),
    subject text not null check (length(subject) between 1 and 255),
    username text not null,
    linked_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, issuer, subject),
    unique (tenant_id, issuer, username),
    foreign key (tenant_id, username) references mall.login on delete cascade
);
alter table mall.login_identity enable row level security;
create policy own_tenant on mall.login_identity to pointmart_api
    using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant());
grant select on mall.login_identity to pointmart_api;

create or replace view access.login as
select tenant_id, username, role, sessions_from
from mall.login
where disabled_at is null;
