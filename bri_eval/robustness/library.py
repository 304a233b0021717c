"""Rank reversal tests of scikit-criteria, run on our own aggregator; the only door to it for robustness."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from bri_eval.adapters import to_decision_matrix
from bri_eval.aggregate import rank_scores, score_arrays
from bri_eval.analysis.influence import agreement, rank_shift
from bri_eval.checks import InputError, Table, listing
from bri_eval.robustness.leave_out import reversed_pairs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bri_eval.evaluation import Evaluation


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Transitivity:
    """What pairwise rankings amount to.

    Parameters
    ----------
    pairs, tied
        Pairs ranked alone, and how many of them are level; the library counts these as won by the second.
    circles
        Triples A above B above C above A.
    rate
        Circles over the most that there can be.
    ranks
        One row per economy: ``whole``, the rank among all, and ``recomposed``, that from the pairs (1 is best, those
        in a circle share a rank).
    """

    pairs: int
    tied: int
    circles: int
    rate: float
    ranks: pd.DataFrame


def worsen_each(evaluation: Evaluation, *, year: int | None = None, repeat: int = 1, seed: int = 0) -> pd.DataFrame:
    """See whether the best stay when another economy gets worse.

    Parameters
    ----------
    evaluation
        Without missing cells.
    year
        Whose economies are meant; needed if there are several years.
    repeat
        How often each economy but the best is worsened.
    seed
        Of the amounts, uniform from 0 to the distance to the next in rank, indicator by indicator.

    Returns
    -------
    DataFrame
        One row per (worsened, repeat): leader_kept, and of the other economies the reversals (pairs whose order turns
        round), mean_shift, furthest, furthest_shift.

    Raises
    ------
    InputError
        If an economy cannot be worsened: the library would draw for ever.

    Notes
    -----
    The normalised table and the weights are held: it is the aggregator that is tested, with the ideal points that it
    finds. Rows of other years stay where the scope is pooled. ``leave_out_economies`` makes bounds and weights anew.

    References
    ----------
    wang2008, test criterion 1.
    """
    from skcriteria.ranksrev import RankInvariantChecker

    scorer, decision = _scorer(evaluation, year)
    checker = RankInvariantChecker(scorer, repeat=repeat, random_state=np.random.default_rng(seed))
    with _without_deprecations():
        _check_worsening(scorer, decision)
        changed = [one for _, one in checker.evaluate(decision).ranks]
    told = [(one.e_.rank_inv_check.mutated, one.e_.rank_inv_check.iteration, one) for one in changed[1:]]
    rows = {(name, turn + 1): _compared(changed[0], one, name) for name, turn, one in told}
    return pd.DataFrame(rows.values(), index=pd.MultiIndex.from_tuples(rows, names=["worsened", "repeat"]))


def clone_each(evaluation: Evaluation, *, year: int | None = None) -> pd.DataFrame:
    """See whether the order stays when a copy of an economy joins.

    Parameters
    ----------
    evaluation, year
        As in ``worsen_each``.

    Returns
    -------
    DataFrame
        One row per economy copied, all but the best: leader_kept, reversals, mean_shift, furthest, furthest_shift, of
        all economies without the copy.

    References
    ----------
    belton1983.
    """
    from skcriteria.ranksrev import RankClonesChecker

    scorer, decision = _scorer(evaluation, year)
    changed = [one for _, one in RankClonesChecker(scorer).evaluate(decision).ranks]
    rows = {one.e_.rank_clone_check.cloned_alternative: _compared(changed[0], one, None) for one in changed[1:]}
    return pd.DataFrame(rows.values(), index=pd.Index(rows, name="cloned"))


def transitivity(evaluation: Evaluation, *, year: int | None = None) -> Transitivity:
    """Rank every pair of economies alone and see whether the pairs make one ranking, and which.

    Parameters
    ----------
    evaluation, year
        As in ``worsen_each``; three economies or more. A pair keeps its rows of other years where the scope is pooled.

    Returns
    -------
    Transitivity
        Without circles and with ``recomposed`` equal to ``whole`` the order of two economies is their own affair.

    References
    ----------
    wang2008, test criteria 2 and 3.
    """
    from skcriteria.ranksrev import RankTransitivityChecker

    scorer, decision = _scorer(evaluation, year)
    if len(decision.alternatives) < 3:
        raise InputError(f"{len(decision.alternatives)} economies have no triple; transitivity needs 3 or more")
    with np.errstate(over="ignore", invalid="ignore"):  # it counts the rankings that a graph allows: factorials
        found = RankTransitivityChecker(scorer, n_jobs=1).evaluate(decision)
    (_, whole), (_, recomposed) = found.ranks
    ranks = pd.DataFrame({"whole": whole.to_series(), "recomposed": recomposed.to_series()})
    pairs = found.e_.pairwise_comparisons
    return Transitivity(
        pairs=len(pairs),
        tied=sum(int(one.rank_[0] == one.rank_[1]) for one in pairs),
        circles=len(found.e_.transitivity_break),
        rate=float(found.e_.transitivity_break_rate),
        ranks=ranks.rank(method="min").astype(int).rename_axis("economy"),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Scorer:
    """What scikit-criteria takes for a method: our aggregator, over the rows that it gives and those of other years."""

    evaluation: Evaluation
    weights: np.ndarray
    others: pd.DataFrame

    def evaluate(self, decision: Any) -> Any:
        """Rank a decision matrix."""
        from skcriteria.agg import RankResult

        names = list(decision.alternatives)
        others = self.others[self.others.index.isin(names)]
        rows = np.concatenate([decision.matrix.to_numpy(dtype=float), others.to_numpy()])
        framework = self.evaluation.framework
        table = Table(rows, pd.Index([*names, *others.index]), framework.codes)
        scores = score_arrays(framework, table, self.weights, self.evaluation.recipe)[framework.goal][: len(names)]
        ranks = np.unique(rank_scores(scores), return_inverse=True)[1] + 1
        return RankResult("bri_eval", names, ranks, {"score": scores})


def _scorer(evaluation: Evaluation, year: int | None) -> tuple[_Scorer, Any]:
    """Hand a year over, with a method that knows what is not handed over."""
    matrix = evaluation.matrix
    if matrix.isna().to_numpy().any():
        raise InputError("the normalised table has missing cells; rank reversal tests need a complete one: impute")
    years = matrix.index.unique("year") if "year" in matrix.index.names else pd.Index([])
    if year is None and len(years) > 1:
        raise InputError(f"there are several years; name one of {listing(sorted(years))}")
    year = int(years[0]) if year is None and len(years) else year
    decision = to_decision_matrix(evaluation, year=year)
    others = matrix.iloc[:0]
    if year is not None:
        pooled = evaluation.recipe.scope == "pooled"
        others = matrix[(matrix.index.get_level_values("year") != year) & pooled].droplevel("year")
    return _Scorer(evaluation, decision.weights.to_numpy(dtype=float), others), decision


@contextmanager
def _without_deprecations() -> Iterator[None]:
    """Keep what the library will have to change in its use of pandas to itself."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The inplace keyword", category=DeprecationWarning)
        yield


