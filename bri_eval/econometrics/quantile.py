"""Quantile regression with economy effects: the slopes of a quantile, and their path over quantiles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing, unknown
from bri_eval.econometrics.linear import inference
from bri_eval.econometrics.quantile_slopes import Rows, location_scale, shifted
from bri_eval.econometrics.record import check_bounds, check_size, chosen, record
from bri_eval.econometrics.sample import absorbed, usable_rows, year_dummies

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bri_eval.econometrics.specs import Dropped, Estimates, ModelSpec

OPTIONS = {"quantile": 0.5, "method": "mmqr", "draws": 500, "seed": 1, "least_rows": 500}
DECILES = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
LEAST_DRAWS, MOST_SINGULAR = 99, 0.05
FEW_YEARS = 10
CHUNK = 64
"""Draws that are solved at a time."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class QuantilePath:
    """Slopes over quantiles.

    Parameters
    ----------
    table
        Indexed by (regressor, quantile): 'slope', 'std_error', and the 95 % interval 'lower', 'upper'.
    draws
        Slopes of resampled economies, one row per draw, columns as the index of `table`.
    extra
        As in the `Estimates` of ``estimate_quantile``, for all quantiles.
    convention
        How it was done, to be printed under a figure.
    """

    table: pd.DataFrame
    draws: pd.DataFrame
    extra: dict[str, Any]
    convention: str


class _Found(NamedTuple):
    """Slopes (Q, s), those of the draws (B, Q, s), residuals (n, Q), and what the method knows beside."""

    slopes: np.ndarray
    draws: np.ndarray
    residuals: np.ndarray
    extra: dict[str, Any]


class _Panel(NamedTuple):
    """The rows, as arrays, and what was left out."""

    labels: pd.Index
    arrays: Rows
    economies: int
    dropped: Dropped


def estimate_quantile(spec: ModelSpec, data: pd.DataFrame) -> Estimates:
    """Estimate the slopes of one conditional quantile in a panel with economy effects.

    'mmqr': y = a_i + x'b + (d_i + x'g) u, slopes b + g q with q the quantile of u, by moments; economy effects move the
    whole distribution, not only its location. 'canay': quantile regression of the outcome less the economy effects of
    the mean, which move the location only. The covariance is that of the slopes over bootstrap draws of whole
    economies, each estimated in full; intervals and p-values are from t(G-1).

    Parameters
    ----------
    spec
        The model: economy effects, and year effects (as dummies) if named; covariance 'clustered'. Options:

        - quantile: between 0 and 1 (0.5);
        - method: 'mmqr' or 'canay' ('mmqr'; the other is slower, a linear programme for each draw);
        - draws, seed: of the bootstrap (500 and 1);
        - least_rows: rows needed for a quantile below 0.1 or above 0.9 (500).
    data
        Indexed by (economy, year).

    Returns
    -------
    Estimates
        `residuals` are the outcome less its quantile, effects included; R2 and the factor c are not defined (nan).
        `extra` has 'draws', the number used; by 'mmqr' also 'location' and 'scale', the slopes b and g, 'quantiles',
        the q of each quantile, and 'scale_not_positive', the share of rows in which d_i + x'g is not above 0.

    Raises
    ------
    InputError
        As `estimate`; for an option out of bounds, an extreme quantile of few rows, regressors that
        effects absorb, an outcome that is fitted exactly, and slopes that many draws do not identify.

    Notes
    -----
    With few years the economy effects bias the slopes, by a term in 1/T; the note says so below 10 years.

    References
    ----------
    machado2019; canay2011.

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([list("ABCDEF"), range(2010, 2016)], names=["economy", "year"])
    >>> data = pd.DataFrame({"x": np.arange(36) * 5 % 11}, index=rows)
    >>> data["y"] = data["x"] * (1 + (np.arange(36) * 7 % 13) / 13)
    >>> names = {"outcome": "y", "regressors": ("x",), "effects": ("economy",), "estimator": "quantile"}
    >>> [float(estimate_quantile(ModelSpec(name="m", options={"quantile": q}, **names), data).params["x"].round(2))
    ...     for q in (0.25, 0.75)]
    [1.08, 1.45]
    """
    options = _options(spec)
    panel = _panel(spec, data)
    levels = _levels(spec, panel, options, (options["quantile"],))
    found = _run(spec, panel, levels, options)
    s, clusters = len(spec.regressors), panel.economies
    drawn = pd.DataFrame(found.draws[:, 0], columns=list(spec.regressors))
    return record(
        spec,
        pd.Series(found.slopes[0], index=drawn.columns),
        np.cov(drawn.to_numpy(), rowvar=False).reshape(s, s),
        residuals=pd.Series(found.residuals[:, 0], index=panel.labels),
        df=clusters - 1,
        k=panel.arrays.x.shape[1],
        scaling=np.nan,
        dropped=panel.dropped,
        convention=_convention(spec, panel, options, found, f"at {levels[0]:g}"),
        extra=found.extra,
    )


