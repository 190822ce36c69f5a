"""Seals the comments of feedback that were stored in the open, before there was a seal on them."""

from dataclasses import dataclass

from transactional.database import tenant_transaction
from transactional.texts.sealing import seal
from transactional.vault import Vault
from transactional.worker.job import JobContext

_STEP = 500


@dataclass(frozen=True)
class CommentSealing:
    """Seals comments with the key of this installation, as `POST /v1/feedback` does."""

    vault: Vault

    async def run(self, context: JobContext) -> int:
        """Seal some comments; return how many."""
        rows = await context.pools.committer.fetch(
            "select tenant_id, feedback_id, comment from mall.feedback where comment is not null limit $1",
            _STEP,
        )
        for tenant_id, feedback_id, comment in rows:
            sealed = seal(self.vault, comment, "comment", tenant_id, feedback_id)
            async with tenant_transaction(context.pools.api, tenant_id) as connection:
                await connection.execute(
                    "update mall.feedback set sealed_comment = $3, comment = null "
                    "where tenant_id = $1 and feedback_id = $2 and comment is not null",
                    tenant_id,
                    feedback_id,
                    sealed,
                )
        return len(rows)
