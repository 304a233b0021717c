"""The indicators as a set: distributions, correlations, reliability of goal and pillars."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy import stats

from bri_eval.analysis.mobility import check_comparable
from bri_eval.analysis.reliability import bartlett, cronbach, kmo, pca, vif
from bri_eval.checks import InputError, listing, unknown
from bri_eval.normalise import direction_signs
from bri_eval.treat import passes

if TYPE_CHECKING:
    from bri_eval.evaluation import Evaluation

__all__ = [
    "bartlett",
    "correlations",
    "cronbach",
    "denominator_correlations",
    "describe",
    "kmo",
    "pca",
    "reliability_table",
    "vif",
]

AVAILABLE = 0.6
"""Least share of observed cells of an indicator."""
REDUNDANT, WEAK = 0.92, 0.3
"""Beyond the one, two indicators say the same; below the other, those of a pillar have little in common."""
WITH_DENOMINATOR = 0.5
"""An absolute correlation with a denominator above this one says that the indicator measures size."""


def describe(evaluation: Evaluation, table: str = "panel") -> pd.DataFrame:
    """Describe the observed values of every indicator.

    Parameters
    ----------
    evaluation
        Years are pooled.
    table
        ``"panel"``: as given, in raw units, with the rows that were left out; ``"treated"``: after caps, transforms and
        outlier treatment, the rows that were kept, without filled cells.

    Returns
    -------
    DataFrame
        One row per indicator: n, availability (share of rows), mean, sd (n - 1), min, max, skewness and excess kurtosis
        (type 2, sample-adjusted), flag: "availability" below 0.6, "constant", "outliers" if absolute skewness is
        above 2 and kurtosis above 3.5.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> table = pd.DataFrame({"road": [1.0, 2, 4], "rail": [3.0, 1, 2]}, index=list("ABC"))
    >>> found = be.evaluate_matrix(table, {"road": "benefit", "rail": "benefit"})
    >>> describe(found)[["n", "mean", "skewness"]].round(3).loc["road"].to_dict()
    {'n': 3.0, 'mean': 2.333, 'skewness': 0.935}
    """
    tables = {"panel": evaluation.panel, "treated": evaluation.treated.where(evaluation.filled == "")}
    if table not in tables:
        raise InputError(unknown("table", table, tables))
    values = tables[table]
    rows = {code: _describe(values[code].dropna().to_numpy(), len(values)) for code in values.columns}
    return pd.DataFrame(rows.values(), index=pd.Index(rows, name="indicator"))


def correlations(evaluation: Evaluation, level: str = "indicator", *, missing: str = "listwise") -> pd.DataFrame:
    """Correlate indicators, or pillar scores, pair by pair.

    Parameters
    ----------
    evaluation
        Years are pooled; filled cells count as missing.
    level
        ``"indicator"``: treated values with costs negated; ``"pillar"``: scores of the groups below the goal.
    missing
        ``"listwise"``: rows in which every indicator is observed; ``"pairwise"``: for each pair the rows in which both
        are (of a pillar: all its indicators).

    Returns
    -------
    DataFrame
        One row per pair: first, second, relation ("within" one pillar or "across"), n, r (Pearson), flag: "redundant"
        if r is beyond 0.92, "weak" if it is below 0.3 within a pillar, "negative".

    Raises
    ------
    InputError
        For an unknown choice, or pillar scores by year.

    Notes
    -----
    r is missing for fewer than three rows, or an indicator that is constant over them.

    References
    ----------
    handbook2008, step 4.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> table = pd.DataFrame({"road": [1.0, 2, 4], "rail": [3.0, 1, 2]}, index=list("ABC"))
    >>> found = be.evaluate_matrix(table, {"road": "benefit", "rail": "benefit"})
    >>> correlations(found)[["first", "second", "n", "r"]].round(3).values.tolist()
    [['road', 'rail', 3, -0.327]]
    """
    if missing not in ("listwise", "pairwise"):
        raise InputError(unknown("missing", missing, ("listwise", "pairwise")))
    values, pillar = _aligned(evaluation, level)
    if missing == "listwise":
        values = values.dropna()
    rows = [
        _correlate(values[[first, second]].dropna(), within=pillar[first] == pillar[second])
        for first, second in itertools.combinations(values.columns, 2)
    ]
    return pd.DataFrame(rows, columns=["first", "second", "relation", "n", "r", "flag"])


def denominator_correlations(evaluation: Evaluation, denominators: pd.DataFrame) -> pd.DataFrame:
    """Correlate indicators with measures of size, such as population or area.

    Parameters
    ----------
    evaluation
        Treated values in the indicators' own direction; filled cells count as missing.
    denominators
        Indexed by economy or (economy, year), one column per denominator, logged or not as wanted.

    Returns
    -------
    DataFrame
        One row per indicator and denominator: indicator, denominator, n, r (Pearson, rows in which both are observed),
        flag "size" if r is beyond 0.5: the indicator may need that denominator.

    Raises
    ------
    InputError
        If the denominators share no row with the panel.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> from bri_eval.framework import flat_framework
    >>> rows = pd.MultiIndex.from_product([list("ABC"), [2016, 2018]], names=["economy", "year"])
    >>> panel = pd.DataFrame({"road": [1.0, 2, 4, 5, 3, 9], "rail": [2.0, 3, 1, 3, 4, 5]}, index=rows)
    >>> tree = flat_framework((("road", "benefit"), ("rail", "benefit")))
    >>> people = pd.DataFrame({"population": [1.0, 2, 3]}, index=pd.Index(list("ABC"), name="economy"))
    >>> denominator_correlations(be.evaluate(panel, tree), people)[["indicator", "n", "r"]].round(2).values.tolist()
    [['road', 6, 0.71], ['rail', 6, 0.63]]
    """
    treated = evaluation.treated.where(evaluation.filled == "")
    keys = treated.index if denominators.index.nlevels > 1 else treated.index.get_level_values(0)
    if not keys.isin(denominators.index).any():
        raise InputError(f"denominators have no row of {listing(keys[:3])} or any other; index them as the panel")
    sizes = denominators.reindex(keys).set_axis(treated.index, axis=0).astype(float)
    rows = []
    for code, name in itertools.product(treated.columns, sizes.columns):
        r, n = _pearson(treated[code], sizes[name])
        flag = "size" if abs(r) > WITH_DENOMINATOR else ""
        rows.append({"indicator": code, "denominator": name, "n": n, "r": r, "flag": flag})
    return pd.DataFrame(rows)


def reliability_table(evaluation: Evaluation) -> pd.DataFrame:
    """Tell whether the goal and each pillar hang together.

    Parameters
    ----------
    evaluation
        Years are pooled; a row with a filled cell below the node is left out (listwise).

    Returns
    -------
    DataFrame
        One row per node: indicators, n (rows), mean_r (mean correlation), alpha (Cronbach, standardised), kmo, bartlett
        (p-value), first_component (share of variance). Missing for a single indicator; kmo and bartlett missing for a
        singular correlation matrix.

    References
    ----------
    cronbach1951; kaiser1974; handbook2008, step 4.

    Examples
    --------
    >>> import bri_eval as be, pandas as pd
    >>> table = pd.DataFrame({"road": [1.0, 2, 4], "rail": [3.0, 1, 2]}, index=list("ABC"))
    >>> found = be.evaluate_matrix(table, {"road": "benefit", "rail": "benefit"})
    >>> reliability_table(found)[["indicators", "n", "mean_r"]].round(3).values.tolist()
    [[2.0, 3.0, -0.327]]
    """
    values, framework = _aligned(evaluation, "indicator")[0], evaluation.framework
    rows = {
        code: _reliability(values[framework.leaves(code)].dropna()) for code in (framework.goal, *framework.pillars)
    }
    return pd.DataFrame(rows.values(), index=pd.Index(rows, name="node"))


def _describe(y: np.ndarray, rows: int) -> dict[str, object]:
    """Describe the observed values of one indicator."""
    n, constant = len(y), len(y) == 0 or np.ptp(y) == 0
    share = n / rows
    flags = {"availability": share < AVAILABLE, "constant": constant, "outliers": not passes(y)}
    return {
        "n": n,
        "availability": share,
        "mean": y.mean() if n else np.nan,
        "sd": y.std(ddof=1) if n > 1 else np.nan,
        "min": y.min() if n else np.nan,
        "max": y.max() if n else np.nan,
        "skewness": np.nan if constant or n < 3 else float(stats.skew(y, bias=False)),
        "kurtosis": np.nan if constant or n < 4 else float(stats.kurtosis(y, bias=False)),
        "flag": ", ".join(name for name, raised in flags.items() if raised),
    }


def _aligned(evaluation: Evaluation, level: str) -> tuple[pd.DataFrame, dict[str, str]]:
    """Give the columns to correlate, larger is better, missing where something was filled, and the pillar of each."""
    framework, observed = evaluation.framework, evaluation.filled == ""
    if level == "indicator":
        directions = {indicator.code: indicator.direction for indicator in framework.indicators}
        values = evaluation.treated[framework.codes] * direction_signs(directions, framework.codes)
        pillar = {leaf: code for code in framework.pillars for leaf in framework.leaves(code)}
        return values.where(observed), {code: pillar.get(code, framework.goal) for code in framework.codes}
    if level != "pillar":
        raise InputError(unknown("level", level, ("indicator", "pillar")))
    check_comparable(evaluation.scores)
    whole = {code: observed[framework.leaves(code)].all(axis=1) for code in framework.pillars}
    scores = evaluation.scores[framework.pillars]
    return scores.where(pd.DataFrame(whole, index=scores.index)), {code: code for code in framework.pillars}


def _correlate(pair: pd.DataFrame, *, within: bool) -> dict[str, object]:
    """Give one row of the table of correlations."""
    first, second = pair.columns
    r, n = _pearson(pair[first], pair[second])
    flags = {"redundant": abs(r) > REDUNDANT, "weak": within and abs(r) < WEAK, "negative": r < 0}
    flag = ", ".join(name for name, raised in flags.items() if raised)
    relation = "within" if within else "across"
    return {"first": first, "second": second, "relation": relation, "n": n, "r": r, "flag": flag}


def _pearson(first: pd.Series, second: pd.Series) -> tuple[float, int]:
    """Correlate what both have; missing for fewer than three rows or a constant."""
    both = np.column_stack([first, second])
    both = both[np.isfinite(both).all(axis=1)]
    if len(both) < 3 or (np.ptp(both, axis=0) == 0).any():
        return np.nan, len(both)
    return float(np.corrcoef(both, rowvar=False)[0, 1]), len(both)


def _reliability(values: pd.DataFrame) -> dict[str, float]:
    """Give one row of the table of reliability; what cannot be computed is missing."""
    n, m = values.shape
    row = {"indicators": m, "n": n} | dict.fromkeys(("mean_r", "alpha", "kmo", "bartlett", "first_component"), np.nan)
    try:
        row["alpha"] = cronbach(values)
        row["mean_r"] = float(np.corrcoef(values.to_numpy(), rowvar=False)[np.triu_indices(m, 1)].mean())
        row["first_component"] = float(pca(values).shares.iloc[0])
        row["kmo"], row["bartlett"] = kmo(values).overall, bartlett(values).pvalue
    except InputError:
        pass
    return row
