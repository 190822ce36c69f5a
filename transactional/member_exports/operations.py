"""Notes that a member asked for their data, reads it, and notes that it was delivered."""

import asyncio
from datetime import datetime
from tempfile import TemporaryFile
from typing import Any, BinaryIO
from uuid import UUID

from transactional.attributes.operations import attributes_of
from transactional.database import Connection
from transactional.member_exports.archive import Archive
from transactional.member_exports.sections import SECTIONS, Section
from transactional.members.keys import member_vaults
from transactional.members.queries import require_member
from transactional.problems import Problem
from transactional.texts.sealing import shown
from transactional.vault import Vault

_COLUMNS = "export_id, member_id, asked_at, delivered_at"
# Rows in memory at a time.
_STEP = 500


class UnknownExport(Problem):
    """The member asked for no such export."""

    slug = "unknown-export"
    title = "No such export"
    status = 404

    def __init__(self, export_id: UUID) -> None:
        super().__init__(
            f"your tenant has no export {export_id} of this member; ask for one with POST /v1/members/{{id}}/exports"
        )


async def ask(connection: Connection, *, tenant_id: UUID, member_id: UUID, now: datetime) -> dict[str, Any]:
    """Note that a member asked for their data and return the export, which is made when it is fetched.

    Raises:
        UnknownMember: the tenant has no such member.
    """
    await require_member(connection, tenant_id=tenant_id, member_id=member_id)
    row = await connection.fetchrow(
        "insert into mall.member_export (tenant_id, member_id, asked_at) values ($1, $2, $3) "
        f"returning {_COLUMNS}",
        tenant_id,
        member_id,
        now,
    )
    assert row is not None
    return dict(row)


async def exports_of(connection: Connection, *, tenant_id: UUID, member_id: UUID) -> list[dict[str, Any]]:
    """Return what a member asked for and when it was first delivered, newest first.

    Raises:
        UnknownMember: the tenant has no such member.
    """
    await require_member(connection, tenant_id=tenant_id, member_id=member_id)
    rows = await connection.fetch(
        f"select {_COLUMNS} from mall.member_export where tenant_id = $1 and member_id = $2 order by export_id desc",
        tenant_id,
        member_id,
    )
    return [dict(row) for row in rows]


async def deliver(
    connection: Connection,
    vault: Vault | None,
    *,
    tenant_id: UUID,
    member_id: UUID,
    export_id: UUID,
    now: datetime,
) -> BinaryIO:
    """Return a member's data as it is now, a ZIP file to be read and closed; the first delivery is dated.

    The file has no name, so that nobody else can open it, and is whole before anybody is given any of it: a slow reader
    keeps no connection, and what goes wrong is told in place of it.

    Raises:
        UnknownMember, UnknownExport: there is no such member, or it did not ask.
        VaultKeyMissing: something is sealed and this installation has no key.
    """
    await require_member(connection, tenant_id=tenant_id, member_id=member_id)
    asked_at: datetime | None = await connection.fetchval(
        "update mall.member_export set delivered_at = coalesce(delivered_at, greatest(asked_at, $4)) "
        "where tenant_id = $1 and member_id = $2 and export_id = $3 returning asked_at",
        tenant_id,
        member_id,
        export_id,
        now,
    )
    if asked_at is None:
        raise UnknownExport(export_id)
    keys = await member_vaults(connection, vault, tenant_id=tenant_id, member_ids=[member_id], makes=False)
    own = keys.get(member_id)
    about = {"member_id": member_id, "export_id": export_id, "asked_at": asked_at, "made_at": now}
    target: BinaryIO = TemporaryFile()  # noqa: SIM115 - whoever reads it closes it
    with Archive(target, about, now) as archive:
        for section in SECTIONS:
            with archive.part(section.name, section.name_zh, section.name_en) as part:
                cursor = await connection.cursor(section.sql, tenant_id, member_id)
                while rows := await cursor.fetch(_STEP):
                    key = own if section.has_own_key else vault
                    part.add([_opened(section, dict(row), key, tenant_id) for row in rows])
        with archive.part("attributes", "属性", "Attributes") as part:
            part.add(await attributes_of(connection, vault, tenant_id=tenant_id, member_id=member_id))
        # What is left is packing, of which there may be much.
        await asyncio.to_thread(archive.finish)
    target.seek(0)
    return target


def _opened(section: Section, row: dict[str, Any], vault: Vault | None, tenant_id: UUID) -> dict[str, Any]:
    """Return a row with its sealed words told as `text`."""
    if not section.sealed_as:
        return row
    sealed, in_the_open = row.pop("sealed_text"), row.pop("open_text", None)
    place = (row[name] for name in section.place)
    return row | {"text": shown(vault, sealed, section.sealed_as, tenant_id, *place) or in_the_open}
