-- The words that people give - references, reasons, what leads to a bill or a parcel - are kept apart from what must stay
-- for ever, so that they can go with the member they are about while chain, ledger and first answers hold.

-- Of a transfer or a message with words the chain holds SHA-256 of a random salt and the words, not the words. Words and
-- salt go with an erasure and words_hash takes their place; nobody can try words against it without the salt. Rows from
-- before have no salt: the chain holds their words themselves.
alter table mall.transfer
    add column salt uuid,
    add column words_hash bytea check (length(words_hash) = 32),
    add constraint salted_or_forgotten check (num_nonnulls(salt, words_hash) <= 1),
    -- It is found by its redemption, and not by its member: words of it would be overlooked.
    add constraint no_words_of_a_redemption
        check (num_nonnulls(salt, words_hash) = 0 or redemption_id is distinct from transfer_id);

-- member_id: about whom the words are. Who is told of the message is told both together.
alter table mall.outbox
    add column member_id uuid,
    add column words jsonb,
    add column salt uuid,
    add column words_hash bytea check (length(words_hash) = 32),
    add constraint salted_or_forgotten check (num_nonnulls(salt, words_hash) <= 1),
    add constraint words_of_somebody check (
        num_nonnulls(words, salt) in (0, 2) and (member_id is not null) = (num_nonnulls(salt, words_hash) = 1));
create index outbox_with_words on mall.outbox (tenant_id, member_id) where member_id is not null;
grant insert (member_id, words, salt) on mall.outbox to pointmart_api;

alter table mall.idempotency_key
    add column member_id uuid,
    add column words text,
    add constraint words_of_somebody check (words is null or member_id is not null);
create index first_answer_with_words on mall.idempotency_key (tenant_id, member_id) where words is not null;

-- Append-only, but for the words of who was erased, and only if what takes their place is their hash.
create function mall.keep_transfer() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.salt is not null and num_nonnulls(new.salt, new.reference, new.reason) = 0
        and new.words_hash = sha256(uuid_send(old.salt)
            || case when old.reference is null then '\x00'::bytea else '\x01'::bytea
                || int4send(octet_length(old.reference)) || convert_to(old.reference, 'UTF8') end
            || case when old.reason is null then '\x00'::bytea else '\x01'::bytea
                || int4send(octet_length(old.reason)) || convert_to(old.reason, 'UTF8') end)
        and to_jsonb(old) - array['salt', 'words_hash', 'reference', 'reason']
            = to_jsonb(new) - array['salt', 'words_hash', 'reference', 'reason']
        and exists (
            select from mall.member m
            where m.tenant_id = old.tenant_id and m.member_id = old.member_id and m.erased_at is not null
        ) then
        return new;
    end if;
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;
drop trigger transfer_append_only on mall.transfer;
create trigger transfer_append_only before update or delete on mall.transfer
    for each row execute function mall.keep_transfer();

create function mall.keep_message() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.salt is not null and num_nonnulls(new.salt, new.words) = 0
        and new.words_hash = sha256(uuid_send(old.salt)
            || int4send(octet_length(old.words::text)) || convert_to(old.words::text, 'UTF8'))
        and to_jsonb(old) - array['salt', 'words_hash', 'words'] = to_jsonb(new) - array['salt', 'words_hash', 'words']
        and exists (
            select from mall.member m
            where m.tenant_id = old.tenant_id and m.member_id = old.member_id and m.erased_at is not null
        ) then
        return new;
    end if;
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;
drop trigger outbox_append_only on mall.outbox;
create trigger outbox_append_only before update or delete on mall.outbox
    for each row execute function mall.keep_message();

grant update (reference, reason, salt, words_hash) on mall.transfer to pointmart_committer;
grant update (words, salt, words_hash) on mall.outbox to pointmart_committer;
grant update (words) on mall.idempotency_key to pointmart_committer;
grant update (payload) on mall.webhook_delivery to pointmart_committer;
