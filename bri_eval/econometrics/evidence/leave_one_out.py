"""The slope without each economy, year or group in turn: whether one of them carries the finding."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, label, listing
from bri_eval.econometrics.evidence.finding import LEAST_CLUSTERS, Finding, find, groups_of, pvalues
from bri_eval.econometrics.kernel import Fit, fit, moments

if TYPE_CHECKING:
    from bri_eval.econometrics.design import Design
    from bri_eval.econometrics.specs import ModelSpec


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LeftOut:
    """A slope with each unit left out in turn.

    Parameters
    ----------
    model, term, by
        The model, the regressor, and what was left out: 'economy', 'year' or the name of the groups.
    slope, std_error
        From all rows.
    minimum, maximum
        Of the slopes.
    most_influential, shift
        The unit without which the slope moves most, and by how much.
    sign_changes
        Units without which the slope has the other sign.
    lost
        Units without which the model is not identified.
    table
        One row per unit, in order; 'slope', 'std_error', 'tvalue', 'pvalue' by t(G-1), 'nobs', 'clusters' and 'shift'.
        Standard errors are missing where fewer than 6 economies are left.
    sentence
        The result in words.

    Examples
    --------
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": range(14), "y": [0, 1, 2, 5, 3, 4, 8, 9, 6, 8, 9, 12, 0, 9]}, index=rows)
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> leave_one_out(spec, data).table["shift"].round(2).tolist()
    [0.31, -0.02, 0.31, 0.31, 0.14, -0.02, -1.02]
    """

    model: str
    term: str
    by: str
    slope: float
    std_error: float
    minimum: float
    maximum: float
    most_influential: object
    shift: float
    sign_changes: tuple[object, ...]
    lost: tuple[object, ...]
    table: pd.DataFrame
    sentence: str


def leave_one_out(spec: ModelSpec, data: pd.DataFrame, *, term: str = "", by: str | pd.Series = "economy") -> LeftOut:
    """Estimate a slope without each economy, year or group of economies in turn.

    Each row equals `estimate` on the rows that are left, standard errors and counts included: rows that an effect of
    their own fits exactly once a unit is gone go with it.

    Parameters
    ----------
    spec
        Estimator `within` or `pooled`, covariance 'clustered'.
    data
        Indexed by (economy, year).
    term
        Regressor; by default the first.
    by
        'economy', 'year', or a Series that gives each economy its group. Lags are taken before a year is left out.

    Returns
    -------
    LeftOut

    Raises
    ------
    InputError
        As `estimate`, and for another estimator or covariance, an unknown term, an economy without a group, or a single
        unit.

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([list("ABCDEFG"), [2010, 2012]], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": range(14), "y": [0, 1, 2, 5, 3, 4, 8, 9, 6, 8, 9, 12, 0, 9]}, index=rows)
    >>> spec = ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> found = leave_one_out(spec, data)
    >>> found.most_influential, round(found.minimum, 2), round(found.maximum, 2)
    ('G', 1.83, 3.17)
    """
    found = find(spec, data, term)
    if isinstance(by, str) and by == "year":
        units, replicates, what = found.design.years, _without_years(found.design), "year"
    else:
        kinds = _kinds(found, data, by)
        units, what = pd.Index(kinds.unique(), name=kinds.name).sort_values(), str(kinds.name)
        replicates = fit(found.moments, (kinds.to_numpy() != units.to_numpy()[:, None]).astype(float))
    if len(units) < 2:
        raise InputError(f"model '{spec.name}': there is one {what}, {label(units[0])}; leaving it out leaves nothing")
    table = _table(found, units, replicates)
    if table["slope"].isna().all():
        raise InputError(f"model '{spec.name}': no slope is identified once one {what} is left out; use another unit")
    return _record(found, table, what)


def _kinds(found: Finding, data: pd.DataFrame, by: str | pd.Series) -> pd.Series:
    """Return the unit that each economy belongs to."""
    labels = found.moments.labels
    if isinstance(by, pd.Series):
        return groups_of(by, data, labels, found.spec.name).rename("group" if by.name is None else str(by.name))
    if by != "economy":
        raise InputError(f"by is {by!r}; expected 'economy', 'year' or a Series that gives each economy its group")
    return pd.Series(labels, index=labels, name="economy")


def _without_years(whole: Design) -> Fit:
    """Fit the model without each year in one go: every economy stands once for each year that is left out."""
    nested, g, t = "economy" in whole.effects, len(whole.labels), len(whole.years)
    left_out, row = np.nonzero(whole.periods != np.arange(t)[:, None])
    block = left_out * g + whole.economies[row]
    stays = np.bincount(block)[block] > nested  # an economy seen once more is fitted exactly
    if not stays.any():
        raise InputError(f"model '{whole.name}': without one of its {t} years every economy has a single row left")
    row, (kept, codes) = row[stays], np.unique(block[stays], return_inverse=True)
    columns = np.column_stack([whole.y, whole.z])[row]
    if nested:
        starts = np.flatnonzero(np.diff(codes, prepend=-1))
        columns = columns - (np.add.reduceat(columns, starts) / np.bincount(codes)[:, None])[codes]
    stacked = replace(
        whole,
        y=columns[:, 0],
        z=columns[:, 1:],
        economies=codes,
        periods=whole.periods[row],
        labels=pd.Index(kept),
        sizes=whole.sizes[kept % g],
    )
    return fit(moments(stacked), (kept // g == np.arange(t)[:, None]).astype(float))


def _table(found: Finding, units: pd.Index, replicates: Fit) -> pd.DataFrame:
    """Return one row per unit left out."""
    slopes, clusters = replicates.slopes[:, found.position], replicates.clusters
    errors = np.where(clusters >= LEAST_CLUSTERS, replicates.std_errors[:, found.position], np.nan)
    columns = {
        "slope": slopes,
        "std_error": errors,
        "tvalue": slopes / errors,
        "pvalue": pvalues(slopes, errors, clusters),
        "nobs": replicates.nobs.astype(int),
        "clusters": clusters.astype(int),
        "shift": slopes - found.slope,
    }
    return pd.DataFrame(columns, index=units)


def _record(found: Finding, table: pd.DataFrame, what: str) -> LeftOut:
    """Sum the table up."""
    slopes, shifts = table["slope"], table["shift"]
    furthest = int(np.nanargmax(shifts.abs()))
    worst, shift = table.index[furthest], float(shifts.iloc[furthest])
    changed = tuple(table.index[np.sign(slopes) * np.sign(found.slope) < 0])
    lost = tuple(table.index[slopes.isna()])
    return LeftOut(
        model=found.spec.name,
        term=found.term,
        by=what,
        slope=found.slope,
        std_error=found.std_error,
        minimum=float(slopes.min()),
        maximum=float(slopes.max()),
        most_influential=worst,
        shift=shift,
        sign_changes=changed,
        lost=lost,
        table=table,
        sentence=_sentence(found, slopes, (worst, shift, what), (changed, lost)),
    )


def _sentence(
    found: Finding,
    slopes: pd.Series,
    influence: tuple[object, float, str],
    units: tuple[tuple[object, ...], tuple[object, ...]],
) -> str:
    """Return the result in words."""
    worst, shift, what = influence
    changed, lost = units
    signs = f"its sign changes without {listing(changed)}" if changed else "its sign never changes"
    gone = f"; the model is not identified without {listing(lost)}" if lost else ""
    return (
        f"Model '{found.spec.name}': leaving out one {what} of {len(slopes)} at a time, the slope of {found.term} "
        f"({found.slope:.4g}) lies between {slopes.min():.4g} and {slopes.max():.4g}; it moves most, by {shift:+.4g}, "
        f"without '{worst}'; {signs}{gone}."
    )