def quantile_path(
    spec: ModelSpec,
    data: pd.DataFrame,
    *,
    quantiles: Sequence[float] = DECILES,
    draws: int | None = None,
    seed: int | None = None,
) -> QuantilePath:
    """Estimate the slopes of several quantiles, with a band from the same bootstrap draws for all of them.

    Parameters
    ----------
    spec, data
        As for ``estimate_quantile``; the option quantile is not used.
    quantiles
        Ascending, between 0 and 1.
    draws, seed
        Of the bootstrap; if not given those of the options.

    Raises
    ------
    InputError
        As ``estimate_quantile``.
    """
    given = {"draws": draws, "seed": seed}
    spec = replace(
        spec, options={**spec.options, **{name: value for name, value in given.items() if value is not None}}
    )
    options = _options(spec)
    panel = _panel(spec, data)
    levels = _levels(spec, panel, options, tuple(quantiles))
    found = _run(spec, panel, levels, options)
    cells = pd.MultiIndex.from_product([spec.regressors, levels], names=["regressor", "quantile"])
    drawn = pd.DataFrame(found.draws.transpose(0, 2, 1).reshape(len(found.draws), -1), columns=cells)
    slopes = pd.Series(found.slopes.T.ravel(), index=cells, name="slope")
    told = inference(slopes, drawn.cov(), panel.economies - 1)
    return QuantilePath(
        table=pd.concat([slopes, told["std_errors"].rename("std_error"), told["conf_int"]], axis=1),
        draws=drawn,
        extra=found.extra,
        convention=_convention(spec, panel, options, found, f"at {len(levels)} quantiles"),
    )


def _options(spec: ModelSpec) -> dict[str, Any]:
    """Return the checked options."""
    options = chosen(spec, OPTIONS)
    if options["method"] not in METHODS:
        raise InputError(f"model '{spec.name}': {unknown('method', options['method'], METHODS)}")
    check_bounds(spec, options, {"draws": (LEAST_DRAWS, np.inf), "seed": (0, np.inf), "least_rows": (1, np.inf)})
    return options


def _levels(spec: ModelSpec, panel: _Panel, options: dict[str, Any], quantiles: tuple[float, ...]) -> tuple[float, ...]:
    """Return the quantiles, or raise if they are not ascending shares or too extreme for the number of rows."""
    if not quantiles or not all(0 < low < high < 1 for low, high in zip((1e-300, *quantiles), quantiles, strict=False)):
        raise InputError(f"model '{spec.name}': quantiles are {list(quantiles)}; expected ascending numbers in (0, 1)")
    n, outside = len(panel.labels), [level for level in quantiles if not DECILES[0] <= level <= DECILES[-1]]
    if outside and n < options["least_rows"]:
        raise InputError(
            f"model '{spec.name}': quantile {outside[0]:g} of {n} rows rests on few of them; expected 0.1 to 0.9 with "
            f"fewer than {options['least_rows']} rows: lower the option least_rows and say so"
        )
    return quantiles


def _panel(spec: ModelSpec, data: pd.DataFrame) -> _Panel:
    """Return the arrays, rows that an effect fits exactly left out, or raise."""
    rows, dropped = usable_rows(replace(spec, estimator="within", options={}), data)
    lost = absorbed(rows, spec.regressors, spec.effects)
    if lost:
        raise InputError(
            f"model '{spec.name}': regressors {listing(lost)} do not vary once {' and '.join(spec.effects)} effects "
            "are removed, or are collinear with those before them; leave them out"
        )
    x = rows[list(spec.regressors)]
    if "year" in spec.effects:
        years = year_dummies(rows.index)
        x = pd.concat([x, years.drop(columns=list(absorbed(years, years.columns, ("economy",))))], axis=1)
    codes, economies = pd.factorize(rows.index.get_level_values("economy"))
    check_size(spec, len(rows), len(economies), x.shape[1] + len(economies))
    return _Panel(rows.index, Rows(rows[spec.outcome].to_numpy(), x.to_numpy(), codes), len(economies), dropped)


