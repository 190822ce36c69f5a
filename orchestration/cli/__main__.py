"""`python -m orchestration.cli` is `pointmart`."""

from orchestration.cli.main import run

run()
