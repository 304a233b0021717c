"""The ledger of claims: every factual statement of the paper that data or documents can test, and a few that none can.

C1 to C15 are those of the study of the paper; C16 to C21 are added here by the same rules. A claim is a function of the
folder of tables; its verdict follows from numbers by thresholds that stand beside it, so that it turns when they do.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.analysis.claims.borders import clearance, delivery, protection, turmoil
from bri_eval.analysis.claims.claim import FAILS, HOLDS, ONLY_IF, UNTESTABLE, Claim, judge
from bri_eval.analysis.claims.documents import (
    agreements,
    complementarity,
    integrators,
    law,
    modes,
    online_transactions,
    postal,
    rail_lines,
)
from bri_eval.analysis.claims.growth import closer_trade, fast_growth, low_level
from bri_eval.analysis.claims.performance import domestic, improvement, level_and_gap, technology
from bri_eval.analysis.claims.shares import developing, share_of_the_world
from bri_eval.checks import InputError, listing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

__all__ = [
    "CLAIMS", "FAILS", "HOLDS", "ONLY_IF", "TABLES", "UNTESTABLE", "Claim", "claim_figures", "claims_table", "judge",
    "missing_tables", "settle_claims",
]  # fmt: skip

TABLES = (
    "border_compliance", "derived", "development", "economies", "findex", "governance", "lpi", "parcel_chapters",
    "policy_events", "trade_china",
)  # fmt: skip
"""Tables that the claims are tested on."""

CLAIMS: dict[str, Callable[[str | Path], Claim]] = {
    "C1": share_of_the_world,
    "C2": level_and_gap,
    "C3": technology,
    "C4": delivery,
    "C5": fast_growth,
    "C6": online_transactions,
    "C7": integrators,
    "C8": rail_lines,
    "C9": law,
    "C10": agreements,
    "C11": postal,
    "C12": complementarity,
    "C13": domestic,
    "C14": developing,
    "C15": modes,
    "C16": improvement,
    "C17": closer_trade,
    "C18": protection,
    "C19": turmoil,
    "C20": low_level,
    "C21": clearance,
}


def settle_claims(
    folder: str | Path, claims: Mapping[str, Callable[[str | Path], Claim]] | None = None
) -> tuple[Claim, ...]:
    """Test the claims on a folder of tables.

    Parameters
    ----------
    folder
        Holds the tables named in ``TABLES``.
    claims
        Identifier to function; ``CLAIMS`` if not given.

    Returns
    -------
    tuple of Claim
        In the order of the claims.

    Raises
    ------
    InputError
        Naming the tables that the folder lacks, or the claim and the column or year that it does not find.

    Examples
    --------
    >>> found, = settle_claims("data/raw", {"C9": CLAIMS["C9"]})
    >>> found.id, bool(found.verdict)
    ('C9', True)
    """
    absent = missing_tables(folder) if claims is None else []
    if absent:
        raise InputError(f"{folder}: the claims need {listing(absent)} as well; add them, or settle fewer claims")
    found = []
    for code, test in (CLAIMS if claims is None else claims).items():
        try:
            found.append(test(folder))
        except InputError as error:
            raise InputError(f"claim {code}: {error}") from None
    return tuple(found)


def missing_tables(folder: str | Path) -> list[str]:
    """List the tables that the claims need and the folder lacks.

    Parameters
    ----------
    folder
        Holds tables.

    Returns
    -------
    list of str
        Names without ``.csv``.

    Examples
    --------
    >>> missing_tables("data/raw")
    []
    """
    return [name for name in TABLES if not (Path(folder) / f"{name}.csv").is_file()]


def claims_table(claims: Iterable[Claim]) -> pd.DataFrame:
    """Tabulate claims: id, section, statement, verdict, sentence and source, one row each.

    Parameters
    ----------
    claims
        From ``settle_claims``.

    Returns
    -------
    DataFrame

    Examples
    --------
    >>> claims_table(settle_claims("data/raw", {"C9": CLAIMS["C9"]})).columns.tolist()
    ['id', 'section', 'statement', 'verdict', 'sentence', 'source']
    """
    columns = ("id", "section", "statement", "verdict", "sentence", "source")
    return pd.DataFrame([[getattr(claim, name) for name in columns] for claim in claims], columns=list(columns))


def claim_figures(claims: Iterable[Claim]) -> pd.DataFrame:
    """Tabulate the numbers behind claims: id, figure and value, one row each."""
    rows = [(claim.id, name, float(value)) for claim in claims for name, value in claim.figure.items()]
    return pd.DataFrame(rows, columns=["id", "figure", "value"])
