"""What was said and done about a case, and by whom. The words are sealed with the member's own key."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from transactional.database import Connection, tenant_transaction
from transactional.identifiers import uuid7
from transactional.members.keys import member_vaults
from transactional.texts.sealing import UNREADABLE, seal, shown
from transactional.vault import Vault
from transactional.worker.job import JobContext

KIND = "case note"
_STEP = 500

_MEMBER = """
select c.member_id from mall.after_sales_case c
join mall.member m on m.tenant_id = c.tenant_id and m.member_id = c.member_id and m.erased_at is null
where c.tenant_id = $1 and c.case_id = $2
"""
_NOTES = """
select n.note_id, c.member_id, n.kind, n.text, n.sealed_text, n.noted_by, n.noted_at
from mall.after_sales_note n
join mall.after_sales_case c on c.tenant_id = n.tenant_id and c.case_id = n.case_id
where n.tenant_id = $1 and n.case_id = $2 order by n.noted_at, n.recorded_at
"""
_IN_THE_OPEN = """
select n.tenant_id, n.case_id, n.note_id, n.text, c.member_id
from mall.after_sales_note n
join mall.after_sales_case c on c.tenant_id = n.tenant_id and c.case_id = n.case_id
join mall.member m on m.tenant_id = c.tenant_id and m.member_id = c.member_id and m.erased_at is null
where n.text is not null
order by n.tenant_id limit $1
"""


async def add_note(
    connection: Connection,
    vault: Vault | None,
    *,
    tenant_id: UUID,
    case_id: UUID,
    kind: str,
    text: str,
    by: str,
    now: datetime,
) -> None:
    """Write down what was said or done about a case; of a member who was erased no words are kept.

    Raises:
        VaultKeyMissing: there is nothing to seal it with.
    """
    member_id = await connection.fetchval(_MEMBER, tenant_id, case_id)
    if member_id is None:
        return
    keys = await member_vaults(connection, vault, tenant_id=tenant_id, member_ids=[member_id], makes=True)
    note_id = uuid7(now)
    await connection.execute(
        "insert into mall.after_sales_note (tenant_id, case_id, note_id, kind, sealed_text, noted_by, noted_at) "
        "values ($1, $2, $3, $4, $5, $6, $7)",
        tenant_id,
        case_id,
        note_id,
        kind,
        seal(keys[member_id], text, KIND, tenant_id, case_id, note_id),
        by,
        now,
    )


async def notes_of(
    connection: Connection, vault: Vault | None, *, tenant_id: UUID, case_id: UUID
) -> list[dict[str, Any]]:
    """Return what was said and done about a case, in order.

    Raises:
        VaultKeyMissing: something is sealed and this installation has no key.
    """
    rows = await connection.fetch(_NOTES, tenant_id, case_id)
    sealed = {row["member_id"] for row in rows if row["sealed_text"] is not None}
    keys = await member_vaults(connection, vault, tenant_id=tenant_id, member_ids=sealed, makes=False)

    def text(row: Any) -> str | None:
        if row["sealed_text"] is None:
            return str(row["text"])
        key = keys.get(row["member_id"])
        if key is None:
            return UNREADABLE
        return shown(key, row["sealed_text"], KIND, tenant_id, case_id, row["note_id"])

    return [
        {"kind": row["kind"], "text": text(row), "noted_by": row["noted_by"], "noted_at": row["noted_at"]}
        for row in rows
    ]


@dataclass(frozen=True)
class NoteSealing:
    """Seals notes that were stored in the open, before there was a seal on them."""

    vault: Vault

    async def run(self, context: JobContext) -> int:
        """Seal some notes; return how many."""
        rows = await context.pools.committer.fetch(_IN_THE_OPEN, _STEP)
        for tenant_id, case_id, note_id, text, member_id in rows:
            async with tenant_transaction(context.pools.api, tenant_id) as connection:
                keys = await member_vaults(
                    connection, self.vault, tenant_id=tenant_id, member_ids=[member_id], makes=True
                )
                await connection.execute(
                    "update mall.after_sales_note set sealed_text = $4, text = null "
                    "where tenant_id = $1 and case_id = $2 and note_id = $3 and text is not null",
                    tenant_id,
                    case_id,
                    note_id,
                    seal(keys[member_id], text, KIND, tenant_id, case_id, note_id),
                )
        return len(rows)
