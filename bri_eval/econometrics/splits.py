"""Thresholds one after the other: where they are, how sure that is, and whether the bootstrap would do without them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from bri_eval.checks import InputError
from bri_eval.econometrics.regimes import CHUNK, Search, residuals, sequence, split_ssr, with_split, without_split

SIZE = 0.05
CRITICAL_LR = float(-2 * np.log(1 - np.sqrt(1 - SIZE)))
"""95 % quantile of the likelihood ratio of a threshold, 7.352."""
TIE = 1e-9
"""Statistics that differ by less than this share are equal."""


class Split(NamedTuple):
    """One threshold: its candidate, the sums of squares of all of them, and the residuals of the model without it."""

    candidate: int
    ssr: np.ndarray
    rest: np.ndarray


def find_splits(
    name: str, found: Search, y: np.ndarray, columns: np.ndarray, *, number: int, draws: int, seed: int
) -> tuple[list[Split], pd.DataFrame]:
    """Find thresholds one at a time, test each before the next, and search those before it again.

    Parameters
    ----------
    name
        Of the model, for messages.
    found
        The candidates.
    y, columns
        (N T, 1) and (N T, k), economy means removed, rows sorted by economy; the changing regressors are among the
        columns, as such.
    number
        Of thresholds.
    draws, seed
        Of the bootstrap of each.

    Returns
    -------
    (list of Split, pandas.DataFrame)
        The thresholds after refinement; and, as they were when tested, 'ssr_before', 'ssr', 'statistic', 'pvalue' and
        the bootstrap quantiles 'critical_10', 'critical_5', 'critical_1'.

    Raises
    ------
    InputError
        If no candidate splits the rows.

    References
    ----------
    hansen1999.
    """
    splits: list[Split] = []
    tests = []
    for rank in range(number):
        splits.append(_split(name, found, y, columns, splits))
        generator = np.random.default_rng(np.random.SeedSequence(seed).spawn(rank + 1)[rank])
        tests.append(_test(found, y, columns, splits, draws, generator))
        for earlier in range(rank):
            splits[earlier] = _split(name, found, y, columns, splits[:earlier] + splits[earlier + 1 :])
    return splits, pd.DataFrame(tests, index=pd.RangeIndex(1, number + 1, name="number"))


def likelihood_ratio(found: Search, split: Split) -> pd.DataFrame:
    """Return 'threshold', 'ssr' and 'lr' = n(T-1) (ssr - least)/least of every candidate that splits."""
    fine = np.isfinite(split.ssr)
    ssr = split.ssr[fine]
    return pd.DataFrame({"threshold": found.values[fine], "ssr": ssr, "lr": _ratio(found, ssr, ssr.min())})


def located(curve: pd.DataFrame) -> dict[str, object]:
    """Return the threshold of a likelihood ratio and its 95 % set.

    Examples
    --------
    >>> curve = pd.DataFrame({"threshold": [1.0, 2.0, 3.0, 4.0], "lr": [7.0, 9.0, 0.0, 8.0]})
    >>> located(curve)
    {'threshold': 3.0, 'lower': 1.0, 'upper': 3.0, 'connected': False, 'edge': False}
    """
    inside, best = np.flatnonzero(curve["lr"] <= CRITICAL_LR), int(curve["lr"].to_numpy().argmin())
    values = curve["threshold"].to_numpy()
    return {
        "threshold": float(values[best]),
        "lower": float(values[inside[0]]),
        "upper": float(values[inside[-1]]),
        "connected": bool(np.ptp(inside) + 1 == len(inside)),
        "edge": best in (0, len(values) - 1),
    }


def _split(name: str, found: Search, y: np.ndarray, columns: np.ndarray, others: list[Split]) -> Split:
    """Search for a threshold beside others."""
    base = without_split(found, columns)
    for other in others:
        base = with_split(found, base, other.candidate)
    rest = residuals(base, y)
    ssr = split_ssr(found, base, rest)[:, 0]
    if not np.isfinite(ssr).any():
        raise InputError(
            f"model '{name}': no value of the threshold variable splits the rows, beside {len(others)} other "
            "thresholds, into regimes of enough rows in which the regressors vary; use fewer regimes, less trim or "
            "another variable"
        )
    return Split(int(ssr.argmin()), ssr, rest)


def _test(
    found: Search, y: np.ndarray, columns: np.ndarray, splits: list[Split], draws: int, generator: np.random.Generator
) -> dict[str, float]:
    """Test the last threshold by drawing residuals of whole economies under the model without it."""
    rest, base = splits[-1].rest, without_split(found, columns)
    blocks = rest.reshape(-1, found.periods)
    drawn = generator.integers(len(blocks), size=(draws, len(blocks)))
    null = []
    for first in range(0, draws, CHUNK):
        errors = blocks[drawn[first : first + CHUNK]].reshape(-1, len(y)).T
        path = sequence(found, base, y - rest + errors, len(splits))
        null.append(_ratio(found, path[-2], path[-1]))
    before, ssr, simulated = float((rest**2).sum()), float(splits[-1].ssr.min()), np.concatenate(null)
    statistic = float(_ratio(found, before, ssr))
    extreme = int((simulated >= statistic * (1 - TIE)).sum())
    critical = np.quantile(simulated, [0.9, 0.95, 0.99]).tolist()
    return {
        "ssr_before": before,
        "ssr": ssr,
        "statistic": statistic,
        "pvalue": (1 + extreme) / (1 + draws),
        **dict(zip(("critical_10", "critical_5", "critical_1"), critical, strict=True)),
    }


def _ratio(found: Search, larger: Any, smaller: Any) -> Any:
    """Return n(T-1) (larger - smaller)/smaller, as Hansen scales F and likelihood ratio for n economies."""
    rows = len(found.order)
    return (rows - rows // found.periods) * (larger - smaller) / smaller
