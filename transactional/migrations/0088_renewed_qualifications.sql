-- A qualification that lapses while a tenant is taken on, or later, is renewed; what stood there, and each step, is an
-- administrative act.
alter table mall.onboarding
    add column renewed_by text check (length(renewed_by) between 1 and 200),
    add column renewed_at timestamptz,
    add constraint renewed_by_somebody check ((renewed_by is null) = (renewed_at is null));
grant update (qualification_number, qualification_expires_on, renewed_by, renewed_at) on mall.onboarding
    to pointmart_committer;
create trigger onboarding_audited after insert or update or delete on mall.onboarding for each row
    execute function mall.note_administrative_act('tenant_id', 'request_hash');
