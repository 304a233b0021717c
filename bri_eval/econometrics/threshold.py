"""Panel threshold regression: slopes that change where another variable crosses a value that the data choose."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing, unknown
from bri_eval.econometrics.linear import estimate_linear
from bri_eval.econometrics.record import check_bounds, chosen
from bri_eval.econometrics.regimes import Search, demean, search
from bri_eval.econometrics.sample import absorbed, usable_rows, year_dummies
from bri_eval.econometrics.specs import ModelSpec
from bri_eval.econometrics.splits import CRITICAL_LR, find_splits, likelihood_ratio, located
from bri_eval.econometrics.terms import canonical, is_shifted

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import Dropped, Estimates

OPTIONS = {
    "threshold": None,
    "regime": None,
    "regimes": 1,
    "trim": 0.05,
    "draws": 500,
    "seed": 1,
    "least_economies": 10,
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Threshold:
    """The result of a panel threshold regression.

    Parameters
    ----------
    gammas
        Thresholds in the order in which they were found, after refinement; a row belongs to the lower regime if
        q <= threshold.
    table
        One row per threshold, in that order: 'threshold'; 'lower', 'upper', the least and largest value of its 95 %
        set; 'connected', whether all candidates between belong to the set; 'edge', whether the threshold is the first
        or last candidate; 'ssr_before' and 'ssr', of the models without and with it when it was tested; 'statistic' F,
        bootstrap 'pvalue' and critical values 'critical_10', 'critical_5', 'critical_1'.
    curves
        For each threshold the candidates ('threshold'), the sum of squares there ('ssr') and the likelihood ratio
        ('lr'), which is 0 at the estimate and at most `critical_lr` in its set.
    critical_lr
        -2 ln(1 - sqrt(0.95)).
    regimes
        One row per regime from low to high: 'lower' < q <= 'upper', 'rows', 'economies' with a row in it.
    fit
        Slopes at the thresholds.
    """

    gammas: tuple[float, ...]
    table: pd.DataFrame
    curves: tuple[pd.DataFrame, ...]
    critical_lr: float
    regimes: pd.DataFrame
    fit: Estimates


class _Panel(NamedTuple):
    """Rows sorted by economy and year; outcome and columns without economy means; q and the changing columns raw."""

    rows: pd.DataFrame
    y: np.ndarray
    columns: pd.DataFrame
    q: np.ndarray
    x: pd.DataFrame
    periods: int


def estimate_threshold(spec: ModelSpec, data: pd.DataFrame) -> Estimates:
    """Estimate a panel threshold regression; see ``threshold``.

    Returns
    -------
    Estimates
        The slopes; `extra` has 'thresholds' and 'regimes', the tables of ``Threshold``.
    """
    return threshold(spec, data).fit


def threshold(spec: ModelSpec, data: pd.DataFrame) -> Threshold:
    """Estimate a panel regression with fixed effects whose slopes change at one to three thresholds.

    y_it = economy effect + z_it'c + sum_j x_it'b_j 1(g_{j-1} < q_it <= g_j) + e_it by least squares over all distinct
    values of q between two quantiles. Further thresholds are added one at a time and those before them searched again.
    A threshold is tested by F = n(T-1) (SSR_before - SSR)/SSR, n economies, against a bootstrap: residual vectors of
    whole economies, from the model without it, are drawn with replacement, and all thresholds searched anew in every
    draw. Its 95 % set are the values with n(T-1) (SSR(g) - SSR)/SSR <= 7.352. Slopes and standard errors are those of
    the linear model with the thresholds taken as known, which they are to first order.

    Parameters
    ----------
    spec
        The model: economy effects, and year effects (as dummies) if named. Options:

        - threshold: the term q, needed; it need not be a regressor, and should be lagged;
        - regime: those of the regressors whose slopes change, needed;
        - regimes: number of thresholds, 1 to 3 (1), one less than there are regimes;
        - trim: least share of the rows in a regime (0.05);
        - draws, seed: of the bootstrap (500 and 1);
        - least_economies: in a regime (10).
    data
        Indexed by (economy, year); once rows with a missing cell are left out all economies have the same years.

    Raises
    ------
    InputError
        As `estimate`; for an unbalanced panel, an option out of bounds, regressors that effects absorb, too few values
        of q, or a regime with too few economies.

    Notes
    -----
    The set and the test take errors as independent between economies; the set also as homoskedastic and uncorrelated
    over time. A p-value is (1 + number of draws with at least F)/(1 + draws). Regimes have no intercepts of their own:
    if x lies far from zero a change of its slope is one of the level too.

    References
    ----------
    hansen1999.

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([range(12), range(2010, 2015)], names=["economy", "year"])
    >>> data = pd.DataFrame({"q": np.arange(60) * 7 % 60, "x": np.arange(60) * 11 % 17}, index=rows)
    >>> data["y"] = data["x"] * np.where(data["q"] <= 25, 1.0, 2.0) + np.arange(60) * 13 % 7 / 10
    >>> options = {"threshold": "q", "regime": ["x"], "draws": 99}
    >>> names = {"outcome": "y", "regressors": ("x",), "effects": ("economy",), "estimator": "threshold"}
    >>> found = threshold(ModelSpec(name="m", options=options, **names), data)
    >>> found.gammas, found.fit.params.round(1).to_dict()
    ((25.0,), {'x (q <= 25)': 1.0, 'x (q > 25)': 2.0})
    """
    options = _options(spec)
    rows, dropped = usable_rows(spec, data, also=[options["threshold"]])
    panel = _panel(spec, rows, options)
    found = search(panel.q, panel.x.to_numpy(), panel.periods, options["trim"])
    splits, tests = find_splits(
        spec.name,
        found,
        panel.y,
        panel.columns.to_numpy(),
        number=options["regimes"],
        draws=options["draws"],
        seed=options["seed"],
    )
    curves = tuple(likelihood_ratio(found, split) for split in splits)
    table = pd.DataFrame([located(curve) for curve in curves], index=tests.index).join(tests)
    regimes = _regimes(spec, panel, options, sorted(table["threshold"]))
    fit = _estimates(spec, panel, regimes, dropped, _how(panel, options, found, table))
    fit = replace(fit, extra={"thresholds": table, "regimes": regimes})
    return Threshold(
        gammas=tuple(table["threshold"]),
        table=table,
        curves=curves,
        critical_lr=CRITICAL_LR,
        regimes=regimes,
        fit=fit,
    )


def _options(spec: ModelSpec) -> dict[str, Any]:
    """Return the checked options."""
    options, where = chosen(spec, OPTIONS), f"model '{spec.name}'"
    if not isinstance(options["threshold"], str) or not isinstance(options["regime"], tuple) or not options["regime"]:
        told = f"threshold {options['threshold']!r} and regime {options['regime']!r}"
        raise InputError(f"{where}: the options are {told}; expected a term and a list of terms")
    options |= {"threshold": canonical(options["threshold"]), "regime": tuple(map(canonical, options["regime"]))}
    absent = [term for term in options["regime"] if term not in spec.regressors]
    if absent:
        raise InputError(f"{where}: option regime: {unknown('regressor', absent[0], spec.regressors)}")
    if is_shifted(options["threshold"]) and not spec.lag_by:
        raise InputError(f"{where}: threshold '{options['threshold']}' needs lag_by: 'wave' or 'year'")
    whole = {"draws": 99, "seed": 0, "least_economies": 1}
    check_bounds(spec, options, {"regimes": (1, 3), **{name: (least, np.inf) for name, least in whole.items()}})
    most = 0.5 / options["regimes"]
    if not 0 < options["trim"] < most:
        raise InputError(f"{where}: option trim is {options['trim']!r}; expected a share above 0 and below {most:.3g}")
    return options


def _panel(spec: ModelSpec, rows: pd.DataFrame, options: dict[str, Any]) -> _Panel:
    """Return the arrays of a balanced panel, or raise."""
    periods = _periods(spec, rows)
    lost = absorbed(rows, spec.regressors, spec.effects)
    if lost:
        raise InputError(
            f"model '{spec.name}': regressors {listing(lost)} do not vary once {' and '.join(spec.effects)} effects "
            "are removed, or are collinear with those before them; leave them out"
        )
    y = demean(rows[[spec.outcome]].to_numpy(), periods)
    if np.linalg.norm(y) <= 1e-12 * np.linalg.norm(rows[spec.outcome]):
        raise InputError(
            f"model '{spec.name}': outcome '{spec.outcome}' is constant once economy effects are removed; "
            "choose another outcome"
        )
    years = year_dummies(rows.index).iloc[:, 1:] if "year" in spec.effects else rows.iloc[:, :0]
    columns = pd.concat([years, rows[list(spec.regressors)]], axis=1)
    columns = pd.DataFrame(demean(columns.to_numpy(), periods), index=rows.index, columns=columns.columns)
    return _Panel(rows, y, columns, rows[options["threshold"]].to_numpy(), rows[list(options["regime"])], periods)


def _periods(spec: ModelSpec, rows: pd.DataFrame) -> int:
    """Return the number of years that every economy has, or raise."""
    sizes, years = rows.groupby(level="economy").size(), len(rows.index.unique("year"))
    short = sizes[sizes < years]
    if len(short):
        raise InputError(
            f"model '{spec.name}': {len(short)} of {len(sizes)} economies lack complete rows, '{short.index[0]}' has "
            f"{short.iloc[0]} of {years} years; estimator 'threshold' needs a balanced panel: select economies or "
            "years by sample"
        )
    return years


def _regimes(spec: ModelSpec, panel: _Panel, options: dict[str, Any], gammas: list[float]) -> pd.DataFrame:
    """Return the size of every regime, or raise at one with too few economies."""
    regime, economies = np.searchsorted(gammas, panel.q), panel.rows.index.get_level_values("economy")
    edges = list(pairwise([-np.inf, *gammas, np.inf]))
    table = pd.DataFrame(edges, columns=["lower", "upper"])
    table["rows"] = [int((regime == number).sum()) for number in table.index]
    table["economies"] = [economies[regime == number].nunique() for number in table.index]
    for (lower, upper), (rows, number) in zip(edges, table[["rows", "economies"]].to_numpy(), strict=True):
        if number < options["least_economies"]:
            raise InputError(
                f"model '{spec.name}': the regime {lower:.6g} < {options['threshold']} <= {upper:.6g} has {number} "
                f"economies in {rows} rows; expected at least {options['least_economies']}: use fewer regimes or more "
                "trim, or lower the option least_economies and say so"
            )
    return table


def _estimates(spec: ModelSpec, panel: _Panel, regimes: pd.DataFrame, dropped: Dropped, how: str) -> Estimates:
    """Estimate the linear model with the thresholds taken as known."""
    x = _by_regime(spec, panel, regimes)
    names, plain = list(x), [f"column {number}" for number in range(x.shape[1])]
    linear = ModelSpec(
        name=spec.name,
        outcome="outcome",
        regressors=tuple(plain),
        effects=spec.effects,
        estimator="within",
        covariance=spec.covariance,
    )
    fit = estimate_linear(linear, x.set_axis(plain, axis=1).assign(outcome=panel.rows[spec.outcome]))
    listed = ("params", "std_errors", "tvalues", "pvalues", "conf_int", "dfs")
    return replace(
        fit,
        spec=spec,
        **{field: getattr(fit, field).set_axis(names) for field in listed},
        covariance_matrix=fit.covariance_matrix.set_axis(names).set_axis(names, axis=1),
        dropped=dropped,
        convention=f"{how} {fit.convention}",
    )


def _by_regime(spec: ModelSpec, panel: _Panel, regimes: pd.DataFrame) -> pd.DataFrame:
    """Return the regressors, those that change once for each regime."""
    q, gammas = canonical(str(spec.options["threshold"])), regimes["upper"].to_numpy()[:-1]
    digits = next(d for d in range(4, 18) if len({f"{gamma:.{d}g}" for gamma in gammas}) == len(gammas))
    ends = [f"{gamma:.{digits}g}" for gamma in gammas]
    names = [f"{q} <= {ends[0]}", *(f"{low} < {q} <= {high}" for low, high in pairwise(ends)), f"{q} > {ends[-1]}"]
    common = panel.rows[[term for term in spec.regressors if term not in panel.x]]
    inside = np.searchsorted(gammas, panel.q)[:, None] == np.arange(len(names))
    changing = {
        f"{term} ({name})": panel.x[term] * inside[:, number] for term in panel.x for number, name in enumerate(names)
    }
    return pd.concat([common, pd.DataFrame(changing, index=panel.rows.index)], axis=1)


def _how(panel: _Panel, options: dict[str, Any], found: Search, table: pd.DataFrame) -> str:
    """Return the sentences that say how thresholds were found and tested."""
    q, trim = options["threshold"], options["trim"]
    economies, several = len(panel.y) // panel.periods, "s" * (options["regimes"] > 1)
    said = [
        f"Panel threshold regression on {q} (Hansen): {economies} economies x {panel.periods} years, balanced, "
        f"{options['regimes']} threshold{several}, the lower regime is {q} <= threshold; {len(found.values)} distinct "
        f"values searched between the type-1 quantiles {trim:g} and {1 - trim:g}. F and LR are scaled by n(T-1) = "
        f"{len(panel.y) - economies}; p from {options['draws']} bootstrap draws of whole economies."
    ]
    for row in table.to_dict("records"):
        gaps, edge = "" if row["connected"] else ", with gaps", ", at the edge of the values searched" * row["edge"]
        said += [
            f"Threshold {row['threshold']:.6g}{edge}: 95 % set (LR up to {CRITICAL_LR:.3f}) {row['lower']:.6g} to "
            f"{row['upper']:.6g}{gaps}; F = {row['statistic']:.4g}, p = {row['pvalue']:.3g}."
        ]
    return " ".join([*said, "Slopes and standard errors take thresholds as known."])
