-- Keys by which the platform's own people and programs read what serving tells of all tenants together.

alter table mall.platform_key drop constraint platform_key_scope_check;
alter table mall.platform_key add constraint platform_key_scope_check check (scope in ('write_back', 'read'));

create view access.platform_key as
select key_hash, scope
from mall.platform_key
where revoked_at is null;
grant select on access.platform_key to pointmart_reader;