def _run(spec: ModelSpec, panel: _Panel, levels: tuple[float, ...], options: dict[str, Any]) -> _Found:
    """Estimate the sample and the draws, of which those that do not identify the slopes are left out."""
    g = panel.economies
    weights = np.random.default_rng(options["seed"]).multinomial(g, np.full(g, 1 / g), size=options["draws"])
    found: _Found = METHODS[options["method"]](panel.arrays, np.array(levels), np.vstack([np.ones((1, g)), weights]))
    if np.abs(found.residuals).max() <= 1e-10 * np.abs(panel.arrays.y).max():
        raise InputError(f"model '{spec.name}': outcome '{spec.outcome}' is fitted exactly; it has no quantiles")
    s = len(spec.regressors)
    fine = ~np.isnan(found.draws).any(axis=(1, 2))
    if fine.mean() < 1 - MOST_SINGULAR or np.isnan(found.slopes).any():
        raise InputError(
            f"model '{spec.name}': {(~fine).sum()} of {len(fine)} draws of economies do not identify the slopes; a "
            "regressor varies in few economies: leave it out"
        )
    return found._replace(
        slopes=found.slopes[:, :s], draws=found.draws[fine, :, :s], extra={**found.extra, "draws": int(fine.sum())}
    )


def _mmqr(rows: Rows, levels: np.ndarray, weights: np.ndarray) -> _Found:
    """Estimate location and scale."""
    full = location_scale(rows, levels, weights[:1])
    parts = [location_scale(rows, levels, weights[i : i + CHUNK]).slopes for i in range(1, len(weights), CHUNK)]
    extra = {
        "location": full.location[0],
        "scale": full.scale[0],
        "quantiles": dict(zip(levels.tolist(), full.quantiles[0].tolist(), strict=True)),
        "scale_not_positive": float((full.sizes <= 0).mean()),
    }
    return _Found(full.slopes[0], np.concatenate(parts), full.residuals - full.sizes * full.quantiles[0], extra)


def _canay(rows: Rows, levels: np.ndarray, weights: np.ndarray) -> _Found:
    """Remove the economy effects of the mean, then estimate each quantile."""
    full = [shifted(rows, level, weights[0]) for level in levels]
    drawn = [[shifted(rows, level, weight)[0][1:] for level in levels] for weight in weights[1:]]
    return _Found(np.array([b[1:] for b, _ in full]), np.array(drawn), np.column_stack([e for _, e in full]), {})


METHODS: dict[str, Callable[[Rows, np.ndarray, np.ndarray], _Found]] = {"mmqr": _mmqr, "canay": _canay}
HOW = {
    "mmqr": "by the method of moments, in which economy effects move location and scale (Machado and Santos Silva)",
    "canay": "in two steps, in which economy effects move the location only (Canay)",
}


def _convention(spec: ModelSpec, panel: _Panel, options: dict[str, Any], found: _Found, where: str) -> str:
    """Return the note under the table."""
    n, g, used = len(panel.labels), panel.economies, found.extra["draws"]
    said = [
        f"Quantile regression {where} with {' and '.join(spec.effects)} effects, {HOW[options['method']]}. Standard "
        f"errors from {used} bootstrap draws of whole economies, no factor; p-values and intervals from t({g - 1})."
    ]
    if used < options["draws"]:
        said += [f"{options['draws'] - used} more draws do not identify the slopes and are left out."]
    if n / g < FEW_YEARS:
        said += [
            f"{n / g:.3g} years per economy: below {FEW_YEARS} the economy effects, each from few years, bias the "
            "slopes (incidental parameters)."
        ]
    if found.extra.get("scale_not_positive"):
        share = found.extra["scale_not_positive"]
        said += [f"The scale is not positive in {share:.1%} of the rows, of which the model then gives no quantiles."]
    return " ".join([*said, "R2 are not defined."])
