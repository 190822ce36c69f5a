-- What became of the tickets of draws that have ended.

-- settled_at: every ticket has been completed, or cancelled with its points given back.
alter table mall.draw
    add column cancel_reason text check (length(cancel_reason) between 1 and 200),
    add column settled_at timestamptz,
    add check ((cancel_reason is null) = (cancelled_at is null)),
    add check (settled_at is null or revealed_at is not null or cancelled_at is not null);
create index unsettled_draw on mall.draw (draw_id)
    where settled_at is null and (revealed_at is not null or cancelled_at is not null);
create index ticket_at_stake on mall.redemption (tenant_id, draw_id, redemption_id)
    where draw_id is not null and status = 'paid';

grant select (cancel_reason, settled_at) on mall.draw to pointmart_api;
grant update (cancel_reason, settled_at) on mall.draw to pointmart_committer;
