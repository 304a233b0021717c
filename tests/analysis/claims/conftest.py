"""The claims of the shipped tables, settled once, and folders in which one table is another."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from bri_eval.analysis.claims import CLAIMS, Claim, settle_claims


@pytest.fixture(scope="session")
def raw(data) -> Path:
    return data / "raw"


@pytest.fixture(scope="session")
def ledger(raw) -> dict[str, Claim]:
    return {claim.id: claim for claim in settle_claims(raw)}


@pytest.fixture(scope="session")
def read(raw):
    """Return the function that reads a table with pandas alone, without a line of the package."""

    def table(name: str) -> pd.DataFrame:
        return pd.read_csv(raw / f"{name}.csv", keep_default_na=False, na_values=[""])

    return table


@pytest.fixture
def turned(raw, read, tmp_path):
    """Return the function that settles one claim after a change of one table."""

    def settled(code: str, name: str, change) -> Claim:
        for path in raw.glob("*.csv"):
            if path.stem != name:
                (tmp_path / path.name).symlink_to(path)
        change(read(name)).to_csv(tmp_path / f"{name}.csv", index=False)
        return CLAIMS[code](tmp_path)

    return settled
