"""What pooling brings: partners on a corridor who use each other's warehouses, and how to divide the saving."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from bri_eval.checks import InputError, listing, unknown
from bri_eval.modes.blocks import options
from bri_eval.modes.countries import read_countries
from bri_eval.modes.games import MOST, coalitions, excesses, least_core, shapley
from bri_eval.modes.lexicographic import lexicographic
from bri_eval.modes.mix import about
from bri_eval.modes.problem import take, total_cost
from bri_eval.modes.sharing import KEPT, Terms, base_modes, cheapest, joint_problem, own_terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bri_eval.modes.mix import ModeMix
    from bri_eval.modes.problem import Plan, Problem
    from bri_eval.modes.question import Question

WAREHOUSES = ("overseas_warehouse", "border_warehouse")
"""Modes whose facilities are shared if nothing else is said."""

NOTHING = 1e-6
"""An excess below this share of the joint cost is none."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pool:
    """What a group of economies saves by sharing facilities.

    Parameters
    ----------
    members
        Economies, each with a merchant of its own.
    coalitions
        One row per coalition of two or more, such as ``"KAZ+RUS"``: members, their number; separate and joint cost;
        saving; excess, what the coalition would gain by leaving the division by Shapley value.
    division
        One row per member: alone, c(i); shapley, its part of the saving; cost, the difference;
        least_core, its part in a division in which the largest excess is least.
    largest_excess
        That excess; the core is empty if it is above 0.
    core_empty, shapley_in_core
        Whether some coalition always gains by leaving; whether none does under the Shapley value.
    objection
        The coalition that gains most by leaving the division by Shapley value; "" if none gains.
    facilities
        Members x modes, where facilities of the joint plan of all stand.
    conventions
        Sentences to print under a table made from it.

    Examples
    --------
    >>> import bri_eval as be
    >>> catalogue, tables = be.read_modes("data/modes.toml"), "data/raw"
    >>> mix = be.mode_mix(catalogue, tables, merchant=catalogue.merchants[0].code, economies=["KAZ", "RUS"])
    >>> found = pool(mix)
    >>> found.members, found.coalitions.index.tolist()
    (('KAZ', 'RUS'), ['KAZ+RUS'])
    """

    members: tuple[str, ...]
    coalitions: pd.DataFrame
    division: pd.DataFrame
    largest_excess: float
    core_empty: bool
    shapley_in_core: bool
    objection: str
    facilities: pd.DataFrame
    conventions: tuple[str, ...]


def pool(
    mix: ModeMix,
    *,
    members: Sequence[str] | None = None,
    shared: Sequence[str] = WAREHOUSES,
    surcharge: float = 0.1,
    extra_days: float = 2.0,
) -> Pool:
    r"""Work out what economies save by sharing facilities, and divide it.

    The value of a coalition S is :math:`v(S) = \sum_{i \in S} c(i) - c(S)`. Each member first has a plan of its own,
    in the order of ``mix`` and with a budget and a risk limit of its own; c(S) is the least cost at which no member of
    S deviates more than there in demand, affordability, time and loss, with all budgets and risk limits together. A
    facility of a shared mode serves the other members too, where the mode is feasible for them, at a surcharge and with
    extra days; its fixed cost is paid once, by its host. Its coverage of a member is one, through however many
    facilities.

    Parameters
    ----------
    mix
        A lexicographic plan that asks for one mode or more in each cell.
    members
        Two to twelve of its economies; all if not given.
    shared
        Codes of the modes whose facilities are shared.
    surcharge, extra_days
        On the unit cost, as a share, and on the time of parcels through the facility of another member: assumptions.

    Returns
    -------
    Pool
        Savings of all coalitions, Shapley value and core. Joining never costs: the plans of two groups are one of both.

    Raises
    ------
    InputError
        For an unknown economy or mode, too few or too many members, or terms below 0.

    References
    ----------
    shapley1953; maschler1979 for the least core.

    Examples
    --------
    >>> import bri_eval as be
    >>> catalogue, tables = be.read_modes("data/modes.toml"), "data/raw"
    >>> mix = be.mode_mix(catalogue, tables, merchant=catalogue.merchants[0].code, economies=["KAZ", "RUS"])
    >>> bool((pool(mix).coalitions["saving"] >= 0).all())
    True
    """
    question = mix.question
    names = question.economies if members is None else tuple(members)
    terms = _check_terms(mix, names, shared, surcharge, extra_days)
    place = dict(zip(question.economies, question.place("economies"), strict=True))
    positions = np.array([place[name] for name in names])
    own = [_alone(question.problem, position, mix.order) for position in positions]
    plans = [
        _together(question.problem, positions[inside], terms, [one for one, i in zip(own, inside, strict=True) if i])
        for inside in coalitions(len(names))[1:]
    ]
    costs = np.array([0.0, *(total_cost(problem, plan) for problem, plan in plans)])
    return _pool(question, names, costs, plans[-1], (shared, surcharge, extra_days))


