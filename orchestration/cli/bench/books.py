"""Whether the books are true: every identity of the ledger, checked over every row in SQL."""

import psycopg

# Each counts what is wrong.
_IDENTITIES = {
    "transfers whose entries do not sum to zero": """
        select count(*) from (
            select from mall.entry group by tenant_id, transfer_id having sum(amount) <> 0 or count(*) < 2
        ) wrong
    """,
    "transfers without entries": """
        select (select count(*) from mall.transfer) - (select count(*) from mall.entry where entry_no = 0)
    """,
    "accounts whose balance is not the sum of their entries": """
        select count(*)
        from mall.account a
        left join (select tenant_id, account_id, sum(amount) as amount from mall.entry group by 1, 2) e
            using (tenant_id, account_id)
        where a.kind = 'member' and a.balance <> coalesce(e.amount, 0)
    """,
    "lots whose remainder is not the sum of their entries": """
        select count(*)
        from mall.lot l
        full join (
            select tenant_id, account_id, lot_id, sum(amount) as amount
            from mall.entry where lot_id is not null group by 1, 2, 3
        ) e using (tenant_id, account_id, lot_id)
        where l.remaining_points is distinct from e.amount
    """,
    "items whose stock is not what came in less what went out": """
        select count(*)
        from mall.stock s
        left join (select tenant_id, item_id, sum(quantity) as quantity from mall.stock_movement group by 1, 2) m
            using (tenant_id, item_id)
        left join (select tenant_id, item_id, sum(quantity) as quantity from mall.redemption_line group by 1, 2) l
            using (tenant_id, item_id)
        where s.on_hand + coalesce((to_jsonb(s) ->> 'allotted')::bigint, 0)
            <> coalesce(m.quantity, 0) - coalesce(l.quantity, 0)
    """,
    "redemptions whose lines do not add up to their points": """
        select count(*)
        from mall.redemption r
        left join (
            select tenant_id, redemption_id, sum(quantity * unit_points) as points
            from mall.redemption_line group by 1, 2
        ) l using (tenant_id, redemption_id)
        where l.points is distinct from r.points
    """,
    "redemptions that did not take their points from the member once": """
        select count(*)
        from mall.redemption r
        left join (
            select tenant_id, transfer_id, sum(amount) filter (where lot_id is not null) as amount
            from mall.entry group by 1, 2
        ) e on e.tenant_id = r.tenant_id and e.transfer_id = r.redemption_id
        where e.amount is distinct from -r.points
    """,
    "redemptions without a key, or with two": """
        select count(*)
        from mall.redemption r
        left join (
            select tenant_id, redemption_id, count(*) as keys from mall.idempotency_key
            where redemption_id is not null group by 1, 2
        ) k using (tenant_id, redemption_id)
        where k.keys is distinct from 1
    """,
    "redemptions nobody was told of": """
        select count(*)
        from mall.redemption r
        where not exists (
            select from mall.outbox o where o.tenant_id = r.tenant_id and o.subject_id = r.redemption_id
        )
    """,
}


def check_books(connection: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    """Return what is wrong, in words; nothing if the books are true."""
    connection.execute("set work_mem = '256MB'")
    found = []
    for words, counting in _IDENTITIES.items():
        if wrong := _number(connection, counting):
            found.append(f"{wrong:,} {words}")
    return found


def count_redemptions(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    """Return how many redemptions are stored."""
    return _number(connection, "select count(*) from mall.redemption")


def count_events(connection: psycopg.Connection[tuple[object, ...]]) -> int:
    """Return how many behaviour events are stored."""
    return _number(connection, "select count(*) from mall.event")


def _number(connection: psycopg.Connection[tuple[object, ...]], counting: str) -> int:
    row = connection.execute(counting).fetchone()
    assert row is not None
    return int(str(row[0]))
