"""The embedded server: it starts, survives, stops, and leaves other people's folders alone."""

import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import psycopg
import pytest

from orchestration.cli import postgres


def modes(folder: Path) -> dict[Path, int]:
    return {f: stat.S_IMODE(f.stat().st_mode) for f in (folder, *folder.parents)}


@pytest.fixture
def private_parent(tmp_path):
    """A folder that nobody but its owner may enter, like a home."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    yield home
    postgres.remove(postgres.locate(home))


def test_no_permission_outside_our_folder_changes(private_parent):
    bundled = Path(postgres.locate(private_parent).binaries).parent
    watched = {**modes(private_parent), **modes(Path(sys.prefix)), **modes(bundled.parent)}
    with postgres.running(private_parent) as server, psycopg.connect(server.url()) as connection:
        assert connection.execute("select 1").fetchone() == (1,)
    assert {folder: stat.S_IMODE(folder.stat().st_mode) for folder in watched} == watched


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_another_user_of_the_machine_is_not_let_in(private_parent):
    with postgres.running(private_parent) as server:
        stranger = get_context("fork").Process(target=connect_as, args=(1234, server.url()))
        stranger.start()
        stranger.join(30)
        assert stranger.exitcode == 7


def connect_as(uid: int, url: str) -> None:
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    try:
        psycopg.connect(url).close()
    except psycopg.OperationalError:
        os._exit(7)
    os._exit(0)


def test_a_killed_server_comes_back_with_its_rows(private_parent):
    server = postgres.locate(private_parent)
    killed = postgres.start(server)
    with psycopg.connect(server.url()) as connection:
        connection.execute("create table kept as select 1 as one")
    # The whole group, as a power cut would: the next start meets a stale pid file.
    os.killpg(killed.pid, signal.SIGKILL)
    killed.wait()
    assert (server.data / "postmaster.pid").exists()
    with postgres.running(private_parent) as again, psycopg.connect(again.url()) as connection:
        assert connection.execute("select one from kept").fetchone() == (1,)


def test_a_killed_server_that_was_seen_on_its_way_out_is_reaped_later(private_parent, monkeypatch):
    server = postgres.locate(private_parent)
    killed = postgres.start(server)
    os.killpg(killed.pid, signal.SIGKILL)
    # Its memory is gone and it is no zombie yet: twice nothing is to be seen of it, so nobody reaps it.
    look, looks = postgres.EmbeddedPostgres.running, []

    def seen_late(self):
        looks.append(self)
        return None if len(looks) <= 2 else look(self)

    monkeypatch.setattr(postgres.EmbeddedPostgres, "running", seen_late)
    again = postgres.start(server)
    assert again is not None
    assert len(looks) > 2
    postgres.stop(server)
    again.wait()
    killed.wait()


def test_a_stale_pid_file_that_names_another_process_is_not_believed(private_parent):
    server = postgres.locate(private_parent)
    with postgres.running(private_parent):
        pass
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n")
    assert server.running() is None


def test_a_server_that_ran_before_is_left_running(private_parent):
    with postgres.running(private_parent) as server:
        with postgres.running(private_parent):
            pass
        assert server.running() is not None
    assert server.running() is None


def test_a_cluster_that_cannot_start_is_told_with_its_log(private_parent):
    server = postgres.locate(private_parent)
    with postgres.running(private_parent):
        pass
    with (server.data / "postgresql.conf").open("a") as conf:
        conf.write("no_such_setting = 1\n")
    with (
        pytest.raises(postgres.PostgresDidNotStart, match="no_such_setting"),
        postgres.running(private_parent),
    ):
        pass


def start_and_ask(server: postgres.EmbeddedPostgres, answers: Connection) -> None:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
    postgres.start(server)
    with psycopg.connect(server.url()) as connection:
        answers.send(connection.execute("select 41 + 1").fetchone()[0])
    postgres.stop(server)


@pytest.mark.skipif(os.geteuid() != 0, reason="this run is a normal user's, so every other test shows it")
def test_it_works_as_a_normal_user_too(private_parent):
    """A forked child gives up root; the interpreter itself may lie where a new one could not start."""
    folder = Path(tempfile.mkdtemp(prefix="pointmart-normal-user-"))
    os.chown(folder, 65534, 65534)
    as_root = postgres.locate(private_parent)
    server = postgres.EmbeddedPostgres(folder / "cluster", folder, as_root.binaries, user=None)
    receiver, sender = Pipe(duplex=False)
    child = get_context("fork").Process(target=start_and_ask, args=(server, sender))
    try:
        child.start()
        assert receiver.poll(60)
        assert receiver.recv() == 42
    finally:
        child.join(30)
        shutil.rmtree(folder)


def test_nothing_is_left_running(private_parent):
    with postgres.running(private_parent) as server:
        processes = [server.running(), *server.running().children(recursive=True)]
    deadline = time.monotonic() + 10
    while any(p.is_running() for p in processes) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE] == []


def test_a_command_that_is_told_to_end_leaves_no_server_behind(private_parent):
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom orchestration.cli import postgres\n"
        "with postgres.running(Path(sys.argv[1])):\n    print('up', flush=True)\n    time.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(private_parent)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as command:
        assert command.stdout is not None
        assert command.stdout.readline() == b"up\n"
        command.terminate()
        # On a busy disk an orderly shutdown takes half a minute before it is cut short.
        command.wait(90)
    assert postgres.locate(private_parent).running() is None
