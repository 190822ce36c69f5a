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

SERVICES = {"transactional", "serving", "dashboards", "worker"}


@contextmanager
def up(database_url, data_dir):
    """Run `pointmart up`; give the process and its ports by name once it says that it is up."""
    ports = {name: free_port() for name in sorted(SERVICES)}
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


def test_the_worker_starts_and_ends_with_the_others_and_secrets_are_made_once(database_url, data_dir):
    key = data_dir / "run" / "vault_key"
    keys = set()
    for number in (signal.SIGINT, signal.SIGKILL):
        with up(database_url, data_dir) as (process, ports):
            told = httpx.get(f"http://127.0.0.1:{ports['worker']}/health", trust_env=False).json()
            assert {"webhook-fan-out", "webhook-sending"} <= set(told["jobs"])
            children = psutil.Process(process.pid).children(recursive=True)
            assert {child.cmdline()[3] for child in children} == SERVICES
            process.send_signal(number)
            process.wait(30)
            assert await_end(children) == set()
        keys.add(key.read_text())
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert [len(text) for text in keys] == [43]