def _check_worsening(scorer: _Scorer, decision: Any) -> None:
    """Refuse an economy that the library would worsen by nothing, which it repeats until it is something."""
    from skcriteria.ranksrev.rank_invariant_check import maximum_abs_noises

    most = maximum_abs_noises(dm=decision, rank=scorer.evaluate(decision), last_diff_strategy=np.median)
    most.index = most.index.get_level_values("mutate")
    still = (np.minimum(most, decision.matrix.loc[most.index].abs()) == 0).all(axis=1)
    if still.any():
        raise InputError(
            f"{listing(most.index[still])} cannot be worsened, being 0 in, or equal to the next in rank in, every "
            "indicator; normalise to a range such as (1, 100), or leave twins out"
        )


def _compared(before: Any, after: Any, changed: str | None) -> dict[str, Any]:
    """Compare two results, of the economies that were not changed."""
    first, second = before.to_series(), after.to_series()
    leaders = set(first.index[first == 1])
    unchanged = rank_shift(first, second).drop(changed or [], errors="ignore")
    moved = rank_shift(unchanged["before"], unchanged["after"])
    told = agreement(moved)
    return {
        "leader_kept": leaders == set(second.index[second == 1]),
        "reversals": len(reversed_pairs(moved)),
        **{name: told[name] for name in ("mean_shift", "furthest", "furthest_shift")},
    }
