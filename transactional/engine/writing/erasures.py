"""Writes erasures: closes the record, and deletes what the person did and said.

What stays are facts of others' books - transfers, entries, lots, holds, redemptions, tickets of public draws,
exchanges - under an id that leads to nobody. Of the words in sealed transfers and messages the chain holds a salted
hash, so words and salt go and the hash stays in their place.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from transactional.database import Connection
from transactional.engine.book import Erasure
from transactional.ledger.leaf import OUTBOX_WORDS, TRANSFER_WORDS

_ERASED = "unnest($1::uuid[], $2::uuid[]) as e(tenant_id, member_id)"

# The reference that leads to the person is replaced by one that leads nowhere; it is random, not a hash.
_CLOSE = (
    """
    update mall.member m set erased_at = e.at, external_ref = 'erased-' || gen_random_uuid(), profile = null
    from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as e(tenant_id, member_id, at)
    where m.tenant_id = e.tenant_id and m.member_id = e.member_id and m.erased_at is null
    """,
    """
    update mall.account a set closed_at = e.at, recent = null
    from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as e(tenant_id, member_id, at)
    where a.tenant_id = e.tenant_id and a.account_id = e.member_id
    """,
    # Both members' copies, for a link says that two are one person.
    """
    update mall.member_link l set withdrawn_at = e.at
    from unnest($1::uuid[], $2::uuid[], $3::timestamptz[]) as e(tenant_id, member_id, at)
    join mall.member_link own on own.tenant_id = e.tenant_id and own.member_id = e.member_id
    where l.link_id = own.link_id and l.tenant_id in (own.tenant_id, own.partner_id) and l.withdrawn_at is null
    """,
)
_RECORD = """
insert into mall.member_erasure (tenant_id, member_id, erased_at, points_taken, holds_released)
select * from unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::bigint[], $5::int[])
"""
_FORGET = (
    # Before what tells which devices and addresses were the person's.
    f"""
    update mall.risk_block b set reason = 'erasure' from {_ERASED}
    where b.tenant_id = e.tenant_id and b.dimension <> 'member' and b.reason <> 'erasure' and b.subject in (
        select d.device from mall.device_member d where d.tenant_id = e.tenant_id and d.member_id = e.member_id
        union all
        select unnest(array[a.device, a.ip]) from mall.risk_assessment a
        where a.tenant_id = e.tenant_id and a.member_id = e.member_id
    )
    """,
    *(
        f"delete from mall.{table} x using {_ERASED} where x.tenant_id = e.tenant_id and x.member_id = e.member_id"
        for table in (
            "event", "feedback", "refusal", "risk_assessment", "device_member", "member_link_code",
            "flash_sale_member", "member_segment", "member_risk_score", "survey_invitation", "survey_response",
            "item_review", "chat", "campaign_member", "member_attribute", "member_key", "person_account",
        )
    ),
    f"""
    delete from mall.risk_block b using {_ERASED}
    where b.tenant_id = e.tenant_id and b.dimension = 'member' and b.subject = uuid_send(e.member_id)
    """,
    f"""
    delete from mall.exchange_quote q using {_ERASED}
    where q.tenant_id = e.tenant_id and q.member_id = e.member_id and q.exchange_id is null
    """,
    # Where something was exchanged, the withdrawn link stays with the books of both tenants.
    f"""
    delete from mall.member_link l using {_ERASED}
    where l.tenant_id = e.tenant_id and l.member_id = e.member_id
        and not exists (select from mall.exchange x where x.tenant_id = l.tenant_id and x.link_id = l.link_id)
        and not exists (select from mall.exchange_quote q where q.tenant_id = l.tenant_id and q.link_id = l.link_id)
    """,
    # What people typed about single redemptions and holds; no rule reads it.
    f"""
    update mall.redemption r set bill_reference = null,
        cancel_reason = case when r.cancel_reason = 'timeout' or r.cancel_reason is null then r.cancel_reason
            when r.cancel_reason like 'rejected by %' then 'rejected by erasure' else 'erasure' end
    from {_ERASED}
    where r.tenant_id = e.tenant_id and r.member_id = e.member_id
        and (r.bill_reference is not null or r.cancel_reason not in ('timeout', 'rejected by erasure', 'erasure'))
    """,
    f"""
    update mall.hold h set reference = null from {_ERASED}
    where h.tenant_id = e.tenant_id and h.member_id = e.member_id and h.reference is not null
    """,
    # A redemption's own transfer has no words; the others are found by the index that leaves it out.
    f"""
    update mall.transfer t set words_hash = {TRANSFER_WORDS}, salt = null, reference = null, reason = null
    from {_ERASED}
    where t.tenant_id = e.tenant_id and t.member_id = e.member_id and t.redemption_id is distinct from t.transfer_id
        and t.salt is not null
    """,
    f"""
    update mall.outbox o set words_hash = {OUTBOX_WORDS}, salt = null, words = null from {_ERASED}
    where o.tenant_id = e.tenant_id and o.member_id = e.member_id and o.salt is not null
    """,
    # Copies of messages, sent or not; what is still to be sent is told without the words.
    f"""
    update mall.webhook_delivery d set payload = o.payload from {_ERASED}
    join mall.outbox o on o.tenant_id = e.tenant_id and o.member_id = e.member_id
    join mall.webhook_endpoint p on p.tenant_id = o.tenant_id
    where d.tenant_id = p.tenant_id and d.endpoint_id = p.endpoint_id and d.message_id = o.outbox_id
        and d.payload <> o.payload
    """,
    f"""
    update mall.idempotency_key k set words = null from {_ERASED}
    where k.tenant_id = e.tenant_id and k.member_id = e.member_id and k.words is not null
    """,
    # What was said about cases and broken promises, and by what carriers and systems outside know the person's parcels.
    f"""
    delete from mall.after_sales_note n using {_ERASED}, mall.after_sales_case c
    where c.tenant_id = e.tenant_id and c.member_id = e.member_id
        and n.tenant_id = c.tenant_id and n.case_id = c.case_id
    """,
    f"""
    update mall.after_sales_case c set reference = 'erased-' || gen_random_uuid() from {_ERASED}
    where c.tenant_id = e.tenant_id and c.member_id = e.member_id and c.reference not like 'erased-%'
    """,
    f"""
    update mall.compensation c set note = null from {_ERASED}
    where c.tenant_id = e.tenant_id and c.member_id = e.member_id and c.note is not null
    """,
    f"""
    update mall.shipment s set reference = 'erased-' || gen_random_uuid(),
        tracking_number = 'erased-' || replace(gen_random_uuid()::text, '-', '')
    from {_ERASED}
    join mall.redemption r on r.tenant_id = e.tenant_id and r.member_id = e.member_id
    where s.tenant_id = r.tenant_id and s.redemption_id = r.redemption_id and s.reference not like 'erased-%'
    """,
)  # fmt: skip


# A device that no rule ever counted leads to nobody, but its reason may: by the reference that the tenant knows a member
# by, which stands in it alone and not as a part of another. References are few letters of any kind, so they are escaped.
_FORGET_NAMED = (
    f"update mall.risk_block b set reason = 'erasure' from {_ERASED} join mall.member m using (tenant_id, member_id) "
    "where b.tenant_id = m.tenant_id and b.dimension <> 'member' and (' ' || b.reason || ' ') ~ ('[^0-9A-Za-z]' || "
    r"regexp_replace(m.external_ref, '([].*+?^${}()|[\\])', '\\\1', 'g') || '[^0-9A-Za-z]')"
)


async def erase(connection: Connection, erasures: Sequence[Erasure]) -> None:
    """Close the members' records and delete their personal rows, inside the caller's transaction."""
    erased = [[e.tenant_id for e in erasures], [e.member_id for e in erasures], [e.at for e in erasures]]
    # As long as there is a name to look for.
    await connection.execute(_FORGET_NAMED, *erased[:2])
    for statement in _CLOSE:
        await connection.execute(statement, *erased)
    await connection.execute(_RECORD, *erased, [e.points for e in erasures], [e.holds for e in erasures])
    await forget(connection, [(e.tenant_id, e.member_id) for e in erasures])


async def forget(connection: Connection, members: Iterable[tuple[UUID, UUID]]) -> int:
    """Delete the personal rows of erased members by (tenant, member), as often as wanted; return how many."""
    columns = [list(column) for column in zip(*members, strict=True)]
    if not columns:
        return 0
    done = 0
    for statement in _FORGET:
        status: str = await connection.execute(statement, *columns)
        done += int(status.rsplit(" ", 1)[-1])
    return done
