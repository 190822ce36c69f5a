"""Warnings of third-party packages that this folder's tests cannot answer for."""

import pytest


def pytest_configure(config: pytest.Config) -> None:
    # dagster-dbt imports sqlglot, which imports an accelerator that calls itself deprecated.
    config.addinivalue_line("filterwarnings", "ignore:sqlglotrs is deprecated:DeprecationWarning")
