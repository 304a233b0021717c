"""Tables of the mode programme: what plans deviate from their goals, and what orders, budgets and pooling do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bri_eval.modes.catalogue import ILLUSTRATIVE
from bri_eval.modes.mix import ORDERS
from bri_eval.modes.mixes import TINY, cost_of_parcel, order_words, parcels_of, segment_shares
from bri_eval.modes.problem import GOALS
from bri_eval.modes.tradeoff import EXCHANGED
from bri_eval.report.exhibits import Exhibit
from bri_eval.report.mode_words import codes_and_names, labelled, lowered, titled
from bri_eval.report.rank_words import listed

if TYPE_CHECKING:
    from bri_eval.modes.decisions import Decisions

_GOALS = dict.fromkeys(GOALS, ".3f")
_SETTLED = "Where several plans are best on every goal and on cost, one is shown: compare deviations, not shares."


def mix_exhibits(decisions: Decisions, names: pd.Series) -> list[Exhibit]:
    """Make every table of the mode programme.

    Parameters
    ----------
    decisions
        From ``decide``.
    names
        Economy to printed name.
    """
    exhibits = [
        mix_plans(decisions),
        mix_shares(decisions),
        mix_everywhere(decisions),
        mix_trade_off(decisions),
        mix_single(decisions),
        mix_budget(decisions),
        mix_front(decisions),
    ]
    if decisions.mixes.pool is not None:
        exhibits += [mix_pooling(decisions, names), mix_coalitions(decisions)]
    return exhibits


def mix_plans(decisions: Decisions) -> Exhibit:
    """List what the plan of every merchant and order deviates from its goals, and what it costs and takes."""
    merchants, rows = codes_and_names(decisions.catalogue.merchants), []
    for (merchant, order), mix in decisions.mixes.plans.items():
        parcels = parcels_of(mix).to_numpy().sum() * (1 - mix.deviations["demand"])
        rows.append(
            {"merchant": merchants[merchant], "order": order}
            | {goal: mix.deviations[goal] for goal in GOALS}
            | {"cost": mix.cost / parcels, "facilities": int(mix.facilities.to_numpy().sum())}
        )
    orders = "; ".join(f"{name}: {', '.join(order)}" for name, order in ORDERS.items())
    return Exhibit(
        code="mix_plans",
        title=titled(decisions.catalogue, "Plans by merchant and order of goals: deviations and cost"),
        table=pd.DataFrame(rows),
        notes=(
            f"Deviations over their targets, averaged over cells by parcels; 0 is met. Orders: {orders}. Cost: "
            f"{decisions.catalogue.currency} a parcel served, facilities included. Facilities: that cost something, in "
            f"all markets. {decisions.instance_words}",
            *labelled(decisions.catalogue),
        ),
        formats={**_GOALS, "cost": ",.2f"},
        keys=("merchant", "order"),
    )


def mix_shares(decisions: Decisions) -> Exhibit:
    """List the share of parcels that each mode carries, by merchant, order and segment."""
    catalogue = decisions.catalogue
    parts = {key: segment_shares(mix) for key, mix in decisions.mixes.plans.items()}
    table = pd.concat(parts, names=["merchant", "order"]).reset_index()
    shown = list(table.columns[3:])
    table["merchant"] = table["merchant"].map(codes_and_names(catalogue.merchants))
    table["segment"] = table["segment"].map(codes_and_names(catalogue.segments))
    return Exhibit(
        code="mix_shares",
        title=titled(catalogue, "Share of parcels by mode, merchant, order of goals and goods"),
        table=table,
        notes=(
            f"Markets averaged by parcels; rows sum to 1. {decisions.instance_words}",
            _SETTLED,
            *labelled(decisions.catalogue),
        ),
        formats=dict.fromkeys(shown, ".2f"),
        keys=("merchant", "order", "segment"),
        headings=codes_and_names(catalogue.modes),
    )


def mix_everywhere(decisions: Decisions) -> Exhibit:
    """List the share of parcels that each mode carries over all economies, by segment, for the middle merchant."""
    mix, catalogue = decisions.mixes.everywhere, decisions.catalogue
    table = pd.concat([segment_shares(mix), mix.by_mode.to_frame("all").T]).reset_index(names="segment")
    table["segment"] = table["segment"].map(codes_and_names(catalogue.segments) | {"all": "All goods"})
    goals = listed([f"{goal} {mix.deviations[goal]:.3f}" for goal in mix.order])
    return Exhibit(
        code="mix_everywhere",
        title=titled(catalogue, "Share of parcels by mode over all economies under one budget"),
        table=table,
        notes=(
            f"{len(mix.facilities)} economies, averaged by parcels. Deviations: {goals}.",
            *labelled(decisions.catalogue),
            *(line for line in mix.conventions if line != ILLUSTRATIVE),
        ),
        formats=dict.fromkeys(table.columns[1:], ".2f"),
        keys=("segment",),
        headings=codes_and_names(catalogue.modes),
    )


def mix_trade_off(decisions: Decisions) -> Exhibit:
    """List what every order of the exchanged goals reaches, for every merchant."""
    parts = {
        code: found.deviations.set_axis(order_words(found.deviations.index)).rename_axis("order")
        for code, found in decisions.mixes.trade_offs.items()
    }
    table = pd.concat(parts, names=["merchant"]).reset_index()
    table["merchant"] = table["merchant"].map(codes_and_names(decisions.catalogue.merchants))
    middle = parts[decisions.middle]
    moved = [goal for goal in EXCHANGED if middle[goal].max() - middle[goal].min() > TINY]
    name = lowered(codes_and_names(decisions.catalogue.merchants)[decisions.middle])
    return Exhibit(
        code="mix_trade_off",
        title=titled(decisions.catalogue, f"Deviations under every order of {listed(EXCHANGED)}"),
        table=table[["merchant", "order", *GOALS, "facilities"]],
        notes=(
            f"Demand stands before these goals, risk and concentration after them. Goals that the order moves, {name}: "
            f"{listed(moved)}. {decisions.instance_words}",
            *labelled(decisions.catalogue),
        ),
        formats={**_GOALS, "facilities": ".0f"},
        keys=("merchant", "order"),
    )


def mix_single(decisions: Decisions) -> Exhibit:
    """Set plans of a single mode beside the hybrid plan of the merchant with the largest budget."""
    catalogue, found = decisions.catalogue, decisions.mixes.singles
    table = found.reset_index(names="plan")
    table["plan"] = table["plan"].map(codes_and_names(catalogue.modes) | {"plan": "Hybrid"})
    table["dominated"] = (found["dominated"] & found["all_served"]).map({True: "yes", False: ""}).to_numpy()
    return Exhibit(
        code="mix_single",
        title=titled(catalogue, "Plans of a single mode beside the hybrid plan"),
        table=table[["plan", "served", "affordability", "time", "loss", "finance", "days", "dominated"]],
        notes=(
            f"Merchant: {codes_and_names(catalogue.merchants)[decisions.largest]}; hybrid in the order service. Single "
            "modes carry whatever they may, coverage ignored; the hybrid keeps to it. Dominated: serves all, and the "
            "hybrid deviates no more from affordability, time and loss, and less from one. Modes that do not serve all "
            f"deviate little for that reason. {decisions.instance_words}",
            *labelled(decisions.catalogue),
        ),
        formats={**_GOALS, "served": ".2f", "days": ".1f"},
        keys=("plan", "dominated"),
    )


def mix_budget(decisions: Decisions) -> Exhibit:
    """List what plans reach and which modes they use as the budget grows."""
    path, catalogue = decisions.mixes.path, decisions.catalogue
    table = path.deviations[["affordability", "time", "loss", "finance"]].join(path.shares).reset_index()
    name = lowered(codes_and_names(catalogue.merchants)[decisions.middle])
    return Exhibit(
        code="mix_budget",
        title=titled(catalogue, f"The mix over budgets, risk limit of the {name}"),
        table=table,
        notes=(
            f"Order cautious. Budget: {catalogue.currency} a {catalogue.period}. Deviations, then shares of parcels by "
            f"mode. {decisions.instance_words}",
            _SETTLED,
            *labelled(decisions.catalogue),
        ),
        formats={"budget": ",.0f", **_GOALS} | dict.fromkeys(path.shares.columns, ".2f"),
        keys=("budget",),
        headings=codes_and_names(catalogue.modes),
        hidden=("finance",),
    )


def mix_front(decisions: Decisions) -> Exhibit:
    """List plans that no other undercuts in both cost and time."""
    mixes, catalogue = decisions.mixes, decisions.catalogue
    parts = {}
    for code, front in mixes.fronts.items():
        each = cost_of_parcel(front.deviations, mixes.plans[code, "cautious"])
        parts[code] = front.deviations.assign(parcel=each)[["parcel", "days", "affordability", "facilities"]]
    table = pd.concat(parts, names=["merchant"]).reset_index()
    table["merchant"] = table["merchant"].map(codes_and_names(catalogue.merchants))
    return Exhibit(
        code="mix_front",
        title=titled(catalogue, "Cost and time of plans that none undercuts in both"),
        table=table,
        notes=(
            f"As much served and as little over the budget as can be. Cost: {catalogue.currency} a parcel served, "
            f"facilities included. Days: of the average parcel served. {decisions.instance_words}",
            *labelled(decisions.catalogue),
        ),
        formats={"parcel": ",.2f", "days": ".1f", "affordability": ".3f", "facilities": ".0f"},
        keys=("merchant",),
        headings={"parcel": "Cost"},
    )


def mix_pooling(decisions: Decisions, names: pd.Series) -> Exhibit:
    """List what the members of a corridor save by sharing warehouses, and how the saving may be divided."""
    pool, catalogue = decisions.mixes.pool, decisions.catalogue
    assert pool is not None
    table = pool.division.reset_index()
    table.insert(1, "name", [str(names.get(code, code)) for code in table["economy"]])
    table["share"] = table["shapley"] / table["alone"]
    apart, together = pool.division["alone"].sum(), pool.division["cost"].sum()
    objects = f"not in the core: {pool.objection} would gain by leaving" if pool.objection else "in the core"
    return Exhibit(
        code="mix_pooling",
        title=titled(
            catalogue, f"Sharing warehouses along {decisions.mixes.corridor}: cost and division of the saving"
        ),
        table=table[["economy", "name", "alone", "shapley", "share", "least_core", "cost"]],
        notes=(
            f"{catalogue.currency} a {catalogue.period}. Apart {apart:,.0f}, together {together:,.0f}. Division by "
            f"Shapley value: {objects}. The core is {'empty' if pool.core_empty else 'not empty'}.",
            *labelled(decisions.catalogue),
            *(line for line in pool.conventions if line != ILLUSTRATIVE),
        ),
        formats=dict.fromkeys(("alone", "shapley", "least_core", "cost"), ",.0f") | {"share": ".1%"},
        keys=("economy", "name"),
        headings={"shapley": "Shapley value", "share": "Saving", "cost": "Cost after it"},
        hidden=("economy",),
    )


def mix_coalitions(decisions: Decisions) -> Exhibit:
    """List what every coalition saves, and what it would gain by leaving."""
    pool, catalogue = decisions.mixes.pool, decisions.catalogue
    assert pool is not None
    return Exhibit(
        code="mix_coalitions",
        title=titled(catalogue, f"What coalitions along {decisions.mixes.corridor} save by sharing warehouses"),
        table=pool.coalitions.reset_index(),
        notes=(
            f"{catalogue.currency} a {catalogue.period}. Excess: what a coalition would gain by leaving the division "
            "by Shapley value; above 0 it objects.",
            *labelled(decisions.catalogue),
        ),
        formats=dict.fromkeys(("separate", "joint", "saving", "excess"), ",.0f"),
        keys=("coalition",),
    )
