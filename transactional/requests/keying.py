"""Makes hashes of requests again with the installation's key: of rows from before there was one, and of imports."""

from dataclasses import dataclass
from datetime import timedelta

from transactional.engine.kept_hash import keyed
from transactional.request_hash import request_hash_key
from transactional.settings import WorkerSettings
from transactional.worker.job import Job, JobContext

_STEP = 5_000
_KEY = """
update mall.idempotency_key k set body_hash = made.body_hash, is_keyed = true
from unnest($1::uuid[], $2::text[], $3::bytea[]) as made(tenant_id, key, body_hash)
where k.tenant_id = made.tenant_id and k.key = made.key and not k.is_keyed
"""


def request_jobs(settings: WorkerSettings) -> tuple[Job, ...]:
    """Return the job; without a vault there is no key."""
    hash_key = request_hash_key(settings.vault())
    if hash_key is None:
        return ()
    return (Job("key-request-hashes", timedelta(minutes=5), HashKeying(hash_key).run),)


@dataclass(frozen=True)
class HashKeying:
    """Keys hashes, as the committer does of new ones: a retry finds its first answer before and after."""

    hash_key: bytes

    async def run(self, context: JobContext) -> int:
        """Key the hashes of some requests; return how many."""
        async with context.pools.committer.acquire() as connection, connection.transaction():
            rows = await connection.fetch(
                "select tenant_id, key, body_hash from mall.idempotency_key where not is_keyed "
                "order by recorded_at limit $1 for update skip locked",
                _STEP,
            )
            await connection.execute(
                _KEY,
                [row["tenant_id"] for row in rows],
                [row["key"] for row in rows],
                [keyed(self.hash_key, row["body_hash"]) for row in rows],
            )
        return len(rows)
