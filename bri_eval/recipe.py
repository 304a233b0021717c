"""The record of every methodological choice of one evaluation."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bri_eval.aggregate import AGGREGATORS
from bri_eval.checks import InputError, bind, unknown
from bri_eval.impute import IMPUTERS
from bri_eval.normalise import NORMALISERS
from bri_eval.treat import TREATMENTS
from bri_eval.weights import COMBINED, WEIGHTERS, check_share
from bri_eval.weights.ahp import GROUPS, RANDOM_INDEX
from bri_eval.weights.estimators import ESTIMATORS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bri_eval.aggregate.groups import Aggregator
    from bri_eval.normalise import Normaliser
    from bri_eval.treat import Rule
    from bri_eval.weights.objective import Weighter

SCOPES = ("pooled", "by_year")
WEIGH_ON = ("normalised", "raw")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Every methodological choice of one evaluation; a "what if" is ``dataclasses.replace``.

    Parameters
    ----------
    exclude
        Codes of indicators or groups left out.
    screen
        Least share of observed indicators that an economy-year needs, 0 to 1; rows that lack a required indicator
        are left out in any case.
    imputer, treatment, normaliser, aggregator
        Names in ``IMPUTERS``, ``TREATMENTS``, ``NORMALISERS``, ``AGGREGATORS``; an aggregator may be a function.
    weighter
        A name in ``WEIGHTERS`` or ``COMBINED``, or a function of two arrays, matrix and prior weights.
    scope
        ``"pooled"``: bounds, weights and ideal points from all years together, so scores compare over years;
        ``"by_year"``: from each year alone, so they do not.
    weigh_on
        Whether data-based weights see the ``"normalised"`` table or the ``"raw"`` one (treated, in its units).
    range
        Ends of min-max.
    prior_share
        Share of the prior in linear combinations, 0 to 1.
    random_index, estimator, group
        AHP conventions, see ``ahp.priorities``; whether several experts are joined by their judgements (``"aij"``) or
        by their priorities (``"aip"``).
    availability
        If given, cells may stay missing: weights are re-shared within the parent, and a group has no score for a row of
        which less than this share of the weight is observed, 0 to 1. Only means can do this.
    donors, neighbours
        Observed members that a group needs before its median or mean is imputed; rows that ``nearest_neighbours``
        averages.
    winsorised
        Points moved at which winsorising one indicator stops; ties at an end move together.
    centre, spread
        Mean and standard deviation of z-scores.
    reference
        Economy that ``distance_to_reference`` compares with.
    exponent, group_utility, distinguishing, grades
        Of the power mean; v of VIKOR; rho of grey relations; number of fuzzy grades.

    Examples
    --------
    >>> recipe = Recipe(weighter="entropy", aggregator="topsis")
    >>> dataclasses.replace(recipe, weighter="critic").aggregator
    'topsis'
    >>> describe(recipe)[0]
    'Normalisation: minmax (range 0 to 1), costs negated first; bounds, weights and ideal points: all years pooled.'
    """

    exclude: tuple[str, ...] = ()
    screen: float = 0.0
    imputer: str = "linear_time"
    treatment: str | Rule = "none"
    normaliser: str | Normaliser = "minmax"
    scope: str = "pooled"
    weighter: str | Weighter = "equal"
    weigh_on: str = "normalised"
    aggregator: str | Aggregator = "arithmetic"
    range: tuple[float, float] = (0.0, 1.0)
    prior_share: float = 0.5
    random_index: str = "saaty1980"
    estimator: str = "eigen"
    group: str = "aij"
    availability: float | None = None
    donors: int = 3
    neighbours: int = 5
    winsorised: int = 5
    centre: float = 0.0
    spread: float = 1.0
    reference: str | None = None
    exponent: float = 0.5
    group_utility: float = 0.5
    distinguishing: float = 0.5
    grades: int = 5

    def __post_init__(self) -> None:
        _check_recipe(self)

    @property
    def parameters(self) -> dict[str, object]:
        """Values of the methods' parameters, by the name of their keyword-only argument."""
        return {name: getattr(self, name) for name in _FIELDS}


def describe(recipe: Recipe) -> tuple[str, ...]:
    """Say every choice on which good software differs, in sentences to print under a table."""
    normaliser, weighter, aggregator = map(choice_name, (recipe.normaliser, recipe.weighter, recipe.aggregator))
    scope = "all years pooled" if recipe.scope == "pooled" else "each year alone, so scores do not compare over years"
    return (
        f"Normalisation: {normaliser}{_parameter_words(recipe, NORMALISERS, recipe.normaliser)}, costs negated first; "
        f"bounds, weights and ideal points: {scope}.",
        f"Weights: {weighter}{_weight_words(recipe)}.",
        f"Aggregation: {aggregator}{_parameter_words(recipe, AGGREGATORS, recipe.aggregator)}"
        f"{_AGGREGATION_WORDS.get(aggregator, '')}.",
        "Ranks: 1 is best, within each year; scores equal to 12 significant digits share the better rank.",
    )