def corridor_members(folder: str | Path, corridor: str, economies: Iterable[str]) -> tuple[str, ...]:
    """List those economies that lie on a corridor, such as ``"NELB"``, or raise if none does.

    Parameters
    ----------
    folder
        Holds ``economies.csv``.
    corridor
        Name of a corridor.
    economies
        Codes.

    Returns
    -------
    tuple of str
        In the order given.

    Examples
    --------
    >>> corridor_members("data/raw", "NELB", ["KAZ", "VNM", "RUS"])
    ('KAZ', 'RUS')
    """
    countries = read_countries(folder, economies)
    found = tuple(code for code, country in countries.items() if corridor in country.corridors)
    if not found:
        corridors = sorted({one for country in countries.values() for one in country.corridors})
        raise InputError(unknown("corridor", corridor, corridors))
    return found


def _check_terms(
    mix: ModeMix, names: Sequence[str], shared: Sequence[str], surcharge: float, extra_days: float
) -> Terms:
    """Check who shares what, and return it by position."""
    question = mix.question
    for name in names:
        if name not in question.economies:
            raise InputError(f"members: {unknown('economy', name, question.economies)}")
    if len(set(names)) != len(names) or not 2 <= len(names) <= MOST:
        raise InputError(f"members are {listing(names)}; expected 2 to {MOST} economies, each once")
    for code in shared:
        if code not in question.modes:
            raise InputError(f"shared: {unknown('mode', code, question.modes)}")
    for what, value in (("surcharge", surcharge), ("extra_days", extra_days)):
        if not 0 <= value < np.inf:
            raise InputError(f"{what} is {value:g}; expected 0 or more")
    if question.at_least > 1 or mix.goal_weights is not None:
        raise InputError("pooling starts from a lexicographic plan with at_least=1; solve that first")
    place = dict(zip(question.modes, question.place("modes"), strict=True))
    return Terms(modes=np.array([place[code] for code in shared], dtype=int), surcharge=surcharge, days=extra_days)


def _alone(problem: Problem, position: int, order: tuple[str, ...]) -> tuple[np.ndarray, float, float]:
    """Solve for one economy, and give what it deviates and the money and risk that it may use."""
    one = np.array([position])
    single = take(problem, one, problem.facility[one] >= 0)
    return own_terms(single, lexicographic(options(single), order))


def _together(
    problem: Problem, members: np.ndarray, terms: Terms, own: list[tuple[np.ndarray, float, float]]
) -> tuple[Problem, Plan]:
    """Solve for a coalition."""
    joined = joint_problem(problem, members, terms)
    base = base_modes(problem.ceiling.shape[2], len(members), terms)
    kept = np.concatenate([one for one, _, _ in own], axis=1)
    budget, limit = sum(money for _, money, _ in own), sum(risk for _, _, risk in own)
    return joined, cheapest(joined, base, kept, budget, limit)


def _pool(
    question: Question,
    names: tuple[str, ...],
    costs: np.ndarray,
    grand: tuple[Problem, Plan],
    terms: tuple[Sequence[str], float, float],
) -> Pool:
    """Label the results."""
    members = coalitions(len(names))
    alone = costs[members.sum(axis=1) == 1]
    savings = np.where(members.sum(axis=1) > 1, np.maximum(members @ alone - costs, 0.0), 0.0)
    parts = shapley(savings)
    excess = excesses(savings, parts)
    largest, division = least_core(savings)
    nothing = NOTHING * costs[-1]
    labels = np.array(["+".join(np.array(names)[inside]) for inside in members])
    table = pd.DataFrame(
        {
            "members": members.sum(axis=1),
            "separate": members @ alone,
            "joint": costs,
            "saving": savings,
            "excess": excess,
        },
        index=pd.Index(labels, name="coalition"),
    )[members.sum(axis=1) > 1]
    worst = table["excess"].idxmax()
    objects = bool(table["excess"].max() > nothing)
    return Pool(
        members=names,
        coalitions=table,
        division=pd.DataFrame(
            {"alone": alone, "shapley": parts, "cost": alone - parts, "least_core": division},
            index=pd.Index(names, name="economy"),
        ),
        largest_excess=largest,
        core_empty=largest > nothing,
        shapley_in_core=not objects,
        objection=str(worst) if objects else "",
        facilities=_standing(question, names, *grand),
        conventions=(*about(question), *_about_terms(*terms)),
    )


def _standing(question: Question, names: tuple[str, ...], problem: Problem, plan: Plan) -> pd.DataFrame:
    """Tell where the facilities of a joint plan stand."""
    own = problem.facility[:, : len(question.modes)]
    opened = np.append(plan.opened * (problem.fixed > 0), 0).astype(bool)[own][:, question.place("modes")]
    return pd.DataFrame(opened, index=pd.Index(names, name="economy"), columns=pd.Index(question.modes, name="mode"))


def _about_terms(shared: Sequence[str], surcharge: float, extra_days: float) -> tuple[str, ...]:
    """Say on what terms facilities are shared."""
    return (
        f"Shared: {', '.join(shared)}; through the facility of another member parcels cost {surcharge:.0%} more and "
        f"take {extra_days:g} days more (assumptions); fixed costs are paid once.",
        "Each member has the merchant's budget and risk limit; joint plans are the cheapest that serve no member worse "
        f"in {', '.join(KEPT)}.",
    )
