-- The hashes that are still to be keyed are found oldest first. By their keys, which are random, the index took a page of
-- its own for each new request of an installation without a vault, where none is ever keyed; by time it grows at one end.
drop index mall.request_hash_to_key;
create index request_hash_to_key on mall.idempotency_key (recorded_at) where not is_keyed;
