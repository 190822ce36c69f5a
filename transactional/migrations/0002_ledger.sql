-- Members and the double-entry points ledger.

-- external_ref is the tenant's own identifier of the member; it never leaves this database.
create table mall.member (
    tenant_id uuid not null references mall.tenant,
    member_id uuid not null default uuidv7(),
    external_ref text not null check (length(external_ref) between 1 and 200),
    is_test boolean not null default false,
    registered_at timestamptz not null,
    erased_at timestamptz,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, member_id),
    unique (tenant_id, external_ref)
);
create trigger member_xid before update on mall.member
    for each row execute function mall.stamp_xid();
create index member_by_xid on mall.member (xid);

-- A member's account has the member's id. The program's own accounts (issuance, redeemed, ...) carry no
-- cached balance: they would be one hot row per tenant, and their balance is the sum of their entries.
create table mall.account (
    tenant_id uuid not null references mall.tenant,
    account_id uuid not null,
    kind text not null
        check (kind in ('member', 'issuance', 'redeemed', 'expired', 'exchange', 'adjustment')),
    balance bigint not null default 0,
    version bigint not null default 0,
    primary key (tenant_id, account_id),
    constraint member_balance_never_negative check (kind <> 'member' or balance >= 0)
);
create unique index one_program_account_of_a_kind on mall.account (tenant_id, kind) where kind <> 'member';

-- One business act. redeem and refund transfers name their redemption.
-- earn is the member's own act (a purchase, a stay); grant is a gift of the tenant.
create table mall.transfer (
    tenant_id uuid not null references mall.tenant,
    transfer_id uuid not null default uuidv7(),
    kind text not null check (kind in ('earn', 'grant', 'redeem', 'refund', 'adjust', 'expire')),
    member_id uuid not null,
    redemption_id uuid,
    reference text check (length(reference) <= 200),
    effective_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    primary key (tenant_id, transfer_id),
    foreign key (tenant_id, member_id) references mall.member
);
create index transfer_by_member on mall.transfer (tenant_id, member_id, effective_at desc, transfer_id desc);

-- A credit to a member. Its id is the crediting transfer's. remaining_points is a cache of the entries that
-- name the lot; it is not exported, so an update does not renew xid.
create table mall.lot (
    tenant_id uuid not null,
    account_id uuid not null,
    lot_id uuid not null,
    issued_points bigint not null check (issued_points > 0),
    remaining_points bigint not null check (remaining_points >= 0),
    active_from timestamptz not null,
    expires_on date,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, account_id, lot_id),
    check (remaining_points <= issued_points),
    foreign key (tenant_id, account_id) references mall.account
);
create index lot_by_xid on mall.lot (xid);

-- Append-only. The entries of a transfer sum to zero. An entry on a member's account names the lot it moves.
create table mall.entry (
    tenant_id uuid not null,
    transfer_id uuid not null,
    entry_no smallint not null,
    account_id uuid not null,
    lot_id uuid,
    amount bigint not null check (amount <> 0),
    balance_after bigint check (balance_after >= 0),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, transfer_id, entry_no),
    foreign key (tenant_id, transfer_id) references mall.transfer,
    foreign key (tenant_id, account_id) references mall.account
);
create index entry_by_xid on mall.entry (xid);

create function mall.refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% is append-only', tg_table_name using errcode = 'restrict_violation';
end
$$;
create trigger entry_append_only before update or delete on mall.entry
    for each row execute function mall.refuse_change();
create trigger transfer_append_only before update or delete on mall.transfer
    for each row execute function mall.refuse_change();
