"""Everything that doubts one index: its plan carried out, what leaving out does, how far a weight may move."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from operator import call
from typing import TYPE_CHECKING, Protocol

from bri_eval.checks import InputError
from bri_eval.robustness.leave_out import leave_out_economies, leave_out_indicators
from bri_eval.robustness.prepare import prepare
from bri_eval.robustness.sensitivity import sobol_of
from bri_eval.robustness.stability import weight_stability
from bri_eval.robustness.uncertainty import panel_problem, rank_cloud
from bri_eval.workers import meanwhile

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from bri_eval.evaluation import Evaluation
    from bri_eval.framework import Framework
    from bri_eval.robustness.cloud import RankCloud
    from bri_eval.robustness.noise import Noise
    from bri_eval.robustness.plan import Plan
    from bri_eval.robustness.sensitivity import Sensitivity
    from bri_eval.robustness.uncertainty import Progress
    from bri_eval.weights.judgements import Judgement

    Watch = Callable[[str, int, int], None]


class Case(Protocol):
    """What is needed of a study's index."""

    @property
    def framework(self) -> Framework:
        """The hierarchy."""
        ...

    @property
    def judgements(self) -> tuple[Judgement, ...] | None:
        """What AHP starts from."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Doubts:
    """What a study knows of the uncertainty of its ranks in one year.

    Parameters
    ----------
    cloud, sensitivity
        Ranks over all draws, and what causes their spread.
    left_out
        From ``leave_out_indicators``; None, as what follows, if the draws were interrupted.
    reversals
        From ``leave_out_economies``.
    stability
        From ``weight_stability``; None for an aggregator for which it has no closed form.
    """

    cloud: RankCloud
    sensitivity: Sensitivity | None
    left_out: pd.DataFrame | None
    reversals: pd.DataFrame | None
    stability: pd.DataFrame | None


def carry_out(
    plan: Plan,
    panel: pd.DataFrame,
    evaluation: Evaluation,
    case: Case,
    *,
    noise: Noise,
    year: int,
    seed: int,
    groups: pd.Series | None,
    watch: Watch | None = None,
) -> Doubts:
    """Carry out the robustness analysis of an index.

    Parameters
    ----------
    plan
        What to vary, and how often.
    panel, groups
        As in ``evaluate``.
    evaluation
        The index under the plan's base recipe.
    case
        Its framework and judgements.
    noise
        From ``plan.noise_of``.
    year
        The year whose ranks are studied.
    seed
        Of all random numbers.
    watch
        Called with the name of what is counted, how many are done, and of how many.

    Returns
    -------
    Doubts
        Interrupted, it has the draws that were counted and nothing else.
    """
    framework, judgements, recipe = case.framework, case.judgements, plan.choices.base
    problem = panel_problem(
        panel, framework, plan.choices, judgements, noise=noise, year=year, node=None, groups=groups, weights=None
    )
    beside = (partial(leave_out, year=year, groups=groups) for leave_out in (leave_out_indicators, leave_out_economies))
    with meanwhile(call, [(leave_out, panel, framework, recipe, judgements) for leave_out in beside]) as aside:
        space = prepare(problem)
        left_out, reversals = aside
    cloud = rank_cloud(problem, space, plan.draws, seed, _named(watch, "draws"))
    if cloud.draws < plan.draws:
        return Doubts(cloud=cloud, sensitivity=None, left_out=None, reversals=None, stability=None)
    found = sobol_of(problem, space, plan.rows, seed, _named(watch, "rows of the sensitivity analysis"))
    return Doubts(
        cloud=cloud,
        sensitivity=found,
        left_out=left_out,
        reversals=reversals,
        stability=_stability(evaluation, year),
    )


def _named(watch: Watch | None, what: str) -> Progress | None:
    """Tell a watcher what is being counted."""
    return None if watch is None else lambda done, total: watch(what, done, total)


def _stability(evaluation: Evaluation, year: int) -> pd.DataFrame | None:
    """Find how far weights may move, where there is a closed form."""
    try:
        return weight_stability(evaluation, year=year)
    except InputError:
        return None
