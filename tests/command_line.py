"""`pointmart` in a process of its own for each call, forked from one that has imported it: that takes longer than most commands."""

import atexit
import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

# One line of JSON per command; the child's own files and environment, and its exit code back.
_FORKING = """
import json, os, sys, traceback
from orchestration.cli.main import run
for line in sys.stdin:
    asked = json.loads(line)
    child = os.fork()
    if child == 0:
        code = 0
        os.environ.clear()
        os.environ.update(asked["environment"])
        for number, path in ((0, os.devnull), (1, asked["stdout"]), (2, asked["stderr"])):
            os.dup2(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), number)
        sys.argv = ["pointmart", *asked["arguments"]]
        try:
            run()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except BaseException:
            traceback.print_exc()
            code = 1
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)  # exit hooks of the forked libraries wait for threads only the parent has
    _, status = os.waitpid(child, 0)
    print(os.waitstatus_to_exitcode(status), flush=True)
"""


def pointmart(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a command to its end, with what the environment has besides this process's."""
    server = _server()
    assert server.stdin is not None
    assert server.stdout is not None
    with TemporaryDirectory() as folder:
        files = {name: str(Path(folder) / name) for name in ("stdout", "stderr")}
        asked = {"arguments": arguments, "environment": {**os.environ, **environment}, **files}
        server.stdin.write(json.dumps(asked) + "\n")
        code = int(server.stdout.readline())
        out, err = (Path(file).read_text(encoding="utf-8") for file in files.values())
    return subprocess.CompletedProcess(["pointmart", *arguments], code, out, err)


def sentence(done: subprocess.CompletedProcess[str]) -> str:
    """Return the one line on stderr of a refused command."""
    assert done.returncode == 1, done
    assert "Traceback" not in done.stderr + done.stdout
    (line,) = done.stderr.strip().splitlines()
    assert line.startswith("pointmart: ")
    return line


@cache
def _server() -> subprocess.Popen[str]:
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", _FORKING],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, cwd=Path(__file__).parents[1],
    )  # fmt: skip
    atexit.register(server.communicate)  # closes its standard input, at which it ends
    return server
