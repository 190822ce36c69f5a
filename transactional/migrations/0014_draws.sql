-- Draws with a commitment, and flash sales. Both take their pieces from what mall.stock has set aside (allotted).

-- seed_hash is published before the first ticket; sealed_seed is the seed, encrypted, until it is revealed.
-- log_head is the running digest of the public log, ticket_count how far it goes. pseudonym_salt turns members into
-- the names they have in the public log and is never published. request_hash tells a retry from a mix-up.
create table mall.draw (
    tenant_id uuid not null references mall.tenant,
    draw_id uuid not null,
    reference text not null check (length(reference) between 1 and 200),
    request_hash bytea not null check (length(request_hash) = 32),
    name text not null check (length(name) between 1 and 200 and name !~ '[[:cntrl:]]'),
    ticket_points bigint not null check (ticket_points between 1 and 1000000000),
    starts_at timestamptz not null,
    ends_at timestamptz not null check (ends_at > starts_at),
    max_tickets int not null check (max_tickets between 1 and 1000000),
    member_limit int not null check (member_limit between 1 and max_tickets),
    one_prize_per_member boolean not null,
    entropy_source text check (length(entropy_source) between 1 and 500 and entropy_source !~ '[[:cntrl:]]'),
    seed_hash bytea not null check (length(seed_hash) = 32),
    sealed_seed bytea not null,
    pseudonym_salt bytea not null check (length(pseudonym_salt) = 32),
    ticket_count int not null default 0 constraint draw_never_oversold check (ticket_count between 0 and max_tickets),
    log_head bytea not null check (length(log_head) = 32),
    entropy text check (length(entropy) between 1 and 500 and entropy !~ '[[:cntrl:]]'),
    entropy_recorded_at timestamptz,
    seed bytea check (length(seed) = 32),
    revealed_at timestamptz,
    cancelled_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, draw_id),
    unique (tenant_id, reference),
    check ((entropy is null) = (entropy_recorded_at is null)),
    check (entropy is null or entropy_source is not null),
    check ((seed is null) = (revealed_at is null)),
    check (revealed_at is null or (cancelled_at is null and (entropy is null) = (entropy_source is null)))
);
create trigger draw_xid before update on mall.draw for each row execute function mall.stamp_xid();
create index draw_by_xid on mall.draw (xid);
create index draw_by_end on mall.draw (ends_at) where revealed_at is null and cancelled_at is null;

-- name is the item's at the time, because the public log shows it. awarded_count of the quantity found a winner.
create table mall.draw_prize (
    tenant_id uuid not null,
    draw_id uuid not null,
    prize_no smallint not null check (prize_no >= 1),
    item_id uuid not null,
    name text not null check (length(name) between 1 and 200),
    quantity int not null check (quantity >= 1),
    value_fen bigint not null check (value_fen >= 0),
    awarded_count int check (awarded_count between 0 and quantity),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, draw_id, prize_no),
    foreign key (tenant_id, draw_id) references mall.draw,
    foreign key (tenant_id, item_id) references mall.offer
);
create trigger draw_prize_xid before update on mall.draw_prize for each row execute function mall.stamp_xid();
create index draw_prize_by_xid on mall.draw_prize (xid);

-- Each ticket is a redemption. Nothing of it changes but the prize it wins. The committer, its only writer, has just
-- locked or written what a ticket refers to, so checking those keys again for each ticket would only cost time.
create table mall.draw_ticket (
    tenant_id uuid not null,
    draw_id uuid not null,
    ticket_no int not null check (ticket_no >= 1),
    redemption_id uuid not null,
    member_id uuid not null,
    pseudonym bytea not null check (length(pseudonym) = 16),
    sold_at timestamptz not null,
    prize_no smallint,
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, draw_id, ticket_no),
    unique (tenant_id, redemption_id),
    foreign key (tenant_id, draw_id) references mall.draw not enforced,
    foreign key (tenant_id, draw_id, prize_no) references mall.draw_prize,
    foreign key (tenant_id, redemption_id) references mall.redemption not enforced
);
create trigger draw_ticket_xid before update on mall.draw_ticket for each row execute function mall.stamp_xid();
create index draw_ticket_by_xid on mall.draw_ticket (xid);
create index draw_ticket_by_member on mall.draw_ticket (tenant_id, draw_id, member_id);
create index winning_ticket on mall.draw_ticket (tenant_id, draw_id, prize_no, ticket_no) where prize_no is not null;

create function mall.refuse_rewriting_ticket() returns trigger language plpgsql as $$
begin
    if (new.tenant_id, new.draw_id, new.ticket_no, new.redemption_id, new.member_id, new.pseudonym, new.sold_at)
        is distinct from
        (old.tenant_id, old.draw_id, old.ticket_no, old.redemption_id, old.member_id, old.pseudonym, old.sold_at)
        or old.prize_no is not null
    then
        raise exception 'a sold ticket does not change' using errcode = 'restrict_violation';
    end if;
    return new;
