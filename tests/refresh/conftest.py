"""The loopback server, and small tables with their dictionary."""

from __future__ import annotations

import pytest
from bank import Bank, opened
from small_tables import write_tables


@pytest.fixture
def bank(monkeypatch) -> Bank:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with opened() as one:
        yield one


@pytest.fixture
def dictionary(tmp_path):
    """Write small tables and their dictionary; return the dictionary's path."""
    return write_tables(tmp_path)
