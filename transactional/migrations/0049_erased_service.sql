-- What an erased member said about what went wrong, and what leads from a parcel to them, goes with the rest; that there
-- was a case or a parcel, and who was responsible, stays with the books.

create function mall.keep_note() returns trigger language plpgsql as $$
begin
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
drop trigger after_sales_note_append_only on mall.after_sales_note;
create trigger after_sales_note_append_only before update or delete on mall.after_sales_note
    for each row execute function mall.keep_note();

grant select, delete on mall.after_sales_note to pointmart_committer;
grant update (reference) on mall.after_sales_case to pointmart_committer;
grant update (note) on mall.compensation to pointmart_committer;
grant update (reference, tracking_number) on mall.shipment to pointmart_committer;
