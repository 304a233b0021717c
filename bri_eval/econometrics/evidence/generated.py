"""The uncertainty of the index carried into its slope: a regression takes an index for known, and it is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, label, unknown
from bri_eval.econometrics.evidence.finding import Finding, check_alone, find, term_of
from bri_eval.econometrics.evidence.trajectories import sampled_columns
from bri_eval.econometrics.evidence.versions import CHUNK, Frame, frame, prepare, refit
from bri_eval.econometrics.resampling import check_draws
from bri_eval.econometrics.variation import SIZE

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import ModelSpec

LEAST_DRAWS, LEAST_VERSIONS = 2_000, 100


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GeneratedRegressor:
    """A slope with the uncertainty of its regressor.

    Parameters
    ----------
    model, term
        The model and the index.
    slope, std_error
        With the index as it is in the data, in standard deviations; they know nothing of its uncertainty.
    mean
        Mean slope over the versions of the index.
    lower, upper
        95 % percentile interval of the bootstrap that draws versions and economies.
    total_error
        Square root of the total variance.
    index_share
        Share of the total variance that is due to the index.
    versions, draws, singular
        Versions of the index, bootstrap samples, and how many of these did not identify the slope and were left out.
    table
        Rows 'sampling', 'index', 'total'; columns 'variance', 'std_error', 'share'.
    sentence
        The result in words.

    Examples
    --------
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([range(12), [2010, 2012, 2014]], names=["economy", "year"])
    >>> x, noise = np.random.default_rng(0).normal(size=(2, 36))
    >>> versions = x + 0.2 * np.random.default_rng(1).normal(size=(100, 36))
    >>> spec = be.ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> found = generated_regressor(spec, pd.DataFrame({"x": x, "y": x + noise}, index=rows), versions, seed=0)
    >>> found.versions, found.table.index.tolist()
    (100, ['sampling', 'index', 'total'])
    """

    model: str
    term: str
    slope: float
    std_error: float
    mean: float
    lower: float
    upper: float
    total_error: float
    index_share: float
    versions: int
    draws: int
    singular: int
    table: pd.DataFrame
    sentence: str


def generated_regressor(
    spec: ModelSpec,
    data: pd.DataFrame,
    versions: np.ndarray | pd.DataFrame,
    *,
    term: str = "",
    draws: int = LEAST_DRAWS,
    seed: int,
) -> GeneratedRegressor:
    r"""Estimate a slope over many versions of the index that it belongs to.

    Each version is put in standard deviations over its observed rows. Without resampling, version d gives a slope b_d
    and a clustered variance v_d; as for multiple imputations,

    .. math:: T = \bar v + (1 + 1/D) \frac{1}{D-1} \sum_d (b_d - \bar b)^2,

    sampling plus index. The interval is that of a bootstrap: each sample takes the next version and draws economies
    whole with replacement.

    Parameters
    ----------
    spec
        Estimator `within` or `pooled`, covariance 'clustered'.
    data
        Indexed by (economy, year).
    versions
        (D, rows of the data), in the order of the data's rows, or a table with one column per row of the data; missing
        where the index is, in the same rows in each. At least 100 versions.
    term
        The index, a column of the data; by default the first regressor.
    draws
        Bootstrap samples, 2,000 or more.
    seed
        Of the economies drawn; 0 is one.

    Returns
    -------
    GeneratedRegressor

    Raises
    ------
    InputError
        As `estimate`, and for another estimator or covariance, a regressor made of the same column, versions of another
        shape or with other gaps, constant ones, or too few of them or of draws.

    Notes
    -----
    Versions must be draws of what the index might have been, such as other weights, imputations or bounds of its
    indicators. Noise in a version pulls its slope towards zero, and the mean with it; `slope` beside `mean` shows how
    much.

    References
    ----------
    rubin1987 (combining rules); pagan1984 (why generated regressors need them).

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([range(12), [2010, 2012, 2014]], names=["economy", "year"])
    >>> rng = np.random.default_rng(0)
    >>> data = pd.DataFrame({"x": rng.normal(size=36)}, index=rows)
    >>> data["y"] = data["x"] + 0.5 * rng.normal(size=36)
    >>> spec = ModelSpec(name="fe", outcome="y", regressors=("x",), effects=("economy",), estimator="within")
    >>> found = generated_regressor(spec, data, data["x"].to_numpy() + 0.2 * rng.normal(size=(100, 36)), seed=0)
    >>> bool(0 < found.index_share < 1), bool(found.total_error > found.table["std_error"]["sampling"])
    (True, True)
    """
    check_draws(f"model '{spec.name}'", draws, seed)
    if draws < LEAST_DRAWS:
        raise InputError(f"model '{spec.name}': draws is {draws}; expected {LEAST_DRAWS:,} or more")
    index = term_of(spec, term)
    if index not in data.columns:
        raise InputError(f"model '{spec.name}': {unknown('column', index, data.columns)}; versions are of a column")
    check_alone(spec, index)
    found = find(spec, data.assign(**{index: (data[index] - data[index].mean()) / data[index].std()}), index)
    base, grids = _grids(found, data, _standardised(found, data, versions))
    plain = [refit(prepare(base, base.seen[:, :, None]), part) for part in _chunks(grids)]
    slopes, errors = (np.concatenate([getattr(part, what) for part in plain]) for what in ("slopes", "std_errors"))
    drawn = _bootstrap(base, grids, draws, seed)
    fine = drawn[np.isfinite(drawn)]
    if np.isnan(slopes).any() or len(fine) < draws / 2:
        raise InputError(f"model '{spec.name}': versions of '{found.term}' do not vary beside the other regressors")
    return _record(found, (slopes, errors), fine, draws)


def _standardised(found: Finding, data: pd.DataFrame, versions: np.ndarray | pd.DataFrame) -> np.ndarray:
    """Return the versions (D, rows) in pooled standard deviations, after checking shape and gaps."""
    where = f"model '{found.spec.name}': versions of '{found.term}'"
    if isinstance(versions, pd.DataFrame):
        if not versions.columns.equals(data.index):
            raise InputError(
                f"{where} have other columns than the data have rows; give one for each row, in their order"
            )
        versions = versions.to_numpy()
    if versions.ndim != 2 or versions.shape[1] != len(data) or len(versions) < LEAST_VERSIONS:
        raise InputError(
            f"{where} have shape {versions.shape}; expected at least {LEAST_VERSIONS} rows, one per version, and "
            f"{len(data)} columns, one per row of the data"
        )
    versions = versions.astype(float)
    gaps = ~np.isfinite(versions)
    if (gaps != data[found.term].isna().to_numpy()).any():
        d, row = np.argwhere(gaps != data[found.term].isna().to_numpy())[0]
        state = "missing" if gaps[d, row] else "there"
        raise InputError(
            f"{where}: number {d} is {state} for {label(data.index[row])}, unlike the index; keep its gaps"
        )
    observed = versions[:, ~gaps[0]]
    spread = observed.std(axis=1, ddof=1)
    if (spread <= 1e-12 * np.abs(observed).max(axis=1)).any():
        raise InputError(f"{where}: number {int(spread.argmin())} is constant; leave it out")
    return (versions - observed.mean(axis=1)[:, None]) / spread[:, None]


def _grids(found: Finding, data: pd.DataFrame, versions: np.ndarray) -> tuple[Frame, np.ndarray]:
    """Return the other columns on the rows of the model, and the versions on the same grid, (T, G, D)."""
    spec = found.spec
    others = [name for name in spec.regressors if name != found.term]
    design = found.design
    rows = pd.MultiIndex.from_arrays([design.labels[design.economies], design.years[design.periods]])
    columns = sampled_columns(spec, data).loc[rows]
    base = frame(columns, spec.outcome, others, spec.effects)
    grids = np.zeros((*base.seen.shape, len(versions)))
    grids[design.periods, design.economies] = versions[:, data.index.get_indexer(rows)].T
    return base, grids


def _chunks(grids: np.ndarray) -> list[np.ndarray]:
    """Cut the versions into chunks."""
    return [grids[:, :, start : start + CHUNK] for start in range(0, grids.shape[2], CHUNK)]


def _bootstrap(base: Frame, grids: np.ndarray, draws: int, seed: int) -> np.ndarray:
    """Return the slope of each bootstrap sample: the next version, economies drawn anew."""
    g = len(base.labels)
    counts = np.random.default_rng(seed).multinomial(g, np.full(g, 1 / g), size=draws).T
    taken = np.arange(draws) % grids.shape[2]
    parts = []
    for start in range(0, draws, CHUNK):
        some = slice(start, start + CHUNK)
        prepared = prepare(base, base.seen[:, :, None], counts[:, some])
        parts.append(refit(prepared, grids[:, :, taken[some]]).slopes)
    return np.concatenate(parts)


def _record(found: Finding, fits: tuple[np.ndarray, np.ndarray], drawn: np.ndarray, draws: int) -> GeneratedRegressor:
    """Put the record together."""
    slopes, errors = fits
    sampling, index = float((errors**2).mean()), float((1 + 1 / len(slopes)) * slopes.var(ddof=1))
    variances = np.array([sampling, index, sampling + index])
    table = pd.DataFrame(
        {"variance": variances, "std_error": np.sqrt(variances), "share": variances / variances[2]},
        index=pd.Index(["sampling", "index", "total"], name="source"),
    )
    lower, upper = (float(end) for end in np.quantile(drawn, [SIZE / 2, 1 - SIZE / 2]))
    return GeneratedRegressor(
        model=found.spec.name,
        term=found.term,
        slope=found.slope,
        std_error=found.std_error,
        mean=float(slopes.mean()),
        lower=lower,
        upper=upper,
        total_error=float(np.sqrt(variances[2])),
        index_share=float(index / variances[2]),
        versions=len(slopes),
        draws=draws,
        singular=draws - len(drawn),
        table=table,
        sentence=_sentence(found, (slopes, draws), (lower, upper), np.sqrt(variances)),
    )


def _sentence(found: Finding, sizes: tuple[np.ndarray, int], interval: tuple[float, float], errors: np.ndarray) -> str:
    """Return the result in words."""
    slopes, draws = sizes
    return (
        f"Model '{found.spec.name}': over {len(slopes):,} versions of {found.term} and {draws:,} draws of whole "
        f"economies the slope is {slopes.mean():.4g}, 95 % interval {interval[0]:.4g} to {interval[1]:.4g}; "
        f"{errors[1] ** 2 / errors[2] ** 2:.0%} of its variance is due to the index (standard error {errors[2]:.4g}, "
        f"{errors[0]:.4g} with the index taken for known). With the index as it stands the slope is {found.slope:.4g} "
        f"({found.std_error:.4g})."
    )
