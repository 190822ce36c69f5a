"""Opens a draw as it is asked for, by route or by file, with a seed that nobody knows."""

import secrets
from datetime import datetime
from uuid import UUID

from transactional.database import Connection
from transactional.draws.documents import DrawRequest
from transactional.draws.domain import SALT_BYTES, SEED_BYTES
from transactional.draws.operations import open_draw
from transactional.identifiers import uuid7
from transactional.request_hash import request_hash
from transactional.vault import Vault, VaultKeyMissing


async def open_as_asked(
    connection: Connection,
    *,
    tenant_id: UUID,
    asked: DrawRequest,
    vault: Vault | None,
    prize_limit_fen: int,
    now: datetime,
) -> tuple[UUID, bool]:
    """Open a draw; return its id and whether this call opened it.

    Raises:
        VaultKeyMissing: nothing could keep its seed.
        DrawExists, InvalidRequest, PrizeTooValuable, TooManyPrizes, UnknownOffer, ItemBarred, OutOfStock: as
            `open_draw`.
    """
    if vault is None:
        raise VaultKeyMissing
    return await open_draw(
        connection,
        tenant_id=tenant_id,
        draw_id=uuid7(now),
        new=asked.draw(now),
        request_hash=request_hash(asked),
        seed=secrets.token_bytes(SEED_BYTES),
        salt=secrets.token_bytes(SALT_BYTES),
        seal=vault.seal,
        prize_limit_fen=prize_limit_fen,
        now=now,
    )