def _parameter_words(recipe: Recipe, methods: Mapping[str, Callable[..., object]], choice: object) -> str:
    """Say the values of a method's parameters."""
    rule = choice if callable(choice) else methods[str(choice)]
    bound = getattr(bind(rule, recipe.parameters), "keywords", {})
    words = [f"{name} {_value(value)}" for name, value in bound.items() if name != "method"]
    return f" ({', '.join(words)})" if words else ""


def _value(value: object) -> str:
    """Print a parameter."""
    return (
        " to ".join(f"{end:g}" for end in value)
        if isinstance(value, tuple)
        else f"{value:g}"
        if isinstance(value, float)
        else str(value)
    )


def choice_name(choice: object) -> str:
    """Give the printed name of a choice that may be a function."""
    return choice if isinstance(choice, str) else getattr(choice, "__name__", "own function")


def _weight_words(recipe: Recipe) -> str:
    """Say how judged and data-based weights were found and joined."""
    if not isinstance(recipe.weighter, str):
        return ""
    words = []
    if recipe.weighter in COMBINED:
        rule, objective = COMBINED[recipe.weighter]
        share = f" with prior share {recipe.prior_share:g}" if rule == "linear" else ""
        words.append(f"{rule} combination of AHP and {objective}{share}")
    if recipe.weighter == "ahp" or recipe.weighter in COMBINED:
        words.append(f"AHP by {recipe.estimator}, random index {recipe.random_index}{_GROUP_WORDS[recipe.group]}")
    if "entropy" in recipe.weighter:
        words.append("entropy with 0 ln 0 = 0, divisor ln of the number of rows")
    if recipe.weighter not in ("equal", "framework", "ahp", "given"):
        words.append(f"data-based weights from the {recipe.weigh_on} table")
    return f" ({'; '.join(words)})" if words else ""


_GROUP_WORDS = {"aij": "", "aip": ", experts joined by their priorities"}

_AGGREGATION_WORDS = {
    "topsis": " (Euclidean, weights scale the values, observed ideal points; a group over all indicators below it)",
    "topsis_metric": " (Euclidean, weights inside the distance, observed ideal points)",
}


_FIELDS = tuple(field.name for field in dataclasses.fields(Recipe))

_MAY_BE_FUNCTIONS = ("treatment", "normaliser", "weighter", "aggregator")


def _check_recipe(recipe: Recipe) -> None:
    """Refuse unknown names and values out of range, when the recipe is written and not when it is used."""
    for kind, name, names in (
        ("imputer", recipe.imputer, IMPUTERS),
        ("treatment", recipe.treatment, TREATMENTS),
        ("normaliser", recipe.normaliser, NORMALISERS),
        ("scope", recipe.scope, SCOPES),
        ("weighter", recipe.weighter, {**WEIGHTERS, **COMBINED}),
        ("weigh_on", recipe.weigh_on, WEIGH_ON),
        ("aggregator", recipe.aggregator, AGGREGATORS),
        ("random index", recipe.random_index, RANDOM_INDEX),
        ("estimator", recipe.estimator, ESTIMATORS),
        ("group", recipe.group, GROUPS),
    ):
        if not (callable(name) and kind in _MAY_BE_FUNCTIONS) and name not in names:
            raise InputError(unknown(kind, str(name), names))
    check_share(recipe.prior_share)
    if not 0 <= recipe.screen <= 1:
        raise InputError(f"screen is {recipe.screen:g}; expected a share from 0 to 1")
    if recipe.availability is not None and not 0 <= recipe.availability <= 1:
        raise InputError(f"availability is {recipe.availability:g}; expected a share from 0 to 1")
    for name, fits, expected in (
        ("donors", recipe.donors >= 1, "1 or more"),
        ("neighbours", recipe.neighbours >= 1, "1 or more"),
        ("winsorised", recipe.winsorised >= 0, "0 or more"),
        ("spread", recipe.spread > 0, "a number above 0"),
        ("group_utility", 0 <= recipe.group_utility <= 1, "a number from 0 to 1"),
        ("distinguishing", 0 < recipe.distinguishing <= 1, "a number above 0, at most 1"),
        ("grades", recipe.grades >= 2, "2 or more"),
    ):
        if not fits:
            raise InputError(f"{name} is {getattr(recipe, name):g}; expected {expected}")
    if recipe.normaliser == "distance_to_reference" and recipe.reference is None:
        raise InputError("normaliser 'distance_to_reference' needs a reference; give reference = 'SGP' or another code")
    if isinstance(recipe.exclude, str):
        raise InputError(f"exclude is '{recipe.exclude}'; expected a list of codes, such as ('{recipe.exclude}',)")
    if len(recipe.range) != 2 or not recipe.range[0] < recipe.range[1]:
        raise InputError(f"range is {recipe.range}; expected (low, high) with low < high")
