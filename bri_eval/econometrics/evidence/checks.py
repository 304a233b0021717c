"""The checks of a study's panel evidence: what its plan declares, carried out into one record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bri_eval.econometrics.evidence.curve import SpecificationCurve, by_choice, specification_curve
from bri_eval.econometrics.evidence.doubted import Doubted, doubt
from bri_eval.econometrics.evidence.moderation import MarginalEffects, marginal_effects

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from bri_eval.econometrics.anderson_rubin import ConfidenceSet
    from bri_eval.econometrics.diagnostics.result import TestResult
    from bri_eval.econometrics.evidence.check_plan import CheckPlan
    from bri_eval.econometrics.specs import Estimates, ModelSpec
    from bri_eval.econometrics.threshold import Threshold


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Instrumented:
    """What stands beside an instrumented model.

    Parameters
    ----------
    tests
        Of the instruments.
    reduced
        The outcome on the instruments themselves.
    confidence
        The slopes that the Anderson-Rubin test does not reject; None with several endogenous regressors.
    """

    tests: tuple[TestResult, ...]
    reduced: Estimates
    confidence: ConfidenceSet | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checks:
    """The checks of a study.

    Parameters
    ----------
    plan
        What was declared.
    doubted
        One for each model in doubt, in the order declared.
    moderations
        Slopes over their moderators, in the order declared.
    instruments, thresholds
        For each declared model with estimator 'iv' and 'threshold', by its name.
    curve
        All declared models together; None if none are declared.
    curves
        Name of effects to the models that have them, with a joint test of their own: what compares economies and what
        compares an economy with itself are not one question.
    """

    plan: CheckPlan
    doubted: tuple[Doubted, ...]
    moderations: tuple[MarginalEffects, ...]
    instruments: Mapping[str, Instrumented]
    thresholds: Mapping[str, Threshold]
    curve: SpecificationCurve | None
    curves: Mapping[str, SpecificationCurve]


def carry_out_checks(
    plan: CheckPlan,
    fits: Sequence[Estimates],
    data: pd.DataFrame,
    *,
    seed: int,
    made_of: Mapping[str, set[str]] | None = None,
    versions: Mapping[str, pd.DataFrame] | None = None,
) -> Checks:
    """Carry out the checks that a study declares.

    Parameters
    ----------
    plan
        From ``read_check_plan``.
    fits
        The estimates of all declared models.
    data
        Those of the regressions, indexed by (economy, year).
    seed
        Of every check, each with a generator of its own.
    made_of
        For every column the sources that it is made of; see ``specification_curve``.
    versions
        Name of a regressor to its versions, one row each, one column per row of the data; see ``generated_regressor``.
        A finding on another regressor is not checked in this way.

    Raises
    ------
    InputError
        As the checks themselves; a covariance, or randomisation, that is refused is listed with its reason instead.
    """
    by_name = {fit.spec.name: fit for fit in fits}
    curve = None
    if plan.curve is not None:
        curve = specification_curve(plan.curve, data, draws=plan.curve_draws, seed=seed, made_of=made_of)
    return Checks(
        plan=plan,
        doubted=tuple(doubt(plan, by_name[name], data, seed, versions or {}) for name in plan.models),
        moderations=tuple(
            marginal_effects(by_name[name].spec, data, term=by_name[name].spec.regressors[0], moderator=moderator)
            for name, moderator in plan.moderators.items()
        ),
        instruments={
            name: _instrumented(fit.spec, data) for name, fit in by_name.items() if fit.spec.estimator == "iv"
        },
        thresholds={
            name: _threshold(fit.spec, data) for name, fit in by_name.items() if fit.spec.estimator == "threshold"
        },
        curve=curve,
        curves={} if curve is None or len(curve.table["effects"].unique()) == 1 else by_choice(curve, "effects"),
    )


def _instrumented(spec: ModelSpec, data: pd.DataFrame) -> Instrumented:
    """Test the instruments of a model."""
    from bri_eval.econometrics import instruments as iv

    tests = (
        *iv.first_stage(spec, data),
        *iv.weak_instruments(spec, data),
        iv.anderson_rubin(spec, data),
        iv.durbin_wu_hausman(spec, data),
        *iv.overidentification(spec, data),
    )
    alone = len(spec.endogenous) == 1
    return Instrumented(
        tests=tests,
        reduced=iv.reduced_form(spec, data),
        confidence=iv.anderson_rubin_set(spec, data) if alone else None,
    )


def _threshold(spec: ModelSpec, data: pd.DataFrame) -> Threshold:
    """Search the thresholds of a model, with their likelihood ratios."""
    from bri_eval.econometrics.threshold import threshold

    return threshold(spec, data)
