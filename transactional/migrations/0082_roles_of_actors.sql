-- An act says in which role a person did it: who had another role later had that one then. Programs have none, and acts
-- from before do not tell.
alter table mall.administrative_act
    add column actor_role text check (length(actor_role) between 1 and 100);

create or replace function mall.note_administrative_act() returns trigger language plpgsql security definer
    set search_path = pg_catalog, pg_temp as $$
declare
    was jsonb := case when tg_op = 'INSERT' then '{}' else to_jsonb(old) end;
    now jsonb := case when tg_op = 'DELETE' then '{}' else to_jsonb(new) end;
    one jsonb := was || now;
    untold text[] := array['tenant_id', 'xid', 'recorded_at'] || string_to_array(tg_argv[1], ',');
    changes jsonb;
begin
    select jsonb_object_agg(name, jsonb_build_array(was -> name, now -> name)) into changes
    from jsonb_object_keys(one) name
    where name <> all (untold) and was -> name is distinct from now -> name;
    if changes is not null then
        insert into mall.administrative_act (tenant_id, actor, actor_role, act, subject, subject_key, changed)
        values (
            coalesce((one ->> 'tenant_id')::uuid, '00000000-0000-0000-0000-000000000000'),
            coalesce(nullif(current_setting('pointmart.actor', true), ''), 'database: ' || session_user),
            nullif(current_setting('pointmart.actor_role', true), ''),
            lower(tg_op), tg_table_name,
            (select jsonb_object_agg(name, one -> name) from unnest(string_to_array(tg_argv[0], ',')) name), changes);
    end if;
    return null;
end
$$;

-- By day, as a screen asks for them.
create index administrative_act_by_time on mall.administrative_act (tenant_id, acted_at);
