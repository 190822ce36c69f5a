-- What is said about a case is sealed with its member's own key, as what members say elsewhere is sealed. The worker seals
-- what was stored in the open.

alter table mall.after_sales_note
    alter column text drop not null,
    add column sealed_text bytea,
    add constraint said_in_one_way check (num_nonnulls(text, sealed_text) = 1);
create index after_sales_note_in_the_open on mall.after_sales_note (tenant_id) where text is not null;

-- Append-only, but for the seal that takes the place of what stood in the open, and for the notes of who was erased.
create or replace function mall.keep_note() returns trigger language plpgsql as $$
begin
    if tg_op = 'UPDATE' and old.text is not null and new.text is null
        and to_jsonb(old) - array['text', 'sealed_text'] = to_jsonb(new) - array['text', 'sealed_text'] then
        return new;
    end if;
    if tg_op = 'DELETE' and exists (
        select from mall.after_sales_case c
        join mall.member m on m.tenant_id = c.tenant_id and m.member_id = c.member_id
        where c.tenant_id = old.tenant_id and c.case_id = old.case_id and m.erased_at is not null
    ) then
        return old;
    end if;
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;
grant update (text, sealed_text) on mall.after_sales_note to pointmart_api;
