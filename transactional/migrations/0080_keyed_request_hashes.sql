-- The hash by which a retry is told from another request under its key covers all that was asked, words about a member
-- included: unkeyed, whoever reads the table could try words against it, after an erasure too. So it is made again with a
-- key of the installation's vault, which is not in the database; rows from before, and imports, get theirs from the worker.
alter table mall.idempotency_key add column is_keyed boolean not null default false;
create index request_hash_to_key on mall.idempotency_key (tenant_id, key) where not is_keyed;
grant update (body_hash, is_keyed) on mall.idempotency_key to pointmart_committer;
