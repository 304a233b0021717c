"""The slope of an interacted regressor over the values of its moderator that were observed, and no further."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError
from bri_eval.econometrics.diagnostics.result import p_text
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.evidence.finding import term_of
from bri_eval.econometrics.sample import absorbed, complete_rows
from bri_eval.econometrics.terms import canonical, same_product
from bri_eval.econometrics.variation import SIZE

if TYPE_CHECKING:
    from bri_eval.econometrics.specs import Estimates, ModelSpec

RANGE = (0.01, 0.99)
FEW_VALUES = 10
"""A moderator with at most this many values is evaluated at each of them in the range, others on an even grid."""

TAKEN = ("pooled", "within", "random", "first_difference", "iv")
"""Estimators of which y changes by b1 + b3 m where x does by one; in means of economies it does not."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MarginalEffects:
    """The slope of a regressor at values of its moderator.

    Parameters
    ----------
    model, term, moderator, interaction
        The model, the regressor, the moderator, and the regressor that is their product.
    low, high
        1st and 99th percentile of the moderator in the rows of the model; nothing is said beyond.
    pvalue
        Of the interaction.
    share_positive, share_negative
        Share of the rows within the range where the 95 % interval lies above zero, and below.
    table
        One row per value of the moderator: 'slope', 'std_error', 'lower', 'upper' (95 %), 'pvalue'.
    histogram
        Rows of the model by value of the moderator, all of them: 'from', 'to', 'rows'.
    sentence
        The result in words.

    Examples
    --------
    >>> import bri_eval as be
    >>> rows = pd.MultiIndex.from_product([range(8), [2010, 2012, 2014]], names=["economy", "year"])
    >>> x, m = np.random.default_rng(1).normal(size=(2, 24))
    >>> data = pd.DataFrame({"x": x, "m": m, "y": x + 0.5 * x * m + np.tile([0.01, 0, -0.01], 8)}, index=rows)
    >>> spec = be.ModelSpec(name="m", outcome="y", regressors=("x", "m", "x:m"), estimator="pooled")
    >>> found = marginal_effects(spec, data, term="x", moderator="m", points=3)
    >>> found.interaction, found.share_negative
    ('x:m', 0.0)
    """

    model: str
    term: str
    moderator: str
    interaction: str
    low: float
    high: float
    pvalue: float
    share_positive: float
    share_negative: float
    table: pd.DataFrame
    histogram: pd.DataFrame
    sentence: str


def marginal_effects(
    spec: ModelSpec, data: pd.DataFrame, *, term: str, moderator: str, points: int = 50, bins: int = 20
) -> MarginalEffects:
    r"""Return the slope of a regressor over the observed range of its moderator.

    .. math::
        \partial y / \partial x = b_1 + b_3 m, \qquad V = V_{11} + m^2 V_{33} + 2 m V_{13},

    with the covariance that the model declares, all of it, from the 1st to the 99th percentile of m.

    Parameters
    ----------
    spec
        A model with the regressors x, the product ``x:m`` and, unless the effects absorb it, m itself.
    data
        Indexed by (economy, year).
    term, moderator
        x and m, as they stand in the product.
    points, bins
        Values of the moderator, and bins of its histogram, 2 or more; a moderator with at most 10 values in the range
        is evaluated at these.

    Returns
    -------
    MarginalEffects

    Raises
    ------
    InputError
        As `estimate`, and for an estimator or covariance that gives no such slopes, a model without the product or
        without one of its parts, a moderator that is constant in the range, or numbers out of range.

    References
    ----------
    brambor2006.

    Examples
    --------
    >>> from bri_eval.econometrics.specs import ModelSpec
    >>> rows = pd.MultiIndex.from_product([range(8), [2010, 2012, 2014]], names=["economy", "year"])
    >>> x, m = np.random.default_rng(1).normal(size=(2, 24))
    >>> data = pd.DataFrame({"x": x, "m": m, "y": x + 0.5 * x * m + np.tile([0.01, 0, -0.01], 8)}, index=rows)
    >>> spec = ModelSpec(name="m", outcome="y", regressors=("x", "m", "x:m"), estimator="pooled")
    >>> found = marginal_effects(spec, data, term="x", moderator="m", points=3)
    >>> bool(np.allclose(found.table["slope"], 1 + 0.5 * found.table.index, atol=0.1))
    True
    """
    term, moderator = term_of(spec, term), canonical(moderator)
    rows = complete_rows(spec, data, also=[moderator])[0]
    interaction = _check(spec, rows, (term, moderator), (points, bins))
    m = rows[moderator].to_numpy()
    low, high = _ends(spec, moderator, m)
    fit, inside = estimate(spec, data), m[(m >= low) & (m <= high)]
    values = np.unique(inside)
    values = values if len(values) <= FEW_VALUES else np.linspace(low, high, points)
    at_rows = _slopes(fit, (term, interaction), inside)
    counts, edges = np.histogram(m, bins=bins)
    above, below = (float((at_rows[end] * side > 0).mean()) for end, side in (("lower", 1), ("upper", -1)))
    ends = _slopes(fit, (term, interaction), np.array([low, high]))
    return MarginalEffects(
        model=spec.name,
        term=term,
        moderator=moderator,
        interaction=interaction,
        low=low,
        high=high,
        pvalue=float(fit.pvalues[interaction]),
        share_positive=above,
        share_negative=below,
        table=_slopes(fit, (term, interaction), values).rename_axis(moderator),
        histogram=pd.DataFrame({"from": edges[:-1], "to": edges[1:], "rows": counts}),
        sentence=_sentence(fit, (term, moderator, interaction), ends, above + below),
    )


