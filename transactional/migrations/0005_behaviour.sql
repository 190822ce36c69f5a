-- What members do and say in the mall.

create table mall.event (
    tenant_id uuid not null,
    event_id uuid not null default uuidv7(),
    member_id uuid not null,
    kind text not null check (kind in ('visit', 'search', 'view', 'click', 'favourite')),
    item_id uuid references mall.item,
    occurred_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, event_id),
    check (item_id is not null or kind in ('visit', 'search')),
    foreign key (tenant_id, member_id) references mall.member
);
create index event_by_xid on mall.event (xid);
create index event_by_member on mall.event (tenant_id, member_id, occurred_at desc);

-- comment may hold personal words: it is never exported.
create table mall.feedback (
    tenant_id uuid not null,
    feedback_id uuid not null default uuidv7(),
    member_id uuid not null,
    redemption_id uuid,
    score smallint not null check (score between 1 and 5),
    comment text check (length(comment) <= 2000),
    answered_at timestamptz not null,
    recorded_at timestamptz not null default clock_timestamp(),
    xid xid8 not null default pg_current_xact_id(),
    primary key (tenant_id, feedback_id),
    foreign key (tenant_id, member_id) references mall.member,
    foreign key (tenant_id, redemption_id) references mall.redemption
);
create unique index one_feedback_per_redemption on mall.feedback (tenant_id, redemption_id)
    where redemption_id is not null;
create index feedback_by_xid on mall.feedback (xid);
