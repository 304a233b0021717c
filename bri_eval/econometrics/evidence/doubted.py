"""One finding and everything that doubts it, as a study's plan declares."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError
from bri_eval.econometrics.bootstrap import Randomisation, WildBootstrap, randomisation, wild_bootstrap
from bri_eval.econometrics.diagnostics.suite import panel_tests
from bri_eval.econometrics.estimate import estimate
from bri_eval.econometrics.evidence.generated import GeneratedRegressor, generated_regressor
from bri_eval.econometrics.evidence.grouping import Grouping, group_labels
from bri_eval.econometrics.evidence.heterogeneity import Heterogeneity, heterogeneity
from bri_eval.econometrics.evidence.leave_one_out import LeftOut, leave_one_out
from bri_eval.econometrics.evidence.mediation import Mediation, mediation
from bri_eval.econometrics.evidence.oster import OsterBounds, oster_bounds
from bri_eval.econometrics.evidence.placebo import Placebo, placebo

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bri_eval.econometrics.diagnostics.result import TestResult
    from bri_eval.econometrics.evidence.check_plan import CheckPlan
    from bri_eval.econometrics.specs import Estimates, ModelSpec


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Doubted:
    """One finding with everything that doubts it; the term is the model's first regressor.

    Parameters
    ----------
    fit
        The model as declared.
    tests
        From ``panel_tests``.
    inference
        One row per rule of the standard error, then the wild bootstrap and randomisation: 'estimate', 'std_error',
        'df', 'statistic', 'pvalue', 'lower', 'upper' (95 %), and 'reason', empty unless the rule was refused.
    wild, randomisation
        Against the null of no effect; randomisation is None where it was refused.
    placebo
        Whole trajectories of the regressor permuted among economies.
    left_out
        What was left out to the slopes without it.
    groups
        Name of a grouping to the slopes in its groups.
    oster
        None for a model without controls.
    mediations
        Mediator to the split of the slope.
    generated
        The uncertainty of the index in the slope; None without versions of the regressor.
    """

    fit: Estimates
    tests: tuple[TestResult, ...]
    inference: pd.DataFrame
    wild: WildBootstrap
    randomisation: Randomisation | None
    placebo: Placebo
    left_out: Mapping[str, LeftOut]
    groups: Mapping[str, Heterogeneity]
    oster: OsterBounds | None
    mediations: Mapping[str, Mediation]
    generated: GeneratedRegressor | None

    @property
    def term(self) -> str:
        """The regressor whose slope is in doubt."""
        return self.fit.spec.regressors[0]


def doubt(
    plan: CheckPlan, fit: Estimates, data: pd.DataFrame, seed: int, versions: Mapping[str, pd.DataFrame]
) -> Doubted:
    """Doubt one finding.

    Parameters
    ----------
    plan
        What is declared.
    fit
        The model, estimator `within` or `pooled`, clustered.
    data
        Indexed by (economy, year).
    seed
        Of every check.
    versions
        Name of a regressor to its versions.

    Raises
    ------
    InputError
        As the checks themselves; a covariance, or randomisation, that is refused is listed with its reason instead.
    """
    spec, term = fit.spec, fit.spec.regressors[0]
    wild = wild_bootstrap(spec, data, term, draws=plan.draws, seed=seed)
    dealt, reason = _randomised(spec, data, plan.draws, seed)
    groups = {name: group_labels(grouping, data) for name, grouping in plan.groups.items()}
    return Doubted(
        fit=fit,
        tests=panel_tests(spec, data, by=plan.step, short_pairs=plan.short_pairs),
        inference=_inference(plan, fit, data, (wild, dealt, reason)),
        wild=wild,
        randomisation=dealt,
        placebo=placebo(spec, data, draws=plan.permutations, seed=seed),
        left_out={what: leave_one_out(spec, data, by=_unit(what, data)) for what in plan.leave_out},
        groups={
            name: heterogeneity(spec, data, groups=labels, draws=plan.permutations, seed=seed)
            for name, labels in groups.items()
        },
        oster=oster_bounds(spec, data) if len(spec.regressors) > 1 else None,
        mediations={
            name: mediation(spec, data, mediator=name, draws=plan.resamples, seed=seed) for name in plan.mediators
        },
        generated=generated_regressor(spec, data, versions[term], draws=plan.resamples, seed=seed)
        if term in versions
        else None,
    )


def _unit(what: str, data: pd.DataFrame) -> str | pd.Series:
    """Return what is left out: a level of the index, or groups of economies."""
    return what if what in ("economy", "year") else group_labels(Grouping(column=what), data)


def _randomised(spec: ModelSpec, data: pd.DataFrame, draws: int, seed: int) -> tuple[Randomisation | None, str]:
    """Deal trajectories out anew, or say why this is refused."""
    try:
        return randomisation(spec, data, spec.regressors[0], draws=draws, seed=seed), ""
    except InputError as error:
        return None, str(error)


def _inference(
    plan: CheckPlan,
    fit: Estimates,
    data: pd.DataFrame,
    drawn: tuple[WildBootstrap, Randomisation | None, str],
) -> pd.DataFrame:
    """Set the rules of inference on one slope side by side."""
    wild, dealt, reason = drawn
    rows: dict[str, dict[str, object]] = {rule: _by_rule(fit, data, rule) for rule in plan.covariances}
    rows["wild bootstrap"] = {
        "estimate": wild.slope,
        "statistic": wild.statistic,
        "pvalue": wild.pvalue,
        "lower": wild.interval[0],
        "upper": wild.interval[1],
    }
    rows["randomisation"] = (
        {"reason": reason}
        if dealt is None
        else {"estimate": dealt.slope, "statistic": dealt.statistic, "pvalue": dealt.pvalue}
    )
    numbers = ["estimate", "std_error", "df", "statistic", "pvalue", "lower", "upper"]
    table = pd.DataFrame({name: [row.get(name, np.nan) for row in rows.values()] for name in numbers}, dtype=float)
    reasons = [str(row.get("reason", "")) for row in rows.values()]
    return table.assign(reason=reasons).set_axis(pd.Index(rows, name="rule"))


def _by_rule(fit: Estimates, data: pd.DataFrame, rule: str) -> dict[str, object]:
    """Estimate the model with another covariance, or say why this is refused."""
    try:
        other = fit if rule == fit.spec.covariance else estimate(replace(fit.spec, covariance=rule), data)
    except InputError as error:
        return {"reason": str(error)}
    term = fit.spec.regressors[0]
    return {
        "estimate": other.params[term],
        "std_error": other.std_errors[term],
        "df": np.nan if other.dfs is None else other.dfs[term],
        "statistic": other.tvalues[term],
        "pvalue": other.pvalues[term],
        "lower": other.conf_int.loc[term, "lower"],
        "upper": other.conf_int.loc[term, "upper"],
    }
