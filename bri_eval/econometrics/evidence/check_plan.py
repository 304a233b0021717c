"""What doubts a finding, declared before any of it is run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, cast

from bri_eval.checks import InputError, listing, unknown
from bri_eval.econometrics.evidence.finding import TAKEN
from bri_eval.econometrics.evidence.generated import LEAST_DRAWS, LEAST_VERSIONS
from bri_eval.econometrics.evidence.grid import SpecGrid, read_grid
from bri_eval.econometrics.evidence.grouping import Grouping, read_grouping
from bri_eval.econometrics.frozen import Frozen
from bri_eval.econometrics.rules import COVARIANCES
from bri_eval.records import make_record, read_toml, refuse_unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bri_eval.econometrics.specs import ModelSpec

SIGNS = ("+", "-", "none")
"""Signs that a published design can expect; 'none' is a term of which it reports no sign."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckPlan:
    """What a model file declares under ``[checks]``, and its ``[curve]``.

    Parameters
    ----------
    models
        Names of the models of which the first slope is in doubt; the first one is the finding.
    figure
        Groups of models that are drawn side by side; none draws all.
    covariances
        Rules of the standard error to set side by side; one that is refused is listed with the reason.
    step, short_pairs
        As ``by`` and ``short_pairs`` of ``panel_tests``.
    draws
        Of the wild bootstrap and of randomisation.
    permutations
        Of the placebo and of the labels of groups.
    resamples
        Bootstrap samples of mediation and of the generated regressor.
    versions
        Of the index, for the generated regressor; 0 leaves it out.
    curve_draws
        Permutations of the specification curve.
    leave_out
        'economy', 'year' or columns of the data that group economies.
    mediators
        Columns of the data.
    groups
        Name to grouping, for heterogeneity.
    moderators
        Name of a model to the moderator of its first regressor.
    signs
        Group of models to the sign that a published design expects of each term.
    curve
        The models of the specification curve, None without ``[curve]``.
    """

    models: tuple[str, ...]
    figure: tuple[str, ...] = ()
    covariances: tuple[str, ...] = ()
    step: str = "year"
    short_pairs: str = "refuse"
    draws: int = 9_999
    permutations: int = 999
    resamples: int = 2_000
    versions: int = 0
    curve_draws: int = 500
    leave_out: tuple[str, ...] = ("economy", "year")
    mediators: tuple[str, ...] = ()
    groups: Mapping[str, Grouping] = field(default_factory=dict)
    moderators: Mapping[str, str] = field(default_factory=dict)
    signs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    curve: SpecGrid | None = None


_LEAST = {"draws": 99, "permutations": 99, "resamples": LEAST_DRAWS, "curve_draws": 99}
_LISTS = ("models", "figure", "covariances", "leave_out", "mediators")


def read_check_plan(path: str | Path, models: Sequence[ModelSpec]) -> CheckPlan | None:
    """Read the checks of a model file.

    Parameters
    ----------
    path
        The file; see ``data/models.toml``.
    models
        Those that the file declares.

    Returns
    -------
    CheckPlan or None
        None if there is no ``[checks]``; a ``[curve]`` alone is not read.

    Raises
    ------
    InputError
        Naming the file and the entry, with the nearest name: for an unknown key, model, group, covariance or sign, a
        model of which the slope cannot be doubted, or numbers out of range.
    """
    content = read_toml(path)
    if "checks" not in content:
        return None
    where, entry = f"{path}: checks", content["checks"]
    if not isinstance(entry, dict):
        raise InputError(f"{where} is {entry!r}; expected a table [checks]")
    for name in ("groups", "moderators", "signs"):
        if not isinstance(entry.get(name, {}), dict):
            raise InputError(f"{where}: {name} is {entry[name]!r}; expected a table [checks.{name}]")
    apart = ("groups", "moderators", "signs")
    given = {name: value for name, value in entry.items() if name not in apart}
    refuse_unknown(given, [one.name for one in fields(CheckPlan) if one.name != "curve"], where)
    plan = replace(
        make_record(CheckPlan, given, where),
        groups={name: read_grouping(one, f"{where}: group '{name}'") for name, one in entry.get("groups", {}).items()},
        moderators=cast("Mapping[str, str]", Frozen(entry.get("moderators", {}))),
        signs=cast("Mapping[str, Mapping[str, str]]", Frozen(entry.get("signs", {}))),
        curve=read_grid(path) if "curve" in content else None,
    )
    _check(plan, models, where)
    return plan


def _check(plan: CheckPlan, models: Sequence[ModelSpec], where: str) -> None:
    """Raise at a name that is not declared, and at numbers out of range."""
    known = {model.name: model for model in models}
    tables = list(dict.fromkeys(model.group for model in models))
    for name in _LISTS:
        values = getattr(plan, name)
        if not all(isinstance(value, str) for value in values) or len(set(values)) < len(values):
            raise InputError(f"{where}: {name} is {listing(values)}; expected different names")
    if not plan.models:
        raise InputError(f"{where}: there is no model; name at least one")
    _among("model", [*plan.models, *plan.moderators], known, where)
    _among("table", [*plan.figure, *plan.signs], tables, where)
    _among("covariance", plan.covariances, COVARIANCES, where)
    for name in plan.models:
        _check_model(known[name], where)
    for name, moderator in plan.moderators.items():
        if not isinstance(moderator, str):
            raise InputError(f"{where}: moderator of '{name}' is {moderator!r}; expected the name of a regressor")
    for table, signs in plan.signs.items():
        _check_signs(table, signs, [model for model in models if model.group == table], where)
    _check_numbers(plan, where)


def _check_model(model: ModelSpec, where: str) -> None:
    """Raise at a model of which the slope cannot be doubted."""
    if model.estimator not in TAKEN or model.covariance != "clustered":
        raise InputError(
            f"{where}: model '{model.name}' has estimator '{model.estimator}' and covariance '{model.covariance}'; "
            f"doubted can be {listing(TAKEN)}, clustered"
        )


def _check_numbers(plan: CheckPlan, where: str) -> None:
    """Raise at too few draws or versions."""
    for name, least in _LEAST.items():
        if getattr(plan, name) < least:
            raise InputError(f"{where}: {name} is {getattr(plan, name)}; expected {least:,} or more")
    if plan.versions and plan.versions < LEAST_VERSIONS:
        raise InputError(f"{where}: versions is {plan.versions}; expected 0 for none, or {LEAST_VERSIONS} or more")


def _check_signs(table: str, signs: Mapping[str, str], models: Sequence[ModelSpec], where: str) -> None:
    """Raise at a sign that is none, or of a term that no model of the table has."""
    if not isinstance(signs, Mapping):
        raise InputError(f"{where}: signs of '{table}' are {signs!r}; expected a table of terms")
    _among("term", signs, [term for model in models for term in model.regressors], f"{where}: signs of '{table}'")
    _among("sign", signs.values(), SIGNS, f"{where}: signs of '{table}'")


def _among(kind: str, names: Iterable[str], known: Iterable[str], where: str) -> None:
    """Raise at a name that is not known."""
    there = list(dict.fromkeys(known))
    for name in names:
        if name not in there:
            raise InputError(f"{where}: {unknown(kind, name, there)}")
