-- Landing tells how far the rows it takes are complete by the oldest transaction still open, whoever runs it.
-- A user who may not grant this leaves landing with the time of its own run.
do $$
begin
    grant pg_read_all_stats to pointmart_landing;
exception when insufficient_privilege then
    null;
end
$$;