def _check(spec: ModelSpec, rows: pd.DataFrame, pair: tuple[str, str], sizes: tuple[int, int]) -> str:
    """Return the regressor that is the product of the pair, or raise at a model that is not one of moderation."""
    term, moderator = pair
    if spec.estimator not in TAKEN or spec.covariance == "cr2":
        raise InputError(
            f"model '{spec.name}': estimator '{spec.estimator}' with covariance '{spec.covariance}' gives no interval "
            f"for b1 + b3 m; use one of {', '.join(TAKEN)}, and another covariance than 'cr2'"
        )
    found = [name for name in spec.regressors if same_product(name) == same_product(f"{term}:{moderator}")]
    if not found:
        raise InputError(f"model '{spec.name}': there is no regressor '{term}:{moderator}'; add the product")
    others = [name for name in spec.regressors if name not in (term, found[0])]
    further = [name for name in others if set(same_product(term)) & set(same_product(name))]
    if further or term == moderator:
        also = further[0] if further else found[0]
        raise InputError(f"model '{spec.name}': the slope of '{term}' also depends on '{also}'; leave it out")
    _check_part(spec, rows, moderator)
    for what, size in zip(("points", "bins"), sizes, strict=True):
        if isinstance(size, bool) or not isinstance(size, int) or size < 2:
            raise InputError(f"{what} is {size!r}; expected a whole number of 2 or more")
    return found[0]


def _check_part(spec: ModelSpec, rows: pd.DataFrame, moderator: str) -> None:
    """Raise if the moderator itself is left out without being absorbed: the product would stand in for it."""
    within = {"within": spec.effects, "iv": spec.effects, "first_difference": ("economy",)}.get(spec.estimator, ())
    columns = ["const", moderator]
    if moderator not in spec.regressors and moderator not in absorbed(rows.assign(const=1.0), columns, within):
        raise InputError(
            f"model '{spec.name}': moderator '{moderator}' is not a regressor, and the effects do not absorb it; add it"
        )


def _ends(spec: ModelSpec, moderator: str, m: np.ndarray) -> tuple[float, float]:
    """Return the 1st and the 99th percentile, or raise if there is nothing between them."""
    low, high = (float(end) for end in np.quantile(m, RANGE))
    if low == high:
        raise InputError(
            f"model '{spec.name}': moderator '{moderator}' is {low:g} from its 1st to its 99th percentile; the slope "
            "elsewhere would be that of a few rows"
        )
    return low, high


def _slopes(fit: Estimates, names: tuple[str, str], values: np.ndarray) -> pd.DataFrame:
    """Return slopes, standard errors, intervals and p-values at values of the moderator."""
    from scipy import stats

    b1, b3 = fit.params[list(names)].to_numpy(dtype=float)
    v = fit.covariance_matrix.loc[list(names), list(names)].to_numpy(dtype=float)
    slopes = b1 + b3 * values
    errors = np.sqrt(v[0, 0] + values**2 * v[1, 1] + 2 * values * v[0, 1])
    half = stats.t.ppf(1 - SIZE / 2, fit.df) * errors
    columns = {"slope": slopes, "std_error": errors, "lower": slopes - half, "upper": slopes + half}
    return pd.DataFrame({**columns, "pvalue": 2 * stats.t.sf(np.abs(slopes / errors), fit.df)}, index=values)


def _sentence(fit: Estimates, names: tuple[str, str, str], ends: pd.DataFrame, share: float) -> str:
    """Return the result in words."""
    term, moderator, interaction = names
    said = [
        f"{slope:.4g} (95 % interval {lower:.4g} to {upper:.4g}) where {moderator} is {value:.4g}"
        for value, slope, lower, upper in zip(ends.index, ends["slope"], ends["lower"], ends["upper"], strict=True)
    ]
    return (
        f"Model '{fit.spec.name}': the slope of {term} is {said[0]}, its 1st percentile, and {said[1]}, its 99th; the "
        f"interval leaves out zero for {share:.0%} of the rows between. The interaction is "
        f"{fit.params[interaction]:.4g} ({fit.std_errors[interaction]:.2g}, {p_text(float(fit.pvalues[interaction]))})."
    )
