"""`pointmart up` as a person runs it: every process answers, and all of them end with it."""

import os
import signal
import stat
import subprocess
import sys
import time
from contextlib import contextmanager

import httpx
import psutil

from orchestration.cli.serve import free_port
from orchestration.settings import DataFolder
from tests.ports import free_ports

SERVICES = {"transactional", "serving", "dashboards", "worker"}
# `python -m orchestration.cli pipeline follow`
FOLLOWER = "pipeline"


@contextmanager
def up(database_url, data_dir):
    """Run `pointmart up`; give the process and its ports by name once it says that it is up."""
    ports = dict(zip(sorted(SERVICES), free_ports(len(SERVICES)), strict=True))
    options = [word for name, port in ports.items() for word in (f"--{name}-port", str(port))]
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "orchestration.cli", "up", "--no-scheduler", *options],
        env={**os.environ, "POINTMART_DATABASE_URL": database_url, "POINTMART_DATA_DIR": str(data_dir)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        for line in process.stdout:
            if "Ctrl-C" in line:
                break
        yield process, ports
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def await_end(children) -> set[str]:
    """Return the services that still run a few seconds later."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline and any(child.is_running() for child in children):
        time.sleep(0.1)
    return {" ".join(child.cmdline()) for child in children if child.is_running()}


def test_the_worker_starts_and_ends_with_the_others_and_secrets_are_made_once(
    database_url, data_dir, lend_parsed
):
    lend_parsed(DataFolder(data_dir))
    key = data_dir / "run" / "vault_key"
    keys = set()
    for number in (signal.SIGINT, signal.SIGKILL):
        with up(database_url, data_dir) as (process, ports):
            told = httpx.get(f"http://127.0.0.1:{ports['worker']}/health", trust_env=False).json()
            assert {"webhook-fan-out", "webhook-sending"} <= set(told["jobs"])
            children = psutil.Process(process.pid).children(recursive=True)
            assert {child.cmdline()[3] for child in children} == {*SERVICES, FOLLOWER}
            process.send_signal(number)
            process.wait(30)
            assert await_end(children) == set()
        keys.add(key.read_text())
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [len(text) for text in keys] == [43]


def follower_of(process):
    (found,) = [
        child for child in psutil.Process(process.pid).children() if child.cmdline()[3:4] == [FOLLOWER]
    ]
    return found


def test_figures_come_by_themselves_and_their_process_is_started_again(database_url, data_dir, lend_parsed):
    lend_parsed(DataFolder(data_dir))
    with up(database_url, data_dir) as (process, ports):
        first = follower_of(process)
        first.kill()
        deadline = time.monotonic() + 120
        health = {"status": 503}
        while time.monotonic() < deadline and health["status"] != "ok":
            health = httpx.get(f"http://127.0.0.1:{ports['serving']}/health", trust_env=False).json()
            time.sleep(0.5)
        assert health["status"] == "ok"
        assert health["data_lag_seconds"] < 60
        assert health["is_late"] is False
        assert follower_of(process).pid != first.pid
        # The mall went on meanwhile.
        assert process.poll() is None
        process.send_signal(signal.SIGINT)
        process.wait(30)


def test_a_free_port_is_none_of_those_that_others_are_going_to_listen_on():
    """Chosen ports are still free when the worker's is picked."""
    chosen = {port for port in range(1, 65_536) if port % 3}
    assert {free_port(besides=chosen) % 3 for _ in range(20)} == {0}