end
$$;
create trigger draw_ticket_stays before update on mall.draw_ticket
    for each row execute function mall.refuse_rewriting_ticket();
create trigger draw_ticket_kept before delete on mall.draw_ticket
    for each row execute function mall.refuse_change();

-- left_count of the allotted pieces were still to be had; once closed_at is set they are back on the shelf.
create table mall.flash_sale (
    tenant_id uuid not null references mall.tenant,
    sale_id uuid not null,
    reference text not null check (length(reference) between 1 and 200),
    request_hash bytea not null check (length(request_hash) = 32),
    item_id uuid not null,
    price_points bigint not null check (price_points between 1 and 1000000000),
    starts_at timestamptz not null,
    ends_at timestamptz not null check (ends_at > starts_at),
    allotted bigint not null check (allotted >= 1),
    left_count bigint not null constraint flash_sale_never_oversold check (left_count between 0 and allotted),
    member_limit int not null check (member_limit >= 1),
    closed_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, sale_id),
    unique (tenant_id, reference),
    foreign key (tenant_id, item_id) references mall.offer
);
create trigger flash_sale_xid before update on mall.flash_sale for each row execute function mall.stamp_xid();
create index flash_sale_by_xid on mall.flash_sale (xid);
create index flash_sale_by_end on mall.flash_sale (ends_at) where closed_at is null;

-- How many pieces a member has bought in a sale; what was cancelled no longer counts. Not enforced as above.
create table mall.flash_sale_member (
    tenant_id uuid not null,
    sale_id uuid not null,
    member_id uuid not null,
    bought_count int not null check (bought_count >= 0),
    primary key (tenant_id, sale_id, member_id),
    foreign key (tenant_id, sale_id) references mall.flash_sale not enforced,
    foreign key (tenant_id, member_id) references mall.member not enforced
);

do $$
declare
    t text;
begin
    foreach t in array array['draw', 'draw_prize', 'draw_ticket', 'flash_sale', 'flash_sale_member'] loop
        execute format('alter table mall.%I enable row level security', t);
        execute format(
            'create policy own_tenant on mall.%I to pointmart_api '
            'using (tenant_id = mall.current_tenant()) with check (tenant_id = mall.current_tenant())', t);
        execute format('create policy every_tenant on mall.%I to pointmart_committer using (true) with check (true)', t);
    end loop;
end
$$;

-- The API opens both with nothing sold; tickets and sales are the committer's, and so is the reveal.
create policy opened_unsold on mall.draw as restrictive for insert to pointmart_api
    with check (ticket_count = 0 and entropy is null and revealed_at is null and cancelled_at is null);
create policy opened_unsold on mall.flash_sale as restrictive for insert to pointmart_api
    with check (left_count = allotted and closed_at is null);

-- Neither the sealed seed nor the salt can be read by what answers the public.
grant select (tenant_id, draw_id, reference, request_hash, name, ticket_points, starts_at, ends_at, max_tickets,
    member_limit, one_prize_per_member, entropy_source, seed_hash, ticket_count, log_head, entropy,
    entropy_recorded_at, seed, revealed_at, cancelled_at, recorded_at, xid) on mall.draw to pointmart_api;
grant select on mall.draw_prize, mall.draw_ticket, mall.flash_sale, mall.flash_sale_member to pointmart_api;
grant insert on mall.draw, mall.draw_prize, mall.flash_sale to pointmart_api;
grant update (entropy, entropy_recorded_at) on mall.draw to pointmart_api;
grant update (closed_at) on mall.flash_sale to pointmart_api;
-- Opening and closing move pieces of the own tenant between the shelf and what is set aside.
grant update (on_hand, allotted) on mall.stock to pointmart_api;

grant select on mall.draw, mall.draw_prize, mall.draw_ticket, mall.flash_sale, mall.flash_sale_member
    to pointmart_committer;
grant insert on mall.draw_ticket, mall.flash_sale_member to pointmart_committer;
grant update (ticket_count, log_head, seed, revealed_at, cancelled_at) on mall.draw to pointmart_committer;
grant update (awarded_count) on mall.draw_prize to pointmart_committer;
grant update (prize_no) on mall.draw_ticket to pointmart_committer;
grant update (left_count, closed_at) on mall.flash_sale to pointmart_committer;
grant update (bought_count) on mall.flash_sale_member to pointmart_committer;

-- The public log is read without a key, so its tenant is looked up before the transaction can name one. The
-- function answers for one exact id only, so it cannot be used to list draws.
create function mall.tenant_of_draw(draw_id uuid) returns uuid
language sql stable security definer set search_path = pg_catalog, pg_temp as $$
    select d.tenant_id from mall.draw d where d.draw_id = tenant_of_draw.draw_id
$$;
create index draw_by_id on mall.draw (draw_id);
revoke all on function mall.tenant_of_draw(uuid) from public;
grant execute on function mall.tenant_of_draw(uuid) to pointmart_api;
