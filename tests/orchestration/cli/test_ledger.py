"""`pointmart ledger` as a person meets it: exit codes, the broken row in a sentence, heads to note."""

import re

import psycopg
import pytest

from tests.command_line import pointmart, sentence
from tests.orchestration.cli.test_commands import mall  # noqa: F401 - a fixture


@pytest.fixture
def ledger(mall, database_url):  # noqa: F811 - the fixture imported above
    """A tenant with one sealed event."""
    assert (
        pointmart("tenant", "create", "acorn", "--name", "橡果", "--industry", "bank", **mall).returncode == 0
    )
    with psycopg.connect(database_url) as connection:
        connection.execute(
            "insert into mall.outbox (tenant_id, topic, subject_id, payload) "
            "select tenant_id, 'other', tenant_id, '{}' from mall.tenant where code = 'acorn'"
        )
    done = pointmart("ledger", "seal", **mall)
    assert (done.returncode, done.stdout.strip()) == (0, "sealed 1 transfers and events")
    return mall


def test_a_ledger_that_holds_prints_its_heads(ledger):
    done = pointmart("ledger", "verify", **ledger)
    assert done.returncode == 0
    (head,) = re.findall(r"^acorn ([0-9a-f]{64})$", done.stdout, re.MULTILINE)
    again = pointmart("ledger", "verify", "--tenant", "acorn", "--head", head, **ledger)
    assert again.returncode == 0
    refused = pointmart("ledger", "verify", "--head", "00" * 32, **ledger)
    assert "is on no chain" in sentence(refused)


def test_a_broken_row_is_named_and_the_exit_code_tells(ledger, database_url):
    with psycopg.connect(database_url) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute("""update mall.outbox set payload = '{"points": 1}'""")
        (row_id,) = connection.execute("select outbox_id from mall.outbox").fetchone()
    broken = pointmart("ledger", "verify", **ledger)
    assert f"mall.outbox {row_id} of tenant acorn was changed" in sentence(broken)


def test_what_cannot_be_meant_is_refused(ledger):
    assert "no tenant with the code birch" in sentence(
        pointmart("ledger", "verify", "--tenant", "birch", **ledger)
    )
    refused = pointmart("ledger", "verify", "--head", "abc", **ledger)
    assert refused.returncode == 2
    assert "64 hexadecimal digits" in refused.stderr
